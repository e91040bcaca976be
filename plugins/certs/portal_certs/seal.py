"""The round seal, drawn: two rings, the office along the arc, a star, a line below. Lengths in points."""

import math

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from portal_certs import writing
from portal_certs.fonts import Chain

WIDEST_ARC = 250  # degrees the name may take


def draw(canvas: Canvas, chain: Chain, x: float, y: float, radius: float, name: str, line: str, colour: str) -> None:
    """Draws the seal around a centre."""
    canvas.saveState()
    canvas.setStrokeColor(HexColor(colour))
    canvas.setFillColor(HexColor(colour))
    canvas.translate(x, y)
    canvas.setLineWidth(radius * 0.055)
    canvas.circle(0, 0, radius * 0.97)
    canvas.setLineWidth(radius * 0.012)
    canvas.circle(0, 0, radius * 0.9)
    _arc(canvas, chain, name, radius)
    _star(canvas, radius * 0.25, radius * 0.06)
    _line(canvas, chain, line, radius)
    canvas.restoreState()


def _arc(canvas: Canvas, chain: Chain, name: str, radius: float) -> None:
    """The name along the upper arc, from left to right, each character upright on its radius."""
    size = radius * 0.24
    middle = radius * 0.73
    step = min(25.0, WIDEST_ARC / max(1, len(name) - 1))
    fitting = math.radians(step) * middle * 0.98  # neighbours must not touch
    first = step * (len(name) - 1) / 2
    for place, character in enumerate(name):
        angle = math.radians(first - place * step)
        sine, cosine = math.sin(angle), math.cos(angle)
        narrow = min(1.0, fitting / size)
        left, low = -chain.width(character, size) * narrow / 2, middle - size * 0.38  # upright, above the centre
        turn = f"{narrow * cosine:.5f} {narrow * sine:.5f} {-sine:.5f} {cosine:.5f}"
        x, y = left * cosine - low * sine, left * sine + low * cosine
        writing.write(canvas, chain, character, x, y, size, turn=turn)


def _star(canvas: Canvas, radius: float, up: float) -> None:
    path = canvas.beginPath()
    for place in range(10):
        angle = math.radians(90 + 36 * place)
        distance = radius if place % 2 == 0 else radius * 0.382
        point = (distance * math.cos(angle), up + distance * math.sin(angle))
        (path.lineTo if place else path.moveTo)(*point)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _line(canvas: Canvas, chain: Chain, line: str, radius: float) -> None:
    size = radius * 0.2
    width = chain.width(line, size)
    writing.write(canvas, chain, line, -width / 2, -radius * 0.5, size)
