// The live counter of the course choice. Without it the page works: the server counts when a button is pressed.
// Numbers and rulers follow at once; what is missing, what would fill it and the saved draft come from the server.
const form = document.querySelector("[data-choice]");
const summary = document.getElementById("summary");
const WAIT = 400; // milliseconds after the last change before the draft is saved
let timer = 0;
let saving = null;
let again = false;

const rows = () => [...form.querySelectorAll(".x-row[data-kind]")];
const taken = (row) => row.querySelector("input").checked;
const plain = (hundredths) => String(Math.round(hundredths) / 100);

function hours(kind, among = rows()) {
  return among
    .filter((row) => row.dataset.kind === kind && taken(row))
    .reduce((sum, row) => sum + Number(row.dataset.hours), 0);
}

// The same as the server's Pricing.line: fen.
function price() {
  const chosen = rows().filter(taken);
  const sum = (name) => chosen.reduce((total, row) => total + Number(row.dataset[name]), 0);
  const amount = Number(form.dataset.amount);
  if (form.dataset.by === "project") return amount;
  if (form.dataset.by === "hour") return Math.floor((sum("charged") * amount + 50) / 100);
  return sum("price");
}

function segment(width, kind) {
  const part = document.createElement("span");
  part.className = `seg ${kind}`;
  part.style.setProperty("--w", width / 100);
  return part;
}

function draw() {
  for (const kind of ["major", "public"]) {
    const have = hours(kind);
    for (const place of document.querySelectorAll(`[data-count="${kind}"]`)) place.textContent = plain(have);
    const ruler = document.querySelector(`[data-ruler="${kind}"]`);
    if (!ruler) continue;
    const need = Number(ruler.dataset.need);
    ruler.querySelector(".x-ruler").style.setProperty("--need", Math.max(need, have) / 100);
    const parts = have ? [segment(have, ruler.dataset.class)] : [];
    if (have < need) parts.push(segment(need - have, "ghost"));
    ruler.querySelector(".bar").replaceChildren(...parts);
  }
  for (const group of form.querySelectorAll("[data-group]"))
    group.querySelector("[data-sum]").textContent = plain(
      hours(group.dataset.group, [...group.querySelectorAll(".x-row[data-kind]")]),
    );
  const [whole, rest] = (price() / 100).toFixed(2).split(".");
  const total = summary.querySelector("[data-part=total]");
  total.querySelector("b").textContent = Number(whole).toLocaleString("en");
  total.querySelector("s").textContent = `.${rest}`;
}

// One request at a time: each carries the version the one before was answered with.
async function save() {
  if (saving) {
    again = true;
    return;
  }
  const data = new FormData(form);
  data.set("action", "save");
  saving = fetch(location.pathname, { method: "POST", body: data, headers: { Accept: "text/html" } });
  try {
    const answer = await saving;
    if (answer.ok && !answer.redirected) take(await answer.text());
    else if (answer.status === 409) location.reload(); // another window was quicker; the page says so
  } catch {
    // No network: the choice stays on the page and goes along with the next button.
  }
  saving = null;
  if (again) {
    again = false;
    save();
  }
}

// Takes the parts that only the server knows; the controls people are using stay as they are.
function take(fragment) {
  const fresh = new DOMParser().parseFromString(fragment, "text/html");
  const parts = again ? ["version", "saved"] : ["version", "message", "saved", "dock"];
  for (const name of parts) {
    const from = fresh.querySelector(`[data-part=${name}]`);
    const to = document.querySelector(`[data-part=${name}]`);
    if (!from || !to) continue;
    if (name === "version") to.value = from.value;
    else to.replaceChildren(...from.childNodes);
  }
  for (const bar of fresh.querySelectorAll("[data-ruler] .bar")) {
    const kind = bar.closest("[data-ruler]").dataset.ruler;
    const present = document.querySelector(`[data-ruler="${kind}"] .bar`);
    if (present && !again) present.setAttribute("aria-label", bar.getAttribute("aria-label"));
  }
}

function changed() {
  draw();
  clearTimeout(timer);
  timer = setTimeout(save, WAIT);
}

form.addEventListener("change", (event) => {
  if (event.target.name === "courses") changed();
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  event.preventDefault();
  const ids = button.dataset.fill.split(" ");
  for (const box of form.querySelectorAll("input[name=courses]"))
    if (ids.includes(box.value)) {
      box.checked = true;
      const folded = box.closest("details");
      if (folded) folded.open = true;
    }
  clearTimeout(timer);
  draw();
  save();
});

form.addEventListener("submit", async (event) => {
  clearTimeout(timer);
  if (!saving) return;
  event.preventDefault(); // the draft's version is about to change: wait for it
  const button = event.submitter;
  again = false;
  await saving.catch(() => {});
  setTimeout(() => form.requestSubmit(button));
});

addEventListener("pageshow", () => draw());
