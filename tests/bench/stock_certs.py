"""The same certificate by reportlab as its guide says, in a process of its own that has none of our mends.

Fonts are registered once; texts come with their place and size; ornaments are drawn for each file, by its canvas.
"""

import contextlib
import io
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

ASCENT = 0.88


class Stock:
    """The other process: one line in, one line out."""

    def __init__(self, folder: Path, certificates: list[dict[str, Any]]) -> None:
        (folder / "certificates.json").write_text(json.dumps(certificates), "utf-8")
        words = [sys.executable, "-m", __name__, str(folder / "certificates.json")]
        self._child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.size = int(self._ask("draw"))

    def draw(self) -> None:
        """Draws the next certificate."""
        self._ask("draw")

    def clock(self) -> float:
        """The processor time of the other process."""
        return float(self._ask("clock"))

    def _ask(self, word: str) -> str:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(word + "\n")
        self._child.stdin.flush()
        said = self._child.stdout.readline()
        if not said:
            raise SystemExit("bench: stock reportlab has died")
        return said


def main() -> None:
    certificates = cycle(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    draw = _drawer()
    for line in sys.stdin:
        print(time.process_time() if line == "clock\n" else len(draw(next(certificates))), flush=True)


def _drawer() -> Callable[[dict[str, Any]], bytes]:
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    fonts = Path(__file__).parents[2] / "portal/fonts"
    for weight in ("Regular", "Bold"):
        pdfmetrics.registerFont(TTFont(weight, str(fonts / f"NotoSerifSC-{weight}.ttf")))

    def draw(told: dict[str, Any]) -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(told["width"] * mm, told["height"] * mm), pageCompression=1)
        for element in told["elements"]:
            box = _box(element, told["height"]) if "x" in element else ()
            PARTS[element["type"]](canvas, element, told, *box)
        canvas.showPage()
        canvas.save()
        return out.getvalue()

    return draw


def _box(element: dict[str, Any], height: float) -> tuple[float, float, float, float]:
    from reportlab.lib.units import mm

    return element["x"] * mm, (height - element["y"] - element["h"]) * mm, element["w"] * mm, element["h"] * mm


def _text(canvas: Any, element: dict[str, Any], _told: Any, x: float, y: float, w: float, h: float) -> None:
    font, size, spacing = element["weight"].capitalize(), element["size"], element["spacing"]
    lines = element["text"].split("\n")
    leading = size * element["leading"]
    slack = h - leading * (len(lines) - 1) - size
    top = y + h - slack * {"top": 0, "middle": 0.5, "bottom": 1}[element["place"]]
    canvas.setFillColor(element["colour"])
    for place, line in enumerate(lines):
        free = w - canvas.stringWidth(line, font, size) - spacing * (len(line) - 1)
        left = x + free * {"left": 0, "center": 0.5, "right": 1}[element["align"]]
        canvas.setFont(font, size)
        canvas.drawString(left, top - place * leading - size * ASCENT, line, charSpace=spacing)


def _photo(canvas: Any, _element: Any, told: dict[str, Any], x: float, y: float, w: float, h: float) -> None:
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(io.BytesIO(bytes.fromhex(told["photo"]))), x, y, w, h)


def _qr(canvas: Any, _element: Any, told: dict[str, Any], x: float, y: float, w: float, h: float) -> None:
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing

    drawing = Drawing(w, h)
    drawing.add(QrCodeWidget(told["address"], barWidth=w, barHeight=h, barLevel="M", barBorder=0))
    renderPDF.draw(drawing, canvas, x, y)


def _line(canvas: Any, element: dict[str, Any], told: dict[str, Any]) -> None:
    from reportlab.lib.units import mm

    canvas.setStrokeColor(element["colour"])
    canvas.setLineWidth(element["width"] * mm)
    height = told["height"]
    ends = element["x1"], height - element["y1"], element["x2"], height - element["y2"]
    canvas.line(*(end * mm for end in ends))


def _rect(canvas: Any, element: dict[str, Any], _told: Any, x: float, y: float, w: float, h: float) -> None:
    canvas.setStrokeColor(element["colour"])
    canvas.setLineWidth(element["width"])
    canvas.rect(x, y, w, h)


def _hours(canvas: Any, element: dict[str, Any], told: dict[str, Any], x: float, y: float, w: float, h: float) -> None:
    for hours, colour in zip(told["hours"], (element["major"], element["public"]), strict=True):
        part = w * hours / sum(told["hours"])
        canvas.setFillColor(colour)
        canvas.rect(x, y, part, h, stroke=0, fill=1)
        x += part


def _ornament(canvas: Any, element: dict[str, Any], _told: Any, x: float, y: float, w: float, h: float) -> None:
    from portal_certs import ornaments  # knows no mends

    if element["kind"] == "frame":
        ornaments.frame(canvas, x, y, w, h, element["colour"], element["accent"])
    else:
        ornaments.rosette(canvas, x + w / 2, y + h / 2, min(w, h) / 2, element["colour"])


def _seal(canvas: Any, element: dict[str, Any], told: dict[str, Any], x: float, y: float, w: float, h: float) -> None:
    radius = min(w, h) / 2
    canvas.saveState()
    canvas.setStrokeColor(element["colour"])
    canvas.setFillColor(element["colour"])
    canvas.translate(x + w / 2, y + h / 2)
    canvas.setLineWidth(radius * 0.055)
    canvas.circle(0, 0, radius * 0.97)
    for place, sign in enumerate(told["seal"]):
        canvas.saveState()
        canvas.rotate(((len(told["seal"]) - 1) / 2 - place) * 25)
        canvas.setFont("Bold", radius * 0.24)
        canvas.drawCentredString(0, radius * 0.63, sign)
        canvas.restoreState()
    star = canvas.beginPath()
    for turn in range(10):
        angle, reach = math.radians(90 + 36 * turn), radius * (0.25 if turn % 2 == 0 else 0.0955)
        (star.lineTo if turn else star.moveTo)(reach * math.cos(angle), reach * math.sin(angle))
    star.close()
    canvas.drawPath(star, stroke=0, fill=1)
    canvas.setFont("Bold", radius * 0.2)
    canvas.drawCentredString(0, -radius * 0.5, element["specimen"])
    canvas.restoreState()


PARTS: dict[str, Callable[..., None]] = {
    "text": _text,
    "photo": _photo,
    "qr": _qr,
    "line": _line,
    "rect": _rect,
    "hours": _hours,
    "ornament": _ornament,
    "seal": _seal,
}

if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
