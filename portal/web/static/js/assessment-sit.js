// A running test: the clock, and every answer saved as it is chosen. Grading and the deadline are the server's.
const timer = document.querySelector("[data-left]");
const handIn = document.querySelector("[data-hand-in]");
const form = document.querySelector("[data-answer]");
const ends = performance.now() + Number(timer.dataset.left) * 1000;

// --- the clock: counted from the server's figure, whatever this device's clock says ---

const face = timer.querySelector("[data-clock]");
const timeSay = document.querySelector("[data-time-say]");
let announced = Number(timer.dataset.left);

function show(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

function tick() {
  const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
  face.textContent = show(left);
  for (const [at, text] of [[300, timeSay.dataset.five], [60, timeSay.dataset.one]]) {
    if (announced > at && left <= at) timeSay.textContent = text;
  }
  announced = left;
  if (left > 0) return;
  clearInterval(ticking);
  unsaved = false;
  handIn.submit();
}

const ticking = setInterval(tick, 500);
let unsaved = false;

// --- saving ---

if (form) {
  const box = form.querySelector("[data-saved]");
  const words = box.querySelector("span");
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  let turn = 0;
  let retry = 0;

  const say = (text, bad = false) => {
    box.hidden = !text;
    box.classList.toggle("bad", bad);
    words.textContent = text;
  };

  const save = async () => {
    const mine = ++turn;
    clearTimeout(retry);
    unsaved = true;
    const chosen = [...form.querySelectorAll("[name=chosen]:checked")].map((input) => Number(input.value));
    const text = form.querySelector("[name=text]")?.value ?? "";
    const flagged = form.querySelector("[name=flagged]").checked;
    say(form.dataset.saySaving);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "X-CSRFToken": csrf, "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ chosen, text, flagged }),
        signal: AbortSignal.timeout(10_000),
        keepalive: true,
      });
      if (mine !== turn) return;
      if (answer.ok) {
        const data = await answer.json();
        unsaved = false;
        say(form.dataset.saySaved.replace("%TIME%", data.saved));
        document.querySelector("[data-map]").innerHTML = data.map;
      } else if (answer.status === 409) {
        unsaved = false;
        handIn.submit();
      } else if (answer.status < 500) {
        const data = await answer.json().catch(() => ({}));
        say(data.error || form.dataset.sayUnsaved, true);
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      if (mine !== turn) return;
      say(form.dataset.sayUnsaved, true);
      retry = setTimeout(save, 3000);
    }
  };

  form.addEventListener("change", save);
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
