"""Faults of reportlab 5.1 that a document must not have, mended on import.

Each mend is narrow and has a test that fails without it. When reportlab mends one itself, the mend goes.
"""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc, ttfonts

MOST_IN_A_BLOCK = 100  # of a bfchar section, PDF 32000-1, 9.10.3


def to_unicode(font: str, subset: Sequence[int]) -> str:
    """The table by which viewers copy and search text.

    reportlab writes code points above U+FFFF with five digits; the format wants UTF-16, so a rare character in a
    name would be copied as another one.
    """
    entries = [f"<{place:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for place, code in enumerate(subset)]
    blocks = [entries[first : first + MOST_IN_A_BLOCK] for first in range(0, len(entries), MOST_IN_A_BLOCK)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry ({font}) /Ordering ({font}) /Supplement 0 >> def\n"
        f"/CMapName /{font} def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <{len(subset) - 1:02X}>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


def true_widths(face: Any) -> None:
    """Glyphs at the end of a font share one width; reportlab notes it scaled to 1000 and embeds it as if it were not.

    Only fonts of another grid than 1000 show it. The number of widths that are written out stands in `hhea`.
    """
    face.seek_table("hhea")
    face.skip(34)
    written = face.read_ushort()
    last = face.hmetrics[written - 1][0]
    face.hmetrics[written:] = [(last, bearing) for _wrong, bearing in face.hmetrics[written:]]


def _transition(page: Any, effect: dict[str, Any] | None) -> None:
    """Without an effect no page carries an empty one, which PDF/A forbids."""
    page.Trans = pdfdoc.PDFDictionary(effect) if effect else None


SHARED = "% the same in every file"  # first line of a stream that is worth remembering


@lru_cache(maxsize=16)
def _deflated(data: bytes) -> bytes:
    return zlib.compress(data)


def encode(_filter: object, text: str | bytes) -> bytes:
    """Compresses a stream. reportlab would compress an ornament anew for each file, half the cost of a certificate."""
    data = text.encode() if isinstance(text, str) else text
    return _deflated(data) if SHARED.encode() in data[:200] else zlib.compress(data)


def mend() -> None:
    """Replaces the functions and switches off ASCII85, which only makes files larger and slower."""
    ttfonts.makeToUnicodeCMap = to_unicode  # type: ignore[assignment]
    pdfdoc.PDFPage.setPageTransition = _transition  # type: ignore[method-assign, assignment]
    pdfdoc.PDFStreamFilterZCompress.encode = encode  # type: ignore[method-assign, assignment]
    rl_config.useA85 = 0


mend()
