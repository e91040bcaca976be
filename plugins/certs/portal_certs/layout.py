"""The layout of a document as versioned data: elements in millimetres from the upper left corner of the page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from portal.kit import _l
from portal_certs import variables

SUPPLIED = Path(__file__).parent / "layouts"
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Length = Annotated[float, Field(ge=0, le=1000, description="millimetres")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Element(_Part):
    on: Literal["every", "first"] = Field("every", description="pages it stands on")


class _Box(_Element):
    x: Length
    y: Length
    w: Length
    h: Length


class Text(_Box):
    """Text with {variables} in a box. It shrinks from `size` to `least` points until it has at most `lines` lines.

    `spacing` is added between characters, in points; `leading` is a multiple of the size.
    """

    type: Literal["text"]
    text: str
    size: float = Field(ge=4, le=120)
    least: float = Field(6, ge=4, le=120)
    lines: int = Field(1, ge=1)
    weight: Literal["regular", "bold"] = "regular"
    align: Literal["left", "center", "right"] = "left"
    place: Literal["top", "middle", "bottom"] = "middle"
    colour: Colour = "#1a2428"
    spacing: float = Field(0, ge=0, le=60)
    leading: float = Field(1.5, ge=1, le=3)

    @field_validator("text")
    @classmethod
    def _known_variables(cls, text: str, info: ValidationInfo) -> str:
        if variables.used(text) and not info.context and (strange := variables.unknown(text)):
            raise ValueError(_l("Unknown variables: %(names)s.", names=", ".join(sorted(strange))))
        return text


class Photo(_Box):
    """The holder's photo, filling the box."""

    type: Literal["photo"]


class Seal(_Box):
    """The round seal of the issuing office; `line` stands under its star."""

    type: Literal["seal"]
    line: str = ""
    specimen: str = Field("", description="what stands there instead on a site that only demonstrates")
    colour: Colour = "#c4342a"


class Qr(_Box):
    """The address of the document's verification page as a QR code."""

    type: Literal["qr"]
    colour: Colour = "#1a2428"


class Line(_Element):
    """A straight line."""

    type: Literal["line"]
    x1: Length
    y1: Length
    x2: Length
    y2: Length
    width: float = Field(0.2, gt=0, le=5)
    colour: Colour = "#cfc8b8"


class Rect(_Box):
    """A rectangle, filled or not."""

    type: Literal["rect"]
    width: float = Field(0.2, ge=0, le=5)
    radius: Length = 0
    colour: Colour = "#cfc8b8"
    fill: Colour | None = None


class Ornament(_Box):
    """A drawn ornament: a frame of fine lines around the box, or a rosette that fills it."""

    type: Literal["ornament"]
    kind: Literal["frame", "rosette"]
    colour: Colour = "#0b5b69"
    accent: Colour = "#d0912a"


class Hours(_Box):
    """The hours drawn to scale, professional and public subjects beside each other."""

    type: Literal["hours"]
    major: Colour = "#0b5b69"
    public: Colour = "#4a929d"


class Column(_Part):
    """A column of a table: its heading, its width and what of a course stands in it."""

    title: str
    w: Length
    value: Literal["place", "year", "kind", "title", "hours", "earned_on"]
    align: Literal["left", "center", "right"] = "left"


class Table(_Box):
    """The courses, one row each, over as many pages as they need; `next_y` is where it begins on later pages.

    The heading is repeated; a long title takes more lines. `kinds` says what kinds of hours are called; `end` stands
    below the last row, so that nobody writes one more.
    """

    type: Literal["table"]
    next_y: Length
    columns: tuple[Column, ...] = Field(min_length=1)
    kinds: dict[str, str]
    total: str
    end: str = ""
    size: float = Field(9, ge=4, le=40)
    padding: Length = 1.6
    colour: Colour = "#1a2428"
    rule: Colour = "#cfc8b8"
    head: Colour = "#efece3"


KINDS: dict[str, type[_Element]] = {
    "text": Text,
    "photo": Photo,
    "seal": Seal,
    "qr": Qr,
    "line": Line,
    "rect": Rect,
    "ornament": Ornament,
    "hours": Hours,
    "table": Table,
}
Element = Annotated[
    Text | Photo | Seal | Qr | Line | Rect | Ornament | Hours | Table,
    Field(discriminator="type"),
]


class Layout(_Part):
    """One page and what stands on it, in the order of drawing."""

    title: str = Field(min_length=1, max_length=60)
    width: float = Field(gt=20, le=1000)
    height: float = Field(gt=20, le=1000)
    elements: tuple[Element, ...]

    @model_validator(mode="after")
    def _inside(self) -> "Layout":
        for element in self.elements:
            right, bottom = (
                (max(element.x1, element.x2), max(element.y1, element.y2))
                if isinstance(element, Line)
                else (element.x + element.w, element.y + element.h)
            )
            if right > self.width or bottom > self.height:
                ends = {"kind": element.type, "right": f"{right:g}", "bottom": f"{bottom:g}"}
                raise ValueError(_l("%(kind)s ends at %(right)s, %(bottom)s mm: outside the page.", **ends))
        return self

    @classmethod
    def published(cls, layout: Mapping[str, Any]) -> "Layout":
        """A version in use or an older one: it stays what it is when a plugin whose variable it uses is off."""
        return cls.model_validate(layout, context={"published": True})

    def table(self) -> Table | None:
        """The table of courses, where there is one."""
        return next((element for element in self.elements if isinstance(element, Table)), None)

    def wants_photo(self) -> bool:
        """Whether a document of this layout cannot do without a photo."""
        return any(isinstance(element, Photo) for element in self.elements)


def supplied(kind: str) -> dict[str, Any]:
    """The layout that comes with the plugin."""
    found: dict[str, Any] = json.loads((SUPPLIED / f"{kind}.json").read_text("utf-8"))
    return found
