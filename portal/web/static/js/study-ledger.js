// Which whole seconds were played and are not reported yet. No page, no network: easy to reason about.

// A run may begin this far inside a second and still count it.
const NEARLY = 0.35;

export class Ledger {
  constructor(length) {
    this.length = length;
    this.run = null; // { from: whole second, to: exact second }
    this.unsent = []; // [from, to] in the order played
  }

  // The playhead is here now, coming from the last call without a jump.
  played(at) {
    if (this.run === null) {
      const from = at - Math.floor(at) <= NEARLY ? Math.floor(at) : Math.ceil(at);
      this.run = { from, to: at };
    } else if (at < this.run.to || at - this.run.to > 5) {
      this.cut();
      this.played(at);
    } else {
      this.run.to = at;
    }
  }

  // What is whole so far becomes reportable; the run goes on from there.
  flush() {
    if (this.run === null) return;
    const to = Math.min(this.length, Math.floor(this.run.to + 0.05));
    if (to <= this.run.from) return;
    const last = this.unsent.at(-1);
    if (last && last[1] === this.run.from) last[1] = to;
    else this.unsent.push([this.run.from, to]);
    this.run.from = to;
  }

  // The run ends: a jump or a pause.
  cut() {
    this.flush();
    this.run = null;
  }

  // The medium is over: its last, perhaps not quite whole second counts.
  toTheEnd() {
    if (this.run !== null && this.length - this.run.to < 1.5) this.run.to = this.length;
    this.cut();
  }

  get empty() {
    return this.unsent.length === 0;
  }

  batch() {
    return this.unsent.slice(0, 200).map((part) => [...part]);
  }

  // The server has these; what was played meanwhile stays.
  sent(batch) {
    for (const [from, to] of batch) {
      const mine = this.unsent[0];
      if (!mine || mine[0] !== from) return;
      if (mine[1] > to) mine[0] = to;
      else this.unsent.shift();
    }
  }
}
