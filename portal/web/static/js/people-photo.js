// Cuts a photo to 5:7 before it is sent. Without script the whole file is sent and the server judges and cuts it.
const SIDE = 2; // what is sent has twice the least size, where the photo has as much

for (const input of document.querySelectorAll("[data-crop]")) attach(input, document.getElementById(input.dataset.crop));

function attach(input, box) {
  const canvas = box.querySelector("canvas");
  const zoom = box.querySelector("input[type=range]");
  const fault = box.querySelector(".x-err");
  const unseen = box.querySelector(".p-unseen");
  const width = Number(box.dataset.width);
  const height = Number(box.dataset.height);
  let picture = null;
  let name = "";
  let x = 0; // middle of the frame, in pixels of the picture
  let y = 0;

  input.addEventListener("change", async () => {
    const file = input.files[0];
    picture = null;
    if (!file) return void (box.hidden = true);
    name = file.name;
    forgive();
    const problem = await open(file);
    box.hidden = false;
    fault.hidden = !problem;
    fault.lastElementChild.textContent = problem;
    for (const part of [canvas, zoom, ...box.querySelectorAll("label, p.x-fine")]) part.hidden = !picture;
    unseen.textContent = box.dataset.unseen;
    unseen.hidden = Boolean(problem) || Boolean(picture);
    if (problem) input.value = "";
    else draw();
  });

  // What the server said of the last photo does not hold for this one.
  function forgive() {
    const field = input.closest(".x-field.bad");
    if (!field) return;
    field.classList.remove("bad");
    field.querySelector(".x-err")?.remove();
    input.removeAttribute("aria-invalid");
  }

  async function open(file) {
    if (file.size > Number(box.dataset.most)) return box.dataset.large;
    if (!input.accept.split(",").includes(file.type)) return box.dataset.kind;
    let found;
    try {
      found = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return /hei[cf]$/.test(file.type) ? "" : box.dataset.kind; // the server can read what this browser cannot
    }
    if (found.width < width || found.height < height) return box.dataset.small;
    picture = found;
    // Never larger than what gives the least number of pixels.
    zoom.max = String(Math.max(100, Math.floor(100 * fit() / width)));
    zoom.value = "100";
    x = picture.width / 2;
    y = picture.height / 2;
    return "";
  }

  // Width of the largest 5:7 frame in the picture, in its pixels.
  function fit() {
    return Math.min(picture.width, (picture.height * width) / height);
  }

  function frame() {
    const wide = fit() / (Number(zoom.value) / 100);
    const high = (wide * height) / width;
    x = Math.min(Math.max(x, wide / 2), picture.width - wide / 2);
    y = Math.min(Math.max(y, high / 2), picture.height - high / 2);
    return [x - wide / 2, y - high / 2, wide, high];
  }

  function paint(target, scale) {
    target.width = Math.round(width * scale);
    target.height = Math.round(height * scale);
    const pen = target.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, target.width, target.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, ...frame(), 0, 0, target.width, target.height);
  }

  function draw() {
    if (picture) paint(canvas, 1);
  }

  function move(right, down) {
    if (!picture) return;
    const scale = frame()[2] / canvas.getBoundingClientRect().width;
    x += right * scale;
    y += down * scale;
    draw();
  }

  zoom.addEventListener("input", draw);
  // One finger or the mouse drags, two fingers zoom. Positions, because movementX differs between browsers.
  const touching = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    touching.set(event.pointerId, [event.clientX, event.clientY]);
  });
  canvas.addEventListener("pointermove", (event) => {
    const from = touching.get(event.pointerId);
    if (!from) return;
    const before = spread();
    touching.set(event.pointerId, [event.clientX, event.clientY]);
    if (touching.size === 1) move(from[0] - event.clientX, from[1] - event.clientY);
    else if (before) magnify(Number(zoom.value) * (spread() / before));
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, (event) => touching.delete(event.pointerId));

  function spread() {
    const [one, other] = [...touching.values()];
    return other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : 0;
  }

  function magnify(percent) {
    zoom.value = String(percent); // the control keeps it between its ends
    draw();
  }

  canvas.addEventListener("keydown", (event) => {
    const closer = { "+": 10, "=": 10, "-": -10 }[event.key];
    if (closer) magnify(Number(zoom.value) + closer);
    const steps = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
    if (closer || steps[event.key]) event.preventDefault();
    if (!steps[event.key]) return;
    move(...steps[event.key]);
  });

  let sent = false;
  input.form.addEventListener("submit", (event) => {
    const skipped = event.submitter && event.submitter.hasAttribute("formnovalidate");
    if (!picture || sent || skipped) return;
    event.preventDefault();
    const out = document.createElement("canvas");
    paint(out, Math.min(SIDE, Math.max(1, frame()[2] / width)));
    out.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }));
      input.files = files.files;
      sent = true;
      input.form.requestSubmit(event.submitter);
    }, "image/jpeg", 0.95);
  });
}
