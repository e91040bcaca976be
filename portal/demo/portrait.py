"""A placeholder where an ID photo belongs: shapes only, nobody's face."""

import io

from PIL import Image, ImageDraw

SIZE = (413, 579)
_SHADES = [("#5d7480", "#3f5561"), ("#7a6a5c", "#54483e"), ("#56716a", "#3a524c"), ("#6f6480", "#4b4359")]
_SCALE = 2  # drawn twice as large and shrunk: smooth edges


def draw(variant: int = 0) -> bytes:
    """A JPEG of head and shoulders on a light ground; `variant` changes the colours."""
    skin, cloth = _SHADES[variant % len(_SHADES)]
    image = Image.new("RGB", (SIZE[0] * _SCALE, SIZE[1] * _SCALE), "#eef3f6")
    pen = ImageDraw.Draw(image)

    def box(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
        return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE

    pen.rounded_rectangle(box(60, 420, 353, 640), 110 * _SCALE, cloth)
    pen.rectangle(box(172, 330, 241, 440), skin)
    pen.polygon([(x * _SCALE, y * _SCALE) for x, y in ((150, 425), (207, 500), (263, 425))], "#f7f9fa")
    pen.ellipse(box(118, 120, 295, 365), skin)
    out = io.BytesIO()
    image.resize(SIZE, Image.Resampling.LANCZOS).save(out, "JPEG", quality=90)
    return out.getvalue()
