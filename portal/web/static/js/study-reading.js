// Reading: time on the page, in front. A document's pages are stretches of the lesson's seconds, and only the page that
// is shown runs; an article is one stretch.
import { playtime } from "./study-drawing.js";

export class Reading {
  // needed: seconds of the lesson; over(): a stretch came to its end; turned(): another page is shown.
  constructor(root, needed, ledger, { wanted, over, turned }) {
    Object.assign(this, { root, needed, ledger, wanted, over, turned, running: false, last: 0 });
    this.box = root.querySelector("[data-pages]");
    this.pages = this.box ? JSON.parse(this.box.dataset.pages) : null;
    this.at = this.box ? Number(this.box.dataset.page) - 1 : 0;
    this.cover = JSON.parse(root.dataset.cover);
    this.read = this.#open();
    if (this.box) root.addEventListener("click", (event) => this.#clicked(event));
    this.#say();
  }

  // Where somebody comes back to.
  get position() {
    return this.pages ? this.#span[0] : Math.floor(this.read);
  }

  start(running) {
    this.running = running;
    this.last = performance.now();
    if (running) this.ledger.played(this.read);
  }

  tick() {
    const now = performance.now();
    const step = (now - this.last) / 1000;
    this.last = now;
    const [, end] = this.#span;
    // A file in a tab of its own is read there. After a closed lid the timer jumps; only time in steps was read.
    const inFront = document.visibilityState === "visible" || (this.root.dataset.kind === "document" && !this.pages);
    if (!this.running || !inFront || step > 5 || this.read >= end || !this.wanted()) return;
    this.read = Math.min(end, this.read + step);
    this.ledger.played(this.read);
    this.#say();
    if (this.read < end) return;
    this.ledger.toTheEnd();
    this.over();
  }

  // Reading goes on at the first second that is not credited, whatever was claimed: earlier, or later where a lesson is
  // complete before its very last second.
  credited(cover) {
    this.cover = cover;
    const at = this.#open();
    if (at > this.read || (this.ledger.empty && at < Math.floor(this.read) - 1)) this.#goTo(at);
    this.#say();
  }

  get #span() {
    return this.pages ? this.pages[this.at] : [0, this.needed];
  }

  #open() {
    const [start, end] = this.#span;
    let at = start;
    for (const [from, to] of this.cover) if (from <= at && at < to) at = to;
    return Math.min(at, end);
  }

  #goTo(at) {
    this.ledger.cut();
    this.read = at;
    if (this.running) this.ledger.played(at);
  }

  #clicked(event) {
    const link = event.target.closest("[data-turn]");
    if (!link) return;
    event.preventDefault();
    const wanted = link.dataset.turn;
    const to = { back: this.at - 1, on: this.at + 1 }[wanted] ?? Number(wanted) - 1;
    if (to < 0 || to >= this.pages.length || to === this.at) return;
    this.at = to;
    this.#goTo(this.#open());
    this.#show();
    this.turned();
  }

  #show() {
    const number = this.at + 1;
    const picture = this.box.querySelector("img");
    picture.src = `${this.box.dataset.picture}/${number}`;
    const said = this.box.querySelector("[data-at]");
    said.textContent = said.dataset.at.replace("{}", number);
    picture.alt = said.textContent;
    for (const [turn, there] of [["back", number > 1], ["on", number < this.pages.length]]) {
      const link = this.box.querySelector(`[data-turn=${turn}]`);
      link.setAttribute("aria-disabled", String(!there));
      link.classList.toggle("disabled", !there);
    }
    this.#say();
    this.box.scrollIntoView({ block: "start" });
  }

  #say() {
    const left = this.box?.querySelector("[data-left]");
    if (!left) return;
    const rest = Math.ceil(this.#span[1] - this.read);
    left.textContent = rest > 0 ? left.dataset.left.replace("{}", playtime(rest)) : left.dataset.done;
  }
}
