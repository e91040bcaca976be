// A running test: the clock, turning the paper, and every answer saved as it is chosen. Grading and the deadline are
// the server's.
const timer = document.querySelector("[data-left]");
const handIn = document.querySelector("[data-hand-in]");
const paper = document.querySelector("[data-paper]");
const ends = performance.now() + Number(timer.dataset.left) * 1000;
const unsaved = new Set(); // questions whose last answer the server does not have yet
const asked = []; // every saving so far, as a promise

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
  end();
}

function end() {
  unsaved.clear();
  handIn.submit();
}

const ticking = setInterval(tick, 500);

// --- turning the paper: all questions are on the page, so a lost network stops nobody ---

const questions = paper ? [...paper.querySelectorAll("[data-answer]")] : [];
const map = document.querySelector("[data-map]");
const numberOf = (address) => Number(new URL(address, location.href).pathname.split("/").at(-1));

function mark() {
  const open = questions.findIndex((form) => !form.hidden);
  for (const [at, link] of map.querySelectorAll("a").entries()) {
    link.classList.toggle("cur", at === open);
    if (at === open) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
}

function open(number) {
  const next = questions[number - 1];
  if (!next) return false;
  const title = (of) => paper.dataset.title.replace("%NUMBER%", of);
  const before = questions.findIndex((form) => !form.hidden) + 1;
  for (const form of questions) form.hidden = form !== next;
  document.title = document.title.replace(title(before), title(number)); // the site's name behind it stays
  mark();
  window.scrollTo(0, 0);
  next.querySelector("legend").focus({ preventScroll: true });
  return true;
}

function turn(number, address) {
  if (open(number)) history.pushState(null, "", address);
}

// --- saving ---

function keep(form) {
  const box = form.querySelector("[data-saved]");
  const words = box.querySelector("span");
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  let last = 0;
  let retry = 0;

  const say = (text, bad = false) => {
    box.hidden = !text;
    box.classList.toggle("bad", bad);
    words.textContent = text;
  };

  const save = async () => {
    const mine = ++last;
    clearTimeout(retry);
    unsaved.add(form);
    const chosen = [...form.querySelectorAll("[name=chosen]:checked")].map((input) => Number(input.value));
    const text = form.querySelector("[name=text]")?.value ?? "";
    const flagged = form.querySelector("[name=flagged]").checked;
    say(paper.dataset.saySaving);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "X-CSRFToken": csrf, "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ chosen, text, flagged }),
        signal: AbortSignal.timeout(10_000),
        keepalive: true,
      });
      if (mine !== last) return;
      if (answer.ok) {
        const data = await answer.json();
        unsaved.delete(form);
        say(paper.dataset.saySaved.replace("%TIME%", data.saved));
        map.innerHTML = data.map;
        mark();
      } else if (answer.status === 409) {
        end();
      } else if (answer.status < 500) {
        const data = await answer.json().catch(() => ({}));
        say(data.error || paper.dataset.sayUnsaved, true);
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      if (mine !== last) return;
      say(paper.dataset.sayUnsaved, true);
      retry = setTimeout(save, 3000);
    }
  };

  form.addEventListener("change", () => asked.push(save()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typing = document.activeElement?.name === "text"; // Enter means on, though the way back stands first
    const go = (typing ? form.querySelector("[name=go].btn-primary") : event.submitter)?.value;
    if (go === "check") Promise.all(asked).then(() => location.assign(paper.dataset.check));
    const step = { back: -1, next: 1 }[go];
    const beside = step && questions[questions.indexOf(form) + step];
    if (beside) turn(questions.indexOf(beside) + 1, beside.action);
  });
}

if (paper) {
  questions.forEach(keep);
  map.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turn(numberOf(link.href), link.href);
  });
  window.addEventListener("popstate", () => open(numberOf(location.href)));
  window.addEventListener("beforeunload", (event) => {
    if (unsaved.size) event.preventDefault();
  });
}
