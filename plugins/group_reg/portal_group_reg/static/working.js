// Shows how far the work is and goes on by itself when it is done. Without script the page renews itself.
const place = document.querySelector("[data-working]");
const bar = place.querySelector("[role=progressbar]");
const WAIT = 700; // milliseconds between looks

async function look() {
  try {
    const answer = await fetch(place.dataset.working, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { working, done, of } = await answer.json();
    if (!working) {
      location.reload();
      return;
    }
    const share = of ? Math.floor((done * 100) / of) : 0;
    bar.setAttribute("aria-valuenow", share);
    bar.firstElementChild.style.width = `${share}%`;
  } catch {
    // No network for a moment: look again.
  }
  setTimeout(look, WAIT);
}

setTimeout(look, WAIT);
