"""Printing a document: layout + snapshot + number -> PDF. The same input gives the same bytes."""

import io
import re
import zlib
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, BinaryIO

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.pdfgen.canvas import Canvas

from portal.kit import clock
from portal_certs import archival, embedding, fonts, ornaments, seal, tables, tokens, typeset, variables, writing
from portal_certs.fonts import Chains
from portal_certs.layout import Hours, Layout, Line, Ornament, Photo, Qr, Rect, Seal, Table, Text
from portal_certs.snapshot import Snapshot

ASCENT = 0.88  # of an em: where the characters of the document font stand in their line
CREATOR = "Xueshi"
_DARK = re.compile(rb"\x01+")  # modules of a code that touch


@dataclass(frozen=True)
class Printed:
    """What one document is printed from. `photo` is a JPEG, or empty where the layout wants none."""

    layout: Layout
    said: Snapshot
    number: str
    photo: bytes


@dataclass(frozen=True)
class Paper:
    """A file being drawn: what all its pages share. `kept` are operators that were drawn before, by what they say."""

    canvas: Canvas
    chains: Chains
    kept: dict[Hashable, str] = field(default_factory=dict)


class Page:
    """A page being drawn. Layouts count millimetres from above, PDF counts points from below."""

    def __init__(self, paper: Paper, printed: Printed) -> None:
        self.paper, self.canvas, self.chains = paper, paper.canvas, paper.chains
        self.layout, self.said, self.number, self.photo = printed.layout, printed.said, printed.number, printed.photo
        self.number_of = 1  # the page at hand
        table = self.layout.table()
        self.rows = tables.pages(table, self.said, self.chains) if table else [[]]

    def up(self, y: float) -> float:
        """Millimetres from above as points from below."""
        return (self.layout.height - y) * mm

    def fill(self, text: str) -> str:
        """A text of the layout on this page."""
        return variables.fill(text, self.said, self.number, self.number_of, len(self.rows))

    def draw(self) -> None:
        """All pages of the document."""
        self.canvas.setPageSize((self.layout.width * mm, self.layout.height * mm))
        for page_number in range(1, len(self.rows) + 1):
            self.number_of = page_number
            for element in self.layout.elements:
                if element.on == "every" or page_number == 1:
                    self._element(element)
            self.canvas.showPage()

    def _element(self, element: Any) -> None:
        """Draws it, or repeats what was drawn where the same was said before: most of a certificate is."""
        operators: list[str] = self.canvas._code  # type: ignore[attr-defined]
        start, says = len(operators), SAYS.get(element.type)
        key = (element, self.layout.height, says(self, element)) if says else None
        if key in self.paper.kept:
            operators.append(self.paper.kept[key])
            return
        DRAW[element.type](self, element)
        if key:
            self.paper.kept[key] = "\n".join(operators[start:])


def render(layout: Layout, said: Snapshot, number: str, photo: bytes, moment: datetime) -> bytes:
    """The finished file. `photo` is a JPEG, or empty where the layout wants none; `moment` becomes its date."""
    out = io.BytesIO()
    canvas = _canvas(out, f"{variables.fill(layout.title, said, number)} {number}", said.office, said.project, moment)
    Page(Paper(canvas, fonts.chains()), Printed(layout, said, number, photo)).draw()
    canvas.save()
    return out.getvalue()


def print_file(out: BinaryIO, documents: Iterable[Printed], moment: datetime) -> None:
    """Pages of many documents in one file for the printer. It is no issued file and carries no signature.

    Fonts and ornaments stand in it once, and what two pages say alike is set once, so a page costs a fraction of a
    file of its own.
    """
    paper = Paper(_canvas(out, CREATOR, "", "", moment), fonts.chains())
    for printed in documents:
        Page(paper, printed).draw()
    paper.canvas.save()


def _canvas(out: BinaryIO, title: str, author: str, subject: str, moment: datetime) -> Canvas:
    regular = fonts.chains()["regular"].fonts[0].fontName
    options: dict[str, Any] = {"pageCompression": 1, "invariant": 1, "initialFontName": regular, "lang": "zh-CN"}
    canvas = Canvas(out, **options)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setSubject(subject)
    canvas.setCreator(CREATOR)
    canvas.setProducer(CREATOR)
    _date(canvas, moment)
    archival.declare(canvas)
    return canvas


def missing(layout: Layout, said: Snapshot, number: str) -> str:
    """Characters of this document that no font has, each once. A document with any of them must not be issued."""
    chains, found = fonts.chains(), ""
    for element in layout.elements:
        if isinstance(element, Text):
            found += chains[element.weight].missing(variables.fill(element.text, said, number))
        elif isinstance(element, Seal):
            found += chains["bold"].missing(said.seal + element.line + element.specimen)
        elif isinstance(element, Table):
            found += chains["regular"].missing("".join(tables.words(element, said)))
    return "".join(dict.fromkeys(found))


def address(said: Snapshot, number: str) -> str:
    """Where anybody can check a document."""
    return f"{said.address}{tokens.page(number)}"


def _date(canvas: Any, moment: datetime) -> None:
    """The file's own date is that of issue, not that of printing: printed again, it is the same file."""
    stamp = TimeStamp(invariant=1)
    stamp.t = int(moment.timestamp())
    stamp.lt = clock.local(moment).timetuple()
    stamp.YMDhms, stamp.dhh, stamp.dmm = tuple(stamp.lt)[:6], 8, 0
    canvas._doc._timeStamp = stamp


def _text(page: Page, element: Text) -> None:
    chain = page.chains[element.weight]
    filled = page.fill(element.text)
    fitted = typeset.fit(filled, chain, element.w * mm, element.size, element.least, element.lines, element.spacing)
    leading = fitted.size * element.leading
    height = leading * (len(fitted.lines) - 1) + fitted.size
    slack = element.h * mm - height
    top = page.up(element.y) - slack * {"top": 0, "middle": 0.5, "bottom": 1}[element.place]
    page.canvas.setFillColor(HexColor(element.colour))
    for place, line in enumerate(fitted.lines):
        free = element.w * mm - chain.width(line, fitted.size, element.spacing)
        left = element.x * mm + free * {"left": 0, "center": 0.5, "right": 1}[element.align]
        base = top - leading * place - fitted.size * ASCENT
        writing.write(page.canvas, chain, line, left, base, fitted.size, element.spacing)


def _photo(page: Page, element: Photo) -> None:
    if page.photo:
        embedding.picture(page.canvas, f"photo{page.said.photo_sha256}", page.photo, *_box(page, element))


def _seal(page: Page, element: Seal) -> None:
    line = element.specimen if page.said.specimen and element.specimen else element.line
    x, y, w, h = _box(page, element)
    seal.draw(
        page.canvas, page.chains["bold"], x + w / 2, y + h / 2, min(w, h) / 2, page.said.seal, line, element.colour
    )


def _qr(page: Page, element: Qr) -> None:
    """Modules of one row that touch are one rectangle: fewer numbers, no hairlines between them."""
    # One mask serves a reader as well as another; the best of eight would take four times as long to find.
    lines = segno.make(address(page.said, page.number), error="m", micro=False, mask=3).matrix
    x, y, w, h = _box(page, element)
    module = min(w, h) / len(lines)
    written = [
        f"{dark.start()} {len(lines) - row} {dark.end() - dark.start()} 1 re"
        for row, line in enumerate(lines, 1)
        for dark in _DARK.finditer(line)
    ]
    page.canvas.saveState()
    page.canvas.setFillColor(HexColor(element.colour))
    page.canvas.transform(module, 0, 0, module, x, y + h - len(lines) * module)
    page.canvas._code.append("\n".join([*written, "f"]))  # type: ignore[attr-defined]
    page.canvas.restoreState()


def _line(page: Page, element: Line) -> None:
    page.canvas.setStrokeColor(HexColor(element.colour))
    page.canvas.setLineWidth(element.width * mm)
    page.canvas.line(element.x1 * mm, page.up(element.y1), element.x2 * mm, page.up(element.y2))


def _rect(page: Page, element: Rect) -> None:
    page.canvas.setStrokeColor(HexColor(element.colour))
    page.canvas.setLineWidth(element.width * mm)
    if element.fill:
        page.canvas.setFillColor(HexColor(element.fill))
    drawn = {"stroke": int(element.width > 0), "fill": int(element.fill is not None)}
    page.canvas.roundRect(*_box(page, element), element.radius * mm, **drawn)


def _ornament(page: Page, element: Ornament) -> None:
    """Thousands of points: drawn once per process and laid into each file as one object, however many pages use it."""
    width, height = page.layout.width * mm, page.layout.height * mm
    key = (element.kind, *_box(page, element), element.colour, element.accent)
    name = f"ornament{sha256(repr((key, width, height)).encode()).hexdigest()[:12]}"
    embedding.drawing(page.canvas, name, _points(*key), width, height)


@lru_cache(maxsize=32)
def _points(kind: str, x: float, y: float, w: float, h: float, colour: str, accent: str) -> bytes:
    """The operators of an ornament, deflated. They use no font and leave no state, so they serve every file."""
    canvas: Any = Canvas(io.BytesIO())
    before = len(canvas._code)
    if kind == "frame":
        ornaments.frame(canvas, x, y, w, h, colour, accent)
    else:
        ornaments.rosette(canvas, x + w / 2, y + h / 2, min(w, h) / 2, colour)
    return zlib.compress("\n".join(canvas._code[before:]).encode(), 9)


def _hours(page: Page, element: Hours) -> None:
    x, y, w, h = _box(page, element)
    total = page.said.hours() or 1
    for hours, colour in ((page.said.major, element.major), (page.said.public, element.public)):
        page.canvas.setFillColor(HexColor(colour))
        page.canvas.rect(x, y, w * hours / total, h, stroke=0, fill=1)
        x += w * hours / total


def _table(page: Page, element: Table) -> None:
    top = element.y if page.number_of == 1 else element.next_y
    tables.draw(page.canvas, element, page.rows[page.number_of - 1], page.up(top), page.chains)


def _box(page: Page, element: Any) -> tuple[float, float, float, float]:
    """Lower left corner, width and height in points."""
    return element.x * mm, page.up(element.y + element.h), element.w * mm, element.h * mm


# What of a document the operators of an element follow from; elements that are not named are drawn each time.
SAYS: dict[str, Callable[[Page, Any], Hashable]] = {
    "text": lambda page, element: page.fill(element.text),
    "seal": lambda page, _element: (page.said.seal, page.said.specimen),
    "line": lambda _page, _element: None,
    "rect": lambda _page, _element: None,
}
DRAW: dict[str, Any] = {
    "text": _text,
    "photo": _photo,
    "seal": _seal,
    "qr": _qr,
    "line": _line,
    "rect": _rect,
    "ornament": _ornament,
    "hours": _hours,
    "table": _table,
}
