// Page 1 with fewer clicks: a choice shows its page at once, a chosen or dropped file is sent at once.
for (const form of document.querySelectorAll("[data-choose]")) {
  form.querySelector("[data-plain]").hidden = true;
  form.addEventListener("change", (event) => {
    if (event.target.name === "county") form.elements.class.value = "";
    form.requestSubmit();
  });
}

for (const box of document.querySelectorAll("[data-fixed]"))
  box.addEventListener("click", (event) => event.preventDefault()); // compulsory courses stay

for (const form of document.querySelectorAll("[data-upload]")) attach(form);

function attach(form) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-drop]");
  input.addEventListener("change", () => {
    if (input.files.length) form.requestSubmit();
  });
  if (!zone) return;
  zone.querySelector("[data-hint]").hidden = false;
  for (const name of ["dragover", "dragleave", "drop"])
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
    });
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
