// What every page needs: the error summary takes the focus; an open menu closes with Escape; print buttons print;
// an address keeps no place on the page that was passed through; the current one of tabs that scroll is in view.
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.x-menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
const forget = () => history.replaceState(history.state, "", location.pathname + location.search);
const passed = document.querySelector("[data-passing]");
if (passed && location.hash === `#${passed.id}`) forget();
document.addEventListener("submit", () => location.hash && forget()); // a redirect would carry it on
const tab = document.querySelector(".l-side a[aria-current]");
if (tab) {
  const row = tab.closest("ul");
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
