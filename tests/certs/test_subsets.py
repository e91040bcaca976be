"""The part of a font in a file: the same outlines and widths as the whole font's, and a sound file of its own."""

import io
from functools import cache
from pathlib import Path

from flask import Flask
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from portal_certs import fonts, subsets

COMPOSED = "é Ğ ü Å"  # each of a letter and a mark


@cache
def _whole(path: str) -> TTFont:
    return TTFont(io.BytesIO(Path(path).read_bytes()))


def _drawn(font: TTFont, glyph: str) -> list[object]:
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    return list(pen.value)


def _the_same(face: object, text: str) -> None:
    whole = _whole(face.filename)  # type: ignore[attr-defined]
    made = TTFont(io.BytesIO(subsets.cut(face, list(map(ord, text)))), checkChecksums=2)
    names = whole.getBestCmap()
    for place, character in enumerate(text):
        glyph, own = made["cmap"].tables[0].cmap[place], names[ord(character)]
        assert _drawn(made, glyph) == _drawn(whole, own)
        assert made["hmtx"][glyph] == whole["hmtx"][own]
    assert made["maxp"].numGlyphs == len(made.getGlyphOrder())


@given(st.text("继续教育唐山市周晓岚·𬱖一二三，。0189AZaz", min_size=1, max_size=40))
@tries(max_examples=25, deadline=None)
def test_outlines_and_widths_are_the_fonts_own(text: str) -> None:
    face = fonts._chains("")["regular"].fonts[0].face
    _the_same(face, "".join(character for character in text if ord(character) in face.charToGlyph))


def test_letters_composed_of_parts_bring_their_parts(app: Flask) -> None:
    face = fonts.chain("regular").fonts[-1].face
    _the_same(face, COMPOSED)
    count = TTFont(io.BytesIO(subsets.cut(face, list(map(ord, COMPOSED)))))["maxp"].numGlyphs
    assert count > len(set(COMPOSED)) + 1


def test_what_the_font_lacks_is_its_empty_box(app: Flask) -> None:
    face = fonts.chain("regular").fonts[-1].face
    made = TTFont(io.BytesIO(subsets.cut(face, [ord("周"), ord("A")])))
    assert made["cmap"].tables[0].cmap.get(0, ".notdef") == ".notdef"
