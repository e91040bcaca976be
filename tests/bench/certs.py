"""Certificates with photo, seal and code, as multiples of what deflating and writing alone costs.

The floor deflates 25 kB, as much as the outlines a certificate needs come to, and writes the whole file. Each call of a
row prints for the next of twenty invented people. Everything counts processor time, of all threads.
"""

import io
import json
import random
import time
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from typing import Any

import segno
from flask import Flask

from portal.demo import portrait
from portal.fonts import FONTS
from portal.photos import checks
from portal_certs import fonts as fonts_
from portal_certs import keys, pades, render, typeset, variables
from portal_certs.layout import Layout, Text, supplied
from portal_certs.sample import SAMPLE
from portal_certs.snapshot import Snapshot
from tests.bench.rounds import Row
from tests.bench.stock_certs import Stock

NOW = datetime(2026, 5, 20, 1, 12, tzinfo=UTC)
DEFLATED = 25_000  # bytes
PAGES = 1000  # of the print file
PEOPLE = 20  # at once in memory, for all rows but that
SIGNS = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜晓明文建国海燕志强丽娟伟东静芳"
TYPST = "certificate, typst"


def rows(app: Flask, folder: Path) -> list[Row]:
    """The rows of the bench; that of typst only where its wheel is installed."""
    with app.app_context():
        return _rows(app, folder)


def _rows(app: Flask, folder: Path) -> list[Row]:
    fonts_.warm()
    everybody = [_document(number) for number in range(PAGES)]
    documents = everybody[:PEOPLE]
    files = [_rendered(one) for one in documents]
    signer = keys.at_need(NOW)
    assert signer is not None
    stock = Stock(folder, [_told(one) for one in documents])
    floor, own = "certificate floor", "certificate"
    timed: dict[str, Any] = {"clock": time.process_time}
    found = [
        Row(floor, _floor(files[0], folder), size=len(files[0]), **timed),
        Row(own, _in(app, documents, _rendered), against=floor, size=len(files[0]), **timed),
        Row("certificate, stock reportlab", stock.draw, against=own, size=stock.size, clock=stock.clock),
        Row("page of a print file", _in(app, [everybody], _print), against=own, least=1, parts=PAGES, **timed),
        Row("signature", _in(app, files, lambda data: pades.sign(data, signer, NOW)), against=own, **timed),
    ]
    if find_spec("typst"):
        found.append(Row(TYPST, _typst(folder, documents), against=own, optional=True, **timed))
    return found


@cache
def _layout() -> Layout:
    return Layout.model_validate(supplied("certificate"))


def _document(number: int) -> render.Printed:
    chance = random.Random(number)
    name, firm = ("".join(chance.choices(SIGNS, k=length)) for length in (chance.choice((2, 3, 3, 3, 4)), 12))
    id_shown = f"130208 ******** {chance.randrange(10_000):04d}"
    own = {"name": name, "employer": f"{firm}有限责任公司", "id_shown": id_shown, "photo_sha256": f"{number:064x}"}
    said = SAMPLE.model_copy(update=own)
    return render.Printed(_layout(), said, f"HE26-0208-{number + 1:06d}-0", _face(number % 4))


@cache
def _face(number: int) -> bytes:
    return checks.check(portrait.draw(number)).data


def _rendered(one: render.Printed) -> bytes:
    return render.render(one.layout, one.said, one.number, one.photo, NOW)


def _print(documents: list[render.Printed]) -> None:
    render.print_file(io.BytesIO(), documents, NOW)


def _in(app: Flask, things: list[Any], work: Callable[[Any], Any]) -> Callable[[], Any]:
    """The work on the next of the things at each call."""
    turn = cycle(things)

    def call() -> Any:
        with app.app_context():
            return work(next(turn))

    return call


def _floor(data: bytes, folder: Path) -> Callable[[], None]:
    """Deflates outlines of characters, which hardly shrink, at zlib's own level, and writes a file."""
    regular = fonts_.chain("regular").fonts[0].face
    codes = sorted(set(map(ord, SIGNS + SAMPLE.employer + SAMPLE.project)) & set(regular.charToGlyph))
    raw = regular.makeSubset(codes)[:DEFLATED]
    if len(raw) < DEFLATED:
        raise SystemExit("bench: too few outlines")
    path = folder / "floor.pdf"

    def write() -> None:
        zlib.compress(raw)
        path.write_bytes(data)

    return write


def _told(one: render.Printed) -> dict[str, Any]:
    """A certificate as plain values: every text with its place and size, so that others need to fit nothing."""
    elements = []
    for element in one.layout.elements:
        told = element.model_dump()
        if isinstance(element, Text):
            told |= _fitted(element, one.said, one.number)
        elements.append(told)
    return {
        "width": one.layout.width,
        "height": one.layout.height,
        "elements": elements,
        "hours": [one.said.major, one.said.public],
        "seal": one.said.seal,
        "address": render.address(one.said, one.number),
        "photo": one.photo.hex(),
    }


def _fitted(element: Text, said: Snapshot, number: str) -> dict[str, Any]:
    text = variables.fill(element.text, said, number, 1, 1)
    chain = fonts_.chain(element.weight)
    width = element.w * render.mm
    fitted = typeset.fit(text, chain, width, element.size, element.least, element.lines, element.spacing)
    return {"size": fitted.size, "text": "\n".join(fitted.lines)}


# --- typst -----------------------------------------------------------------------------------------------------------


def _typst(folder: Path, documents: list[render.Printed]) -> Callable[[], Any]:
    """One compiler for all; ornaments come as a PDF it embeds (so it makes no PDF/A).

    It has no QR codes: each is made by the library we use, in its time as it is in ours, and comes as SVG.
    """
    import typst  # type: ignore[import-not-found, unused-ignore]

    (folder / "ornaments.pdf").write_bytes(_ornaments(documents[0]))
    inputs = []
    for place, one in enumerate(documents):
        (folder / f"photo{place}.jpg").write_bytes(one.photo)
        told = _told(one) | {"photo": "", "place": place}
        inputs.append((render.address(one.said, one.number), json.dumps(told, ensure_ascii=False)))
    (folder / "certificate.typ").write_text(SOURCE, "utf-8")
    compiler = typst.Compiler(
        str(folder / "certificate.typ"), str(folder), [str(FONTS["regular"].parent)], ignore_system_fonts=True
    )
    people = cycle(inputs)

    def compile_() -> Any:
        address, told = next(people)
        code = _svg(segno.make(address, error="m", micro=False, mask=3).matrix)
        return compiler.compile(format="pdf", sys_inputs={"told": told, "code": code}, pdf_tags=False)

    if len(compile_()) < DEFLATED:
        raise SystemExit("bench: typst has printed nothing")
    return compile_


def _ornaments(one: render.Printed) -> bytes:
    """The ornaments of a certificate alone."""
    kept = tuple(element for element in one.layout.elements if element.type == "ornament")
    return render.render(one.layout.model_copy(update={"elements": kept}), one.said, one.number, b"", NOW)


def _svg(lines: Sequence[bytearray]) -> str:
    squares = "".join(
        f"M{column} {row}h1v1h-1z" for row, line in enumerate(lines) for column, dark in enumerate(line) if dark
    )
    size = len(lines)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{squares}"/></svg>'


SOURCE = """
#let told = json(bytes(sys.inputs.told))
#set page(width: told.width * 1mm, height: told.height * 1mm, margin: 0mm)
#set text(font: "Noto Serif SC", top-edge: 0.88em, bottom-edge: -0.12em)
#let at(e, body) = place(top + left, dx: e.x * 1mm, dy: e.y * 1mm, body)
#at((x: 0, y: 0), image("ornaments.pdf", width: told.width * 1mm))
#for e in told.elements {
  if e.type == "text" {
    let heavy = if e.weight == "bold" { 700 } else { 400 }
    let how = (left: left, center: center, right: right).at(e.align)
    let where = (top: top, middle: horizon, bottom: bottom).at(e.place)
    at(e, box(width: e.w * 1mm, height: e.h * 1mm, align(how + where,
      text(size: e.size * 1pt, weight: heavy, tracking: e.spacing * 1pt, fill: rgb(e.colour), e.text))))
  } else if e.type == "photo" {
    at(e, image("photo" + str(told.place) + ".jpg", width: e.w * 1mm, height: e.h * 1mm))
  } else if e.type == "qr" {
    at(e, image(bytes(sys.inputs.code), format: "svg", width: e.w * 1mm))
  } else if e.type == "line" {
    at((x: e.x1, y: e.y1), line(end: ((e.x2 - e.x1) * 1mm, (e.y2 - e.y1) * 1mm), stroke: e.width * 1mm + rgb(e.colour)))
  } else if e.type == "rect" {
    at(e, rect(width: e.w * 1mm, height: e.h * 1mm, stroke: e.width * 1mm + rgb(e.colour)))
  } else if e.type == "hours" {
    let share = told.hours.at(0) / (told.hours.at(0) + told.hours.at(1))
    at(e, rect(width: e.w * share * 1mm, height: e.h * 1mm, fill: rgb(e.major)))
    at((x: e.x + e.w * share, y: e.y), rect(width: e.w * (1 - share) * 1mm, height: e.h * 1mm, fill: rgb(e.public)))
  } else if e.type == "seal" {
    let r = e.w / 2
    let paint = rgb(e.colour)
    at(e, circle(radius: r * 0.97 * 1mm, stroke: r * 0.055 * 1mm + paint))
    let signs = told.seal.clusters()
    for (n, sign) in signs.enumerate() {
      let turn = (n - (signs.len() - 1) / 2) * 25deg
      let (x, y) = (e.x + r + r * 0.73 * calc.sin(turn), e.y + r - r * 0.73 * calc.cos(turn))
      at((x: x, y: y), rotate(turn, text(size: r * 0.24 * 1mm, weight: 700, fill: paint, sign)))
    }
    at((x: e.x, y: e.y + r * 1.3), box(width: e.w * 1mm, align(center,
      text(size: r * 0.2 * 1mm, weight: 700, fill: paint, e.specimen))))
    at((x: e.x + r * 0.75, y: e.y + r * 0.7), polygon(fill: paint, ..range(10).map(n => {
      let d = if calc.even(n) { 0.25 } else { 0.0955 }
      let t = 36deg * n
      ((d * calc.sin(t) + 0.25) * r * 1mm, (0.25 - d * calc.cos(t)) * r * 1mm)
    })))
  }
}
"""
