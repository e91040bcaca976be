// Offers employers of the register while a name is typed. Without script the field is a plain text field.
const SHORTEST = 2;
const WAIT = 180; // milliseconds without typing before the register is asked

for (const input of document.querySelectorAll("[data-employers]")) attach(input);

function attach(input) {
  const picked = document.getElementById(input.dataset.idField);
  const county = document.getElementById(input.dataset.countyField);
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "f-pick";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.list);
  input.closest(".x-field").after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.autocomplete = "off";
  let timer = 0;
  let asked = "";
  let rows = [];
  let at = -1;

  input.addEventListener("input", () => {
    picked.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((at + step + list.children.length) % list.children.length);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(at);
    } else if (event.key === "Escape") close();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));

  async function ask() {
    asked = input.value.trim();
    const text = asked;
    if (text.length < SHORTEST) return close();
    let found = [];
    try {
      const answer = await fetch(`${input.dataset.employers}?q=${encodeURIComponent(text)}`, {
        headers: { Accept: "application/json" },
      });
      if (answer.ok) found = await answer.json();
    } catch {
      return close(); // no network: what was typed is enough
    }
    if (text !== asked || document.activeElement !== input) return;
    rows = found;
    if (rows.length) show(text);
    else close();
  }

  function show(text) {
    list.replaceChildren(...rows.map((row, place) => option(place, marked(row.name, text), row.code)));
    list.append(option(rows.length, document.createTextNode(input.dataset.none), ""));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  }

  function option(place, name, code) {
    const item = document.createElement("li");
    item.id = `${list.id}-${place}`;
    item.setAttribute("role", "option");
    const bold = document.createElement(code ? "b" : "span");
    bold.append(name);
    item.append(bold);
    if (code) {
      const small = document.createElement("span");
      small.className = "x-id";
      small.textContent = code;
      item.append(small);
    }
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(place);
    });
    return item;
  }

  function mark(place) {
    at = place;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function choose(place) {
    const row = rows[place];
    if (row) {
      input.value = row.name;
      picked.value = row.id;
      if (county && [...county.options].some((one) => one.value === row.division)) county.value = row.division;
    }
    close();
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }
}

// The typed characters marked in a name, in their order; neighbours share one mark.
function marked(name, text) {
  const piece = document.createDocumentFragment();
  const start = name.indexOf(text);
  const hits = new Set();
  if (start >= 0) for (let i = 0; i < text.length; i += 1) hits.add(start + i);
  else {
    let from = 0;
    for (const character of text) {
      const hit = name.indexOf(character, from);
      if (hit >= 0) {
        hits.add(hit);
        from = hit + 1;
      }
    }
  }
  let place = 0;
  while (place < name.length) {
    const on = hits.has(place);
    let end = place;
    while (end < name.length && hits.has(end) === on) end += 1;
    const part = name.slice(place, end);
    if (on) {
      const hit = document.createElement("mark");
      hit.textContent = part;
      piece.append(hit);
    } else piece.append(part);
    place = end;
  }
  return piece;
}
