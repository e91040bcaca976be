"""Breaking Chinese text into lines: no closing mark begins a line, no opening mark ends one, words stay whole."""

import re
from collections.abc import Iterable, Iterator
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
    while True:
        broken = tuple(wrap(text, chain, width, size, spacing))
        if len(broken) <= lines or size - STEP < least:
            return Set(broken, size)
        size -= STEP


def wrap(text: str, chain: Chain, width: float, size: float, spacing: float = 0) -> Iterator[str]:
    """Lines no wider than `width` points. A word that is wider alone is parted anywhere."""
    for paragraph in text.split("\n"):
        line = ""
        parts = (part for piece in _pieces(paragraph) for part in _parted(piece, chain, width, size, spacing))
        for piece in parts:
            if line and chain.width((line + piece).rstrip(), size, spacing) > width:
                yield line.rstrip()
                line = piece.lstrip()
            else:
                line += piece
        yield line.rstrip()


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


def _parted(piece: str, chain: Chain, width: float, size: float, spacing: float) -> Iterable[str]:
    return [piece] if chain.width(piece, size, spacing) <= width else piece
