"""Pages of a PDF: how many there are, and one as a picture. The only module that calls PDFium."""

import io
from pathlib import Path
from threading import Lock
from typing import IO

import pypdfium2

DOTS = 110  # per inch: text of 8 points can be read
MOST_PIXELS = 4_000_000  # a poster is drawn smaller
_drawing = Lock()  # the library behind it works for one thread at a time


def count(file: IO[bytes] | bytes) -> int:
    """How many pages there are; 0 when it cannot be read, for one because it is locked by a password."""
    with _drawing:
        try:
            document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError:
            return 0
        try:
            return len(document)
        finally:
            document.close()


def picture(file: Path | bytes, page: int = 0, kind: str = "PNG") -> bytes:
    """One page, counted from 0. kind: PNG | WEBP, which is smaller and not exact."""
    out = io.BytesIO()
    with _drawing:
        document = pypdfium2.PdfDocument(file)
        try:
            drawn = document[page]
            width, height = drawn.get_size()
            scale = min(DOTS / 72, (MOST_PIXELS / (width * height or 1)) ** 0.5)
            drawn.render(scale=scale).to_pil().save(out, kind, **_SAVED[kind])
        finally:
            document.close()
    return out.getvalue()


_SAVED = {"PNG": {"compress_level": 6}, "WEBP": {"quality": 85}}
