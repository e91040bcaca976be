"""Faults of reportlab 5.1 that a document must not have, and what makes it slow without its C part; mended on import.

Each mend is narrow. A fault's has a test that fails without it; what is only slow shows in `make bench`. When reportlab
mends one itself, the mend goes.
"""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from reportlab import rl_config
from reportlab.lib import rl_accel
from reportlab.pdfbase import pdfdoc, ttfonts
from reportlab.pdfgen import canvas, pathobject

from portal_certs import subsets

MOST_IN_A_BLOCK = 100  # of a bfchar section, PDF 32000-1, 9.10.3


def to_unicode(font: str, subset: Sequence[int]) -> str:
    """The table by which viewers copy and search text.

    reportlab writes code points above U+FFFF with five digits; the format wants UTF-16, so a rare character in a
    name would be copied as another one.
    """
    entries = [f"<{place:02X}> <{_utf16(code)}>" for place, code in enumerate(subset)]
    blocks = [entries[first : first + MOST_IN_A_BLOCK] for first in range(0, len(entries), MOST_IN_A_BLOCK)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry ({font}) /Ordering ({font}) /Supplement 0 >> def\n"
        f"/CMapName /{font} def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <{len(subset) - 1:02X}>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


@lru_cache(maxsize=8192)
def _utf16(code: int) -> str:
    return chr(code).encode("utf-16-be").hex().upper()


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


def deflated(_filter: object, data: str | bytes) -> bytes:
    """Quickly: nearly all of it is outlines of characters, which trying harder makes two per cent smaller."""
    return zlib.compress(data.encode() if isinstance(data, str) else data, 1)


_number = lru_cache(maxsize=4096)(rl_accel.fp_str)


def numbers(*values: Any) -> str:
    """Numbers as operands. reportlab takes a logarithm for each; documents say the same widths and places again."""
    if len(values) == 1 and not isinstance(values[0], int | float):
        (values,) = values
    return " ".join([_number(value) for value in values])


def array(self: Any, document: Any, IND: bytes = b"") -> bytes:  # noqa: N803 - reportlab's name
    """An array; the widths of a font are a hundred numbers, which it formats one by one."""
    parts = self.sequence
    if all(type(part) in (int, float) for part in parts):
        return f"[ {numbers(parts)} ]".encode()
    return b"[ " + b" ".join([pdfdoc.format(part, document) for part in parts]) + b" ]"


_encoded = pdfdoc.pdfdocEnc


def encoded(text: str | bytes) -> bytes:
    """The bytes of what stands in a file, nearly always ASCII; its own codec is written in Python."""
    try:
        return text.encode("ascii") if isinstance(text, str) else text
    except UnicodeEncodeError:
        return _encoded(text)


def mend() -> None:
    """Replaces the functions and switches off ASCII85, which only makes files larger and slower."""
    ttfonts.makeToUnicodeCMap = to_unicode  # type: ignore[assignment]
    pdfdoc.PDFPage.setPageTransition = _transition  # type: ignore[method-assign, assignment]
    ttfonts.TTFontFile.makeSubset = subsets.cut  # type: ignore[method-assign, assignment]
    for module in (pdfdoc, canvas, pathobject):
        module.fp_str = numbers  # type: ignore[attr-defined]
    pdfdoc.PDFStreamFilterZCompress.encode = deflated  # type: ignore[method-assign, assignment]
    pdfdoc.PDFArray.format = array  # type: ignore[method-assign]
    pdfdoc.PDFName = lru_cache(maxsize=1024)(pdfdoc.PDFName)
    pdfdoc.pdfdocEnc = encoded  # type: ignore[assignment]
    rl_config.useA85 = 0


mend()
