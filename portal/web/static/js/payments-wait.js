// Asks the portal whether the gateway has told the end, and shows it. Without this script the button does the same.
const wait = document.querySelector("[data-wait]");
const PAUSES = [1, 1, 2, 2, 3, 3, 5, 5, 10, 10, 10, 10]; // seconds

async function look(round) {
  const ask = round % 4 === 3 ? wait.dataset.wait : `${wait.dataset.wait}?again=1`;
  try {
    const answer = await fetch(ask, { headers: { Accept: "application/json" } });
    if (answer.ok && !(await answer.json()).waiting) return location.reload();
  } catch {
    // No connection just now: the next round asks again.
  }
  if (round + 1 < PAUSES.length) return later(round + 1);
  wait.querySelector("[data-late]").hidden = false;
}

function later(round) {
  setTimeout(() => look(round), PAUSES[round] * 1000);
}

if (wait) later(0);
