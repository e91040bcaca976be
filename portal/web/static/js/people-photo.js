// Cuts a photo to 5:7 before it is sent. Without script the whole file is sent and the server judges and cuts it.
const SIDE = 2; // what is sent has twice the least size, where the photo has as much

for (const input of document.querySelectorAll("[data-crop]")) attach(input, document.getElementById(input.dataset.crop));

function attach(input, box) {
  const canvas = box.querySelector("canvas");
  const zoom = box.querySelector("input[type=range]");
  const fault = box.querySelector(".x-err");
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
    const problem = await open(file);
    box.hidden = false;
    fault.hidden = !problem;
    fault.lastElementChild.textContent = problem;
    for (const part of [canvas, zoom, ...box.querySelectorAll("label, p.x-fine")]) part.hidden = Boolean(problem);
    if (problem) input.value = "";
    else draw();
  });

  async function open(file) {
    if (file.size > Number(box.dataset.most)) return box.dataset.large;
    if (!["image/jpeg", "image/png"].includes(file.type)) return box.dataset.kind;
    try {
      picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return box.dataset.kind;
    }
    if (picture.width < width || picture.height < height) return box.dataset.small;
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
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) move(-event.movementX, -event.movementY);
  });
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
    if (!steps[event.key]) return;
    event.preventDefault();
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
