"""A page of a PDF as a picture, drawn from the very file that would be printed."""

import io
from threading import Lock

import pypdfium2

DOTS = 110  # per inch: text of 8 points can be read
_drawing = Lock()  # the library behind it works for one thread at a time


def of_page(data: bytes, page: int = 0) -> bytes:
    """A PNG of one page, counted from 0."""
    out = io.BytesIO()
    with _drawing:
        document = pypdfium2.PdfDocument(data)
        try:
            document[page].render(scale=DOTS / 72).to_pil().save(out, "PNG", compress_level=6)
        finally:
            document.close()
    return out.getvalue()
