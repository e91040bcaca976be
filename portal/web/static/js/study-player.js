// The player: notes which seconds were really played and reports them every ten seconds.
// The server decides what is credited; nothing here can earn a second the clock has not paid for.
import { Drawing, playtime } from "./study-drawing.js";
import { Ledger } from "./study-ledger.js";
import { Presence } from "./study-presence.js";
import { Reading } from "./study-reading.js";

const EVERY = 10_000;
const root = document.querySelector("[data-player]");
const video = root.querySelector("video");
const csrf = document.querySelector('meta[name="csrf-token"]').content;
const needed = Number(root.dataset.needed);
const reading = root.dataset.kind !== "video";
const ledger = new Ledger(needed);

let token = null;
let opening = null;
let sending = false;
let complete = Boolean(root.dataset.complete);
let offline = false; // an open session whose reports do not get through
const drawing = new Drawing(root, needed, video);
const text = reading && needed ? new Reading(root, needed, ledger, { wanted: () => !complete, over: told, turned: told }) : null;

// --- what the learner is told ---

const sayBox = root.querySelector("[data-say]");
const live = root.querySelector("[data-live]");

function say(said, action) {
  sayBox.replaceChildren();
  sayBox.hidden = !said;
  if (!said) return;
  sayBox.append(said);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-second btn-sm";
    button.textContent = root.dataset.sayHere;
    button.addEventListener("click", action);
    sayBox.append(" ", button);
  }
}

// --- talking to the server ---

async function call(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrf, "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
    keepalive: true,
  });
  const data = await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, data };
}

// Opens a session once, however many ask. Resolves to true when there is a token.
function open() {
  opening ??= call(root.dataset.open, {})
    .then(({ ok, status, data }) => {
      if (ok) {
        token = data.token;
        presence.show(data.check);
      } else stop(status === 401 ? root.dataset.sayLogin : data.error);
      return ok;
    })
    .catch(() => {
      stop(root.dataset.sayAway);
      return false;
    })
    .finally(() => {
      opening = null;
    });
  return opening;
}

function position() {
  return video ? Math.floor(video.currentTime) : text.position;
}

async function report() {
  ledger.flush();
  if (sending || !token || ledger.empty) return;
  sending = true;
  const batch = ledger.batch();
  try {
    const { ok, status, data } = await call(root.dataset.report, { token, played: batch, position: position() });
    if (ok) {
      ledger.sent(batch);
      if (offline) say(root.dataset.sayBack);
      offline = false;
      apply(data);
    } else if (status === 401) {
      stop(root.dataset.sayLogin);
    } else if (status >= 500) {
      lost();
    } else {
      ledger.sent(batch);
      token = null;
      stop(data.error);
    }
  } catch {
    lost();
  } finally {
    sending = false;
  }
}

// A page came to its end or was turned: what is missing is drawn anew.
async function told() {
  await report();
  if (text.pages) drawing.parts(true);
}

// Those who cannot see the bar hear of a part that is not credited when it comes about.
function missed([start, end, why]) {
  const said = `${playtime(start)}–${playtime(end)} ${why}`;
  if (said !== live.textContent) live.textContent = said;
}

function apply(stand) {
  drawing.bar(stand);
  if (video && stand.missing.length) missed(stand.missing.at(-1));
  presence.show(complete || stand.complete ? null : stand.check);
  if (stand.complete && !complete) {
    complete = true;
    say("");
  }
  drawing.parts(stand.anew).then((drawn) => {
    if (drawn && complete) live.textContent = root.querySelector(".p-next")?.textContent.trim() ?? "";
  });
  text?.credited(stand.cover);
  if (stand.state === "open" || complete) return;
  token = null;
  if (stand.state === "newer") stop(stand.why, goOn);
  else if (playing()) (video ? started() : open());
}

function lost() {
  offline = true;
  say(root.dataset.sayOffline);
}

function stop(said, action) {
  video?.pause();
  if (text) text.running = false;
  ledger.cut();
  say(said, action);
}

async function goOn() {
  say("");
  if (video) {
    await video.play().catch(() => {});
  } else {
    text.start(await open());
  }
}

function confirmed(stand) {
  apply(stand);
  if (!playing()) goOn();
}

// A page that is being left sends its last seconds as a form: it arrives even while the page is torn down.
function leave() {
  ledger.cut();
  if (!token) return;
  const form = new FormData();
  form.append("csrf_token", csrf);
  form.append("token", token);
  form.append("played", JSON.stringify(ledger.batch()));
  form.append("position", String(position()));
  form.append("closing", "1");
  if (navigator.sendBeacon(root.dataset.report, form)) {
    ledger.sent(ledger.batch());
    token = null;
  }
}

const presence = new Presence(root, { call, token: () => token, late: () => stop(""), answered: confirmed });

// --- a video ---

function playing() {
  return video ? !video.paused && !video.ended : Boolean(text?.running);
}

async function started() {
  if (complete || token) return;
  const from = Math.floor(video.currentTime);
  ledger.cut();
  if (!(await open())) return;
  // The wall clock pays from now on: the moments that passed while the session was opened are played again.
  if (video.currentTime >= from && video.currentTime - from < 5) video.currentTime = from;
}

function watchVideo() {
  const start = Number(/^#t=(\d+)$/.exec(location.hash)?.[1] ?? root.dataset.position);
  const seekTo = () => {
    if (start > 0 && start < needed - 1) video.currentTime = start;
  };
  if (video.readyState >= 1) seekTo();
  else video.addEventListener("loadedmetadata", seekTo, { once: true });
  video.addEventListener("play", started);
  video.addEventListener("timeupdate", () => {
    if (!video.seeking && !video.paused && token && !complete) ledger.played(video.currentTime);
    drawing.head();
  });
  video.addEventListener("seeking", () => ledger.cut());
  video.addEventListener("pause", () => {
    if (!video.seeking && !video.ended && token && !complete) ledger.played(video.currentTime);
    report();
  });
  video.addEventListener("ended", () => {
    ledger.toTheEnd();
    report();
  });
  video.addEventListener("ratechange", () => {
    if (complete || video.playbackRate <= 1) return;
    video.playbackRate = 1;
    say(root.dataset.sayRate);
  });
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    if (!link) return;
    event.preventDefault();
    video.currentTime = Number(link.dataset.seek);
    video.play().catch(() => {});
    video.scrollIntoView({ block: "nearest" });
    video.focus();
  });
}

// --- a text ---

async function readText() {
  if (complete || !needed) return;
  text.start(await open());
  setInterval(() => text.tick(), 500);
}

// --- begin ---

// A page that is loaded anew may have been drawn before the last seconds of the one before arrived.
async function lookAgain() {
  if (playing() || token || !(await drawing.parts(true))) return;
  const at = Number(root.querySelector("[data-head]")?.dataset.at ?? 0);
  if (video?.paused && at > video.currentTime && at < needed - 1) video.currentTime = at;
}
if (performance.getEntriesByType("navigation")[0]?.type === "reload") setTimeout(lookAgain, 1000);

if (needed) {
  if (reading) readText();
  else if (video) watchVideo();
  setInterval(() => {
    if (playing() && !token && !opening && !complete) (video ? started() : open());
    report();
  }, EVERY);
  window.addEventListener("online", () => report());
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") return;
    if (video && !video.paused && !complete) {
      video.pause();
      say(root.dataset.sayHidden);
    }
    report();
  });
}
