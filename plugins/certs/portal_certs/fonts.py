"""Fonts of documents: a chain per weight, which of them has a character, and which characters none has."""

import os
from functools import cache
from pathlib import Path
from threading import Lock

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from portal.kit import current_settings, plugin_setting
from portal_certs import faults

FOLDER = Path(__file__).parent / "fonts"
FILES = {"regular": "NotoSerifSC-Regular.ttf", "bold": "NotoSerifSC-Bold.ttf"}
# For letters of foreign names; it comes with reportlab.
LAST = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
_loading = Lock()


class Chain:
    """Fonts in the order in which they are asked for a character."""

    def __init__(self, fonts: list[TTFont]) -> None:
        self.fonts = fonts
        self._known = [font.face.charToGlyph for font in fonts]
        self._asked: dict[str, TTFont | None] = {}  # answers so far: a document asks for few characters, many times

    def font_of(self, character: str) -> TTFont | None:
        """The first font that has this character."""
        if character not in self._asked:
            code = ord(character)
            found = (font for font, known in zip(self.fonts, self._known, strict=True) if code in known)
            self._asked[character] = next(found, None)
        return self._asked[character]

    def runs(self, text: str) -> list[tuple[TTFont, str]]:
        """The text in pieces of one font each. What no font has goes to the first one, which draws an empty box."""
        found: list[tuple[TTFont, str]] = []
        for character in text:
            font = self.font_of(character) or self.fonts[0]
            if found and found[-1][0] is font:
                found[-1] = (font, found[-1][1] + character)
            else:
                found.append((font, character))
        return found

    def width(self, text: str, size: float, spacing: float = 0) -> float:
        """How wide a line is, in points; the last character has no spacing after it."""
        plain = sum(font.stringWidth(piece, size) for font, piece in self.runs(text))
        return float(plain) + spacing * max(0, len(text) - 1)

    def missing(self, text: str) -> str:
        """The characters no font has, each once, in their order."""
        lacking = (character for character in text if character != "\n" and self.font_of(character) is None)
        return "".join(dict.fromkeys(lacking))


def chain(weight: str) -> Chain:
    """The chain of a weight: the document font, the fonts the site adds for rare characters, one for foreign names."""
    own = installed()
    return _chain(weight, plugin_setting("certs", "fonts"), own, own.stat().st_mtime_ns if own.exists() else 0)


def installed() -> Path:
    """The folder of the fonts that `portal fonts install` has put there."""
    return current_settings().data / "fonts"


def warm() -> None:
    """Loads the fonts now, so that nobody does it while holding a transaction."""
    for weight in FILES:
        chain(weight)


@cache
def _chain(weight: str, more: str, own: Path | None = None, _changed: int = 0) -> Chain:
    """Fonts that are added while the process runs are seen: the folder's moment is part of the question."""
    added = sorted(own.glob("*.tt[fc]")) if own else []
    paths = [FOLDER / FILES[weight], *map(Path, filter(None, more.split(os.pathsep))), *added, LAST]
    return Chain([_font(path) for path in paths])


@cache
def _font(path: Path) -> TTFont:
    """Loaded once per process: a tenth of a second each. Two threads must not read one file into two fonts.

    :raises reportlab.pdfbase.ttfonts.TTFError: no TrueType outlines.
    """
    with _loading:
        font = TTFont(path.stem, str(path))
        faults.true_widths(font.face)
        pdfmetrics.registerFont(font)
        return font
