"""A layout as fields of a form, and what was typed as a layout again: one field per value, no script needed.

Fields are named `title`, `width`, `height`, and `e3.x` for what belongs to the fourth element. Whatever cannot be a
value of its kind is kept as it was typed and refused by the layout's own rules.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from portal.kit import Problem, _l
from portal_certs.layout import KINDS, Layout, supplied

MOST = 120  # elements of a layout
PAGE = ("title", "width", "height")
_NAME = re.compile(r"e(\d{1,3})\.([a-z_0-9]+)")
NUMBER = _l("A number is needed.")
SENTENCES: dict[str, object] = {
    "missing": _l("This is needed."),
    "string_too_short": _l("This is needed."),
    "float_parsing": NUMBER,
    "float_type": NUMBER,
    "int_parsing": NUMBER,
    "int_type": NUMBER,
    "int_from_float": _l("A whole number is needed."),
    "string_pattern_mismatch": _l("A colour looks like #0b5b69."),
    "literal_error": _l("Choose one of the list."),
}
LIMITS = {"ge": _l("At least %(limit)s."), "gt": _l("More than %(limit)s."), "le": _l("At most %(limit)s.")}
NOT_HERE = _l("This cannot stand here.")


@dataclass(frozen=True)
class Blank:
    """A field of the form. kind: number | text | lines | colour | choice | data."""

    name: str
    label: object
    kind: str
    value: str
    choices: tuple[tuple[str, object], ...] = ()  # value, words


@dataclass(frozen=True)
class Piece:
    """An element of the layout with its fields."""

    place: int
    kind: str
    summary: str
    blanks: tuple[Blank, ...]


def pieces(layout: Mapping[str, Any]) -> list[Piece]:
    """The elements of a layout, right or wrong, as fields."""
    return [_piece(place, element) for place, element in enumerate(layout["elements"])]


def read(typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as a layout; whether it is one, `problems` says."""
    elements: dict[int, dict[str, Any]] = {}
    for name, text in typed.items():
        found = _NAME.fullmatch(name)
        if found:
            elements.setdefault(int(found[1]), {})[found[2]] = text
    ordered = [_element(elements[place]) for place in sorted(elements)][:MOST]
    page = {"title": typed.get("title", ""), **{name: _number(typed.get(name, "")) for name in PAGE[1:]}}
    return {**page, "elements": ordered}


def step(layout: dict[str, Any], done: str, kind: str) -> bool:
    """Adds, moves or drops an element, as a button says: "add", "up:3", "down:3", "drop:3". False: no such step."""
    elements, (verb, _, where) = layout["elements"], done.partition(":")
    if verb == "add" and kind in KINDS and len(elements) < MOST:
        elements.append(_fresh(kind))
        return True
    if not where.isdecimal() or int(where) >= len(elements) or verb not in ("up", "down", "drop"):
        return False
    element = elements.pop(int(where))
    if verb != "drop":
        elements.insert(max(int(where) + (-1 if verb == "up" else 1), 0), element)
    return True


def problems(layout: Mapping[str, Any]) -> list[Problem]:
    """Everything that keeps it from being a layout, each at its field."""
    try:
        Layout.model_validate(layout)
    except ValidationError as wrong:
        return [Problem(_sentence(error), _field(error["loc"])) for error in wrong.errors()]
    return []


def _piece(place: int, element: Mapping[str, Any]) -> Piece:
    kind = str(element.get("type"))
    model = KINDS.get(kind)
    fields = model.model_fields if model else {}
    blanks = tuple(
        _blank(f"e{place}.{name}", name, field, element.get(name, field.get_default()))
        for name, field in fields.items()
        if name != "type"
    )
    said = next((str(element[name]) for name in ("text", "line", "kind") if element.get(name)), "")
    return Piece(place, kind, str(CHOICES.get(said, said)).replace("\n", " ")[:40], blanks)


def _blank(name: str, label: str, field: FieldInfo, value: Any) -> Blank:
    annotation, choices = field.annotation, tuple[tuple[str, object], ...]()
    if get_origin(annotation) is Literal:
        kind, choices = "choice", tuple((one, CHOICES[one]) for one in get_args(annotation))
    elif annotation in (float, int):
        kind = "number"
    elif label in ("colour", "accent", "major", "public", "rule", "head"):
        kind = "colour"
    elif isinstance(value, (tuple, list, dict)) or label in ("columns", "kinds"):
        kind = "data"
    else:
        kind = "lines" if label == "text" else "text"
    return Blank(name, LABELS.get(label, label), kind, _typed(value, kind), choices)


def _typed(value: Any, kind: str) -> str:
    if kind == "data" and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, indent=1)
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None or repr(value) == "PydanticUndefined" else str(value)


def _element(typed: Mapping[str, str]) -> dict[str, Any]:
    model = KINDS.get(typed.get("type", ""))
    found: dict[str, Any] = {"type": typed.get("type", "")}
    for name, field in model.model_fields.items() if model else ():
        text = typed.get(name)
        if name == "type" or text is None or (text == "" and not field.is_required()):
            continue
        found[name] = _value(field, name, text)
    return found


def _value(field: FieldInfo, name: str, text: str) -> Any:
    if field.annotation in (float, int):
        return _number(text)
    if name in ("columns", "kinds"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text.replace("\r\n", "\n")


def _number(text: str) -> float | int | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 10**6 else number


def _fresh(kind: str) -> dict[str, Any]:
    """A new element of a kind in the upper left corner, ready to be moved; a table as the proof has it."""
    (table,) = (element for element in supplied("proof")["elements"] if element["type"] == "table")
    here = {"x": 10, "y": 10, "w": 40, "h": 10, "x1": 10, "y1": 10, "x2": 50, "y2": 10, "next_y": 10}
    wanted = {**table, **here, "size": 12, "text": "", "kind": "frame"}
    required = (name for name, field in KINDS[kind].model_fields.items() if field.is_required() and name != "type")
    return {"type": kind, **{name: wanted[name] for name in required}}


def _field(where: Sequence[int | str]) -> str:
    if where[:1] != ("elements",):
        return str(where[0]) if where else ""
    if len(where) < 2:
        return ""
    return f"e{where[1]}.{where[3]}" if len(where) > 3 else f"e{where[1]}"


def _sentence(error: Any) -> object:
    given = error.get("ctx", {})
    for limit, sentence in LIMITS.items():
        if limit in given:
            return str(sentence) % {"limit": f"{given[limit]:g}"}
    if error["type"] == "value_error":
        return given["error"].args[0]
    return SENTENCES.get(error["type"], NOT_HERE)


def labels() -> Iterator[str]:
    """Names of all values an element can have, for the test that each has words."""
    for model in KINDS.values():
        yield from (name for name in model.model_fields if name != "type")


CHOICES: dict[str, object] = {
    "every": _l("every page"),
    "first": _l("the first page"),
    "left": _l("left"),
    "center": _l("centred"),
    "right": _l("right"),
    "top": _l("top"),
    "middle": _l("middle"),
    "bottom": _l("bottom"),
    "regular": _l("regular"),
    "bold": _l("bold"),
    "frame": _l("frame"),
    "rosette": _l("rosette"),
}
LABELS: dict[str, object] = {
    "x": _l("From the left, mm"),
    "y": _l("From above, mm"),
    "w": _l("Width, mm"),
    "h": _l("Height, mm"),
    "x1": _l("Begins from the left, mm"),
    "y1": _l("Begins from above, mm"),
    "x2": _l("Ends from the left, mm"),
    "y2": _l("Ends from above, mm"),
    "on": _l("On which pages"),
    "text": _l("Text"),
    "size": _l("Size in points"),
    "least": _l("Smallest size in points"),
    "lines": _l("At most so many lines"),
    "weight": _l("Weight"),
    "align": _l("Alignment"),
    "place": _l("Place in the box"),
    "colour": _l("Colour"),
    "spacing": _l("Space between characters"),
    "leading": _l("Line spacing"),
    "line": _l("Line below the star"),
    "specimen": _l("The same in a demonstration"),
    "width": _l("Thickness, mm"),
    "radius": _l("Rounded corners, mm"),
    "fill": _l("Filled with"),
    "kind": _l("Kind"),
    "accent": _l("Second colour"),
    "major": _l("Colour of professional subjects"),
    "public": _l("Colour of public subjects"),
    "next_y": _l("From above on later pages, mm"),
    "columns": _l("Columns (JSON)"),
    "kinds": _l("Names of the kinds (JSON)"),
    "total": _l("Word for the total"),
    "end": _l("Words below the last row"),
    "padding": _l("Space in a cell, mm"),
    "rule": _l("Colour of the rules"),
    "head": _l("Colour of the heading"),
}
