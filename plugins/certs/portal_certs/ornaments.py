"""Drawn ornaments: curves that are cheap as numbers and dear to copy by hand. Lengths in points."""

import math

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas


def rosette(canvas: Canvas, x: float, y: float, radius: float, colour: str) -> None:
    """A guilloche around a centre: rings of waves that turn against each other, fine and pale, under the text."""
    canvas.saveState()
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(0.22)
    for ring, (inner, outer, petals) in enumerate(((0.28, 0.62, 12), (0.52, 0.86, 18), (0.8, 1.0, 36))):
        for turn in range(6):
            _wave(canvas, x, y, radius * inner, radius * outer, petals, turn / 6 + ring / 7)
    canvas.restoreState()


def _wave(canvas: Canvas, x: float, y: float, inner: float, outer: float, petals: int, phase: float) -> None:
    """One closed wave between two radii. `phase` is a share of one petal."""
    steps = petals * 10
    path = canvas.beginPath()
    for step in range(steps):
        angle = 2 * math.pi * step / steps
        swing = math.sin(petals * angle + 2 * math.pi * phase)
        distance = (inner + outer) / 2 + (outer - inner) / 2 * swing
        point = (x + distance * math.cos(angle), y + distance * math.sin(angle))
        (path.lineTo if step else path.moveTo)(*point)
    path.close()
    canvas.drawPath(path, stroke=1, fill=0)


def frame(canvas: Canvas, x: float, y: float, w: float, h: float, colour: str, accent: str) -> None:
    """A frame of two lines with a braid between them and stepped corners. `x`, `y` is the lower left corner."""
    canvas.saveState()
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(1.1)
    canvas.rect(x, y, w, h)
    band = 4.2 * mm
    canvas.setLineWidth(0.35)
    canvas.rect(x + band, y + band, w - 2 * band, h - 2 * band)
    _braid(canvas, x, y, w, h, band)
    canvas.setStrokeColor(HexColor(accent))
    canvas.setLineWidth(0.5)
    inset = band + 1.2 * mm
    canvas.rect(x + inset, y + inset, w - 2 * inset, h - 2 * inset)
    canvas.restoreState()
    _corners(canvas, x, y, w, h, band, colour, accent)


def _braid(canvas: Canvas, x: float, y: float, w: float, h: float, band: float) -> None:
    """Two strands around the page, crossing a whole number of times on each side."""
    canvas.saveState()
    canvas.setLineWidth(0.28)
    reach = band * 0.34
    sides = (
        (x + band, y + band / 2, w - 2 * band, 0),
        (x + band, y + h - band / 2, w - 2 * band, 0),
        (x + band / 2, y + band, h - 2 * band, 90),
        (x + w - band / 2, y + band, h - 2 * band, 90),
    )
    for left, low, length, turned in sides:
        canvas.saveState()
        canvas.translate(left, low)
        canvas.rotate(turned)
        waves = round(length / (band * 1.7))
        for strand in range(4):
            _strand(canvas, length, waves, reach, strand / 4)
        canvas.restoreState()
    canvas.restoreState()


def _strand(canvas: Canvas, length: float, waves: int, reach: float, phase: float) -> None:
    path = canvas.beginPath()
    steps = waves * 12
    for step in range(steps + 1):
        height = reach * math.sin(2 * math.pi * (waves * step / steps + phase))
        point = (length * step / steps, height)
        (path.lineTo if step else path.moveTo)(*point)
    canvas.drawPath(path, stroke=1, fill=0)


def _corners(canvas: Canvas, x: float, y: float, w: float, h: float, band: float, colour: str, accent: str) -> None:
    """A small square with a diamond in each corner, where the braids end."""
    canvas.saveState()
    for left, low in ((x, y), (x + w - band, y), (x, y + h - band), (x + w - band, y + h - band)):
        canvas.setFillColor(HexColor(colour))
        canvas.rect(left, low, band, band, stroke=0, fill=1)
        canvas.setFillColor(HexColor(accent))
        middle_x, middle_y, reach = left + band / 2, low + band / 2, band * 0.26
        path = canvas.beginPath()
        path.moveTo(middle_x, middle_y + reach)
        for step_x, step_y in ((reach, 0), (0, -reach), (-reach, 0)):
            path.lineTo(middle_x + step_x, middle_y + step_y)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()
