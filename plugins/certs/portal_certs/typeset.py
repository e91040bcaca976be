"""Breaking Chinese text into lines: no closing mark begins a line, no opening mark ends one, words stay whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal_certs.fonts import Chain

NOT_FIRST = set("，。；：！？、）》」』】”’…—·,.;:!?)%")
NOT_LAST = set("（《「『【“‘(")
_WORD = re.compile(r"[0-9A-Za-z./:@_*-]+| |.", re.DOTALL)
STEP = 0.25  # points by which a text shrinks


@dataclass(frozen=True)
class Set:
    """Lines and the size, in points, at which they fit."""

    lines: tuple[str, ...]
    size: float


def fit(text: str, chain: Chain, width: float, size: float, least: float, lines: int, spacing: float = 0) -> Set:
    """The largest size at which the text has at most `lines` lines of `width` points.

    What does not fit at the least size keeps it and has more lines: nothing is ever cut off.
    """
    whole = text.rstrip()
    one_line = "\n" not in text
    ems, spaces = chain.ems(whole), spacing * max(0, len(whole) - 1)
    while True:
        if one_line and ems * size + spaces <= width:
            return Set((whole,), size)
        last = size - STEP < least
        if lines > 1 or last:
            broken = tuple(wrap(text, chain, width, size, spacing))
            if len(broken) <= lines or last:
                return Set(broken, size)
        size -= STEP


def wrap(text: str, chain: Chain, width: float, size: float, spacing: float = 0) -> Iterator[str]:
    """Lines no wider than `width` points. A word that is wider alone is parted anywhere."""
    for paragraph in text.split("\n"):
        line, taken = "", 0.0  # `taken`: with the spacing after its last character
        for piece in _parted(paragraph, chain, width, size, spacing):
            own = chain.ems(piece) * size + spacing * len(piece)
            if line and not piece.isspace() and taken + own - _unseen(piece, chain, size, spacing) > width:
                yield line.rstrip()
                line, taken = "", 0.0
                piece = piece.lstrip()
                own = chain.ems(piece) * size + spacing * len(piece)
            line += piece
            taken += own
        yield line.rstrip()


def _unseen(piece: str, chain: Chain, size: float, spacing: float) -> float:
    """What of the end of a line needs no room: spaces, and the spacing after the last character."""
    spaces = piece[len(piece.rstrip()) :]
    return chain.ems(spaces) * size + spacing * (len(spaces) + 1)


def _pieces(paragraph: str) -> Iterator[str]:
    """What cannot be parted: words, and characters with the marks that cling to them."""
    held = ""
    for piece in _WORD.findall(paragraph):
        if held and piece[0] not in NOT_FIRST and held[-1] not in NOT_LAST:
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _parted(paragraph: str, chain: Chain, width: float, size: float, spacing: float) -> Iterator[str]:
    for piece in _pieces(paragraph):
        if chain.width(piece, size, spacing) <= width:
            yield piece
        else:
            yield from piece
