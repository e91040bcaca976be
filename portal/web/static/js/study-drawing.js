// What changes on the player's page: the bar and its figure after each report, the parts drawn by the server when it
// says that they are no longer true.
export class Drawing {
  constructor(root, needed, video) {
    Object.assign(this, { root, needed: needed || 1, video, stale: false, drawn: new Map() });
  }

  // What a report says of this lesson.
  bar({ cover, missing, credited }) {
    const bar = this.root.querySelector("[data-bar]");
    if (!bar) return;
    this.root.querySelector("[data-figure]").textContent = playtime(credited);
    bar.setAttribute("aria-label", bar.dataset.said.replace("{}", playtime(credited)));
    bar.querySelectorAll("span, b").forEach((part) => part.remove());
    const shown = this.video ? missing : [];
    bar.prepend(
      ...cover.map((part) => this.#piece("c", ...part)),
      ...shown.map((part) => this.#piece("m", ...part)),
      ...shown.slice(0, 9).map(([from, to], at) => {
        const mark = Object.assign(document.createElement("b"), { textContent: at + 1 });
        mark.style.left = this.#share((from + to) / 2);
        return mark;
      }),
    );
  }

  head() {
    const head = this.root.querySelector("[data-head]");
    if (head && this.video) head.style.left = this.#share(Math.min(this.needed, this.video.currentTime));
  }

  // Fetches the parts when they are stale. What cannot be fetched now is fetched after the next report.
  async parts(anew) {
    this.stale ||= anew;
    if (!this.stale) return false;
    const answer = await fetch(this.root.dataset.parts, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return false;
    this.stale = false;
    for (const [part, html] of Object.entries(await answer.json())) this.#draw(part, html);
    this.head();
    return true;
  }

  #draw(part, html) {
    const box = this.root.querySelector(`[data-${part}]`);
    if (this.drawn.get(part) === html) return;
    const focused = box.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    box.innerHTML = html;
    this.drawn.set(part, html);
    if (focused) box.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }

  #piece(kind, from, to) {
    const piece = Object.assign(document.createElement("span"), { className: kind });
    Object.assign(piece.style, { left: this.#share(from), width: this.#share(to - from) });
    return piece;
  }

  #share(seconds) {
    return `${(100 * seconds) / this.needed}%`;
  }
}

// 75 -> "1:15", 3675 -> "1:01:15", as the server writes it.
export function playtime(seconds) {
  const [whole, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return whole ? `${whole}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
