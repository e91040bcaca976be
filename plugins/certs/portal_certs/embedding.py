"""Parts that a file takes as they are, ready encoded: reportlab would decode them first, and encode them again."""

import io
from typing import Any

from PIL import Image
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas

COLOURS = {"L": "DeviceGray", "RGB": "DeviceRGB"}


def picture(canvas: Canvas, name: str, jpeg: bytes, x: float, y: float, w: float, h: float) -> None:
    """Draws a JPEG, filling the box. `name` is its own in this file. :raises KeyError: neither grey nor RGB."""
    if not canvas.hasForm(name):
        with Image.open(io.BytesIO(jpeg)) as image:  # reads the size, no more
            size, colours = image.size, COLOURS[image.mode]
        _add(
            canvas,
            name,
            jpeg,
            "DCTDecode",
            Subtype=PDFName("Image"),
            Width=size[0],
            Height=size[1],
            ColorSpace=PDFName(colours),
            BitsPerComponent=8,
        )
    canvas.saveState()
    canvas.transform(w, 0, 0, h, x, y)
    canvas.doForm(name)
    canvas.restoreState()


def drawing(canvas: Canvas, name: str, deflated: bytes, w: float, h: float) -> None:
    """Draws operators that need no resources in a box whose lower left corner is the page's."""
    if not canvas.hasForm(name):
        box = PDFArray([0, 0, w, h])
        _add(canvas, name, deflated, "FlateDecode", Subtype=PDFName("Form"), BBox=box, Resources=PDFDictionary())
    canvas.doForm(name)


def _add(canvas: Canvas, name: str, content: bytes, encoded: str, **said: Any) -> None:
    """A stream under a name that pages can draw."""
    dictionary = PDFDictionary({"Type": PDFName("XObject"), "Filter": PDFName(encoded), **said})
    document: Any = canvas._doc  # type: ignore[attr-defined]
    document.addForm(name, PDFStream(dictionary, content))
