"""Text on a page, as the operators themselves: a text object of reportlab says the same in five times as many lines."""

from typing import Any

from reportlab.pdfgen.canvas import Canvas

from portal_certs.fonts import Chain

UPRIGHT = "1 0 0 1"


def write(
    canvas: Canvas, chain: Chain, text: str, x: float, y: float, size: float, spacing: float = 0, turn: str = UPRIGHT
) -> None:
    """Writes one line from a point on, in points. `turn` is the part of a matrix that turns and stretches it."""
    page: Any = canvas
    written = [f"BT {spacing:g} Tc {turn} {x:.3f} {y:.3f} Tm"]
    for font, piece in chain.runs(text):
        for subset, codes in font.splitString(piece, page._doc):
            written.append(f"{font.getSubsetInternalName(subset, page._doc)} {size:g} Tf <{codes.hex()}> Tj")
    page._code.append(" ".join(written) + " ET")
