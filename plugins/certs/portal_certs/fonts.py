"""Fonts of documents: a chain per weight, which of them has a character, and which characters none has."""

import os
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from threading import Lock

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from portal.kit import FONTS, current_settings, plugin_setting
from portal_certs import faults

# For letters of foreign names; it comes with reportlab.
LAST = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
_loading = Lock()


class Chain:
    """Fonts in the order in which they are asked for a character."""

    def __init__(self, fonts: list[TTFont]) -> None:
        self.fonts = fonts
        self._known = [font.face.charToGlyph for font in fonts]
        self._asked: dict[str, TTFont | None] = {}  # answers so far: a document asks for few characters, many times
        self._advances: dict[str, float] = {}

    def font_of(self, character: str) -> TTFont | None:
        """The first font that has this character."""
        if character not in self._asked:
            code = ord(character)
            found = (font for font, known in zip(self.fonts, self._known, strict=True) if code in known)
            self._asked[character] = next(found, None)
        return self._asked[character]

    def runs(self, text: str) -> list[tuple[TTFont, str]]:
        """The text in pieces of one font each. What no font has goes to the first one, which draws an empty box."""
        pieces = groupby(text, lambda character: self.font_of(character) or self.fonts[0])
        return [(font, "".join(characters)) for font, characters in pieces]

    def ems(self, text: str) -> float:
        """How wide a text is at a size of one, without spacing. Every character is asked for once per process."""
        known = self._advances
        try:
            return sum([known[character] for character in text])
        except KeyError:
            for character in text:
                font = self.font_of(character) or self.fonts[0]
                known[character] = font.stringWidth(character, 1)
            return self.ems(text)

    def width(self, text: str, size: float, spacing: float = 0) -> float:
        """How wide a line is, in points; the last character has no spacing after it."""
        return self.ems(text) * size + spacing * max(0, len(text) - 1)

    def missing(self, text: str) -> str:
        """The characters no font has, each once, in their order."""
        lacking = (character for character in text if character != "\n" and self.font_of(character) is None)
        return "".join(dict.fromkeys(lacking))


Chains = Mapping[str, Chain]  # by weight


def chain(weight: str) -> Chain:
    """The chain of a weight: the document font, the fonts the site adds for rare characters, one for foreign names."""
    return chains()[weight]


def chains() -> Chains:
    """The chains of all weights, as the site has them now."""
    own = installed()
    return _chains(plugin_setting("certs", "fonts"), own, own.stat().st_mtime_ns if own.exists() else 0)


def installed() -> Path:
    """The folder of the fonts that `portal fonts install` has put there."""
    return current_settings().data / "fonts"


def warm() -> None:
    """Loads the fonts now, so that nobody does it while holding a transaction."""
    chains()


@cache
def _chains(more: str, own: Path | None = None, _changed: int = 0) -> Chains:
    """Fonts that are added while the process runs are seen: the folder's moment is part of the question."""
    added = [*map(Path, filter(None, more.split(os.pathsep))), *(sorted(own.glob("*.tt[fc]")) if own else [])]
    return {weight: Chain([_font(path) for path in (font, *added, LAST)]) for weight, font in FONTS.items()}


@cache
def _font(path: Path) -> TTFont:
    """Loaded once per process: a tenth of a second each. Two threads must not read one file into two fonts.

    :raises reportlab.pdfbase.ttfonts.TTFError: no TrueType outlines.
    """
    with _loading:
        font = TTFont(path.stem, str(path), asciiReadable=0)  # else every file carries all of ASCII
        faults.true_widths(font.face)
        pdfmetrics.registerFont(font)
        return font
