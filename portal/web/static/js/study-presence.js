// 在场确认: the server asks whether somebody is there. A dialog, so that keyboard and screen reader land on its button;
// without an answer the server stops crediting, whatever this page does.
export class Presence {
  // call(url, body) talks to the server, late() stops what plays, answered(stand) goes on.
  constructor(root, { call, token, late, answered }) {
    this.box = root.querySelector("[data-check]");
    if (!this.box) return;
    Object.assign(this, { call, token, late, answered, nonce: null, timer: 0 });
    this.words = this.box.querySelector("[data-check-say]");
    this.box.querySelector("button").addEventListener("click", () => this.confirm());
    // Escape would hide the question and leave the server waiting.
    this.box.addEventListener("cancel", (event) => event.preventDefault());
  }

  // What the server said with its last answer: { nonce, left } or null.
  show(asked) {
    if (!this.box) return;
    if (!asked) {
      this.close();
      return;
    }
    if (asked.nonce !== this.nonce) this.ask(asked);
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    if (!this.box.open) this.box.showModal();
  }

  ask(asked) {
    this.nonce = asked.nonce;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lapse(), asked.left * 1000);
    this.words.textContent = asked.left ? this.words.dataset.soon : "";
  }

  lapse() {
    this.words.textContent = this.words.dataset.late;
    this.late();
  }

  async confirm() {
    try {
      const { ok, data } = await this.call(this.box.dataset.answer, { token: this.token(), nonce: this.nonce });
      if (ok) this.answered(data);
      else this.words.textContent = data.error || this.words.dataset.failed;
    } catch {
      this.words.textContent = this.words.dataset.failed;
    }
  }

  close() {
    clearTimeout(this.timer);
    this.nonce = null;
    if (this.box.open) this.box.close();
  }
}
