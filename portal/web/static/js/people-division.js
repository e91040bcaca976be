// Chooses the county that a registration code names, as long as nobody has chosen one. Without script the form
// suggests it when it comes back.
for (const county of document.querySelectorAll("[data-standing]")) attach(county);

function attach(county) {
  const code = document.getElementById(county.dataset.code);
  const kind = document.getElementById(county.dataset.kind);
  const standing = JSON.parse(county.dataset.standing); // a code of a county, old ones too -> the one to choose
  const parts = JSON.parse(county.dataset.parts); // kind of code -> where the county's digits stand in it
  const note = document.getElementById("suggested");
  let ours = note.hidden ? "" : county.value; // what was chosen here, not by the reader

  county.addEventListener("change", () => {
    ours = "";
    note.hidden = true;
  });
  code.addEventListener("input", suggest);
  kind.addEventListener("change", suggest);

  function suggest() {
    if (county.value !== ours) return;
    const part = parts[kind.value];
    const typed = code.value.normalize("NFKC").replace(/[\s-]/g, "");
    county.value = ours = (part && standing[typed.slice(...part)]) || "";
    note.hidden = !ours;
  }
}
