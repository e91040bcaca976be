"""The file itself: every word can be copied out of it, its fonts travel with it, and it is the same each time."""

import io
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import pdfa
from pydantic import ValidationError
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from portal import db
from portal.app import create_app
from portal.settings import Settings
from portal_certs import archival, faults, fonts, render, service, tokens, typeset
from portal_certs.layout import Layout, supplied
from portal_certs.sample import NUMBER, SAMPLE
from portal_certs.snapshot import Snapshot, masked_name
from tests.certs.holder import NOW, PHOTO


@pytest.fixture
def layout(app: Flask) -> Layout:
    return Layout.model_validate(supplied("certificate"))


def _print(layout: Layout, said: Snapshot = SAMPLE, number: str = NUMBER) -> bytes:
    return render.render(layout, said, number, PHOTO.data, NOW)


def _text(data: bytes) -> str:
    page = PdfReader(io.BytesIO(data)).pages[0]
    return re.sub(r"\s", "", page.extract_text())


def _objects(data: bytes) -> Iterator[DictionaryObject]:
    reader = PdfReader(io.BytesIO(data))
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        if isinstance(found, DictionaryObject):
            yield found


def test_every_word_can_be_copied(layout: Layout) -> None:
    text = _text(_print(layout))
    for said in (
        SAMPLE.name,
        SAMPLE.id_shown,
        SAMPLE.employer,
        SAMPLE.project,
        SAMPLE.office,
        NUMBER,
        "portal.example",
    ):
        assert said.replace(" ", "") in text
    for word in ("合格证书", "专业科目60", "公需科目30", "合计90学时", "2026年5月20日", "示例"):
        assert word in text


def test_another_reader_agrees(layout: Layout) -> None:
    page = pypdfium2.PdfDocument(_print(layout))[0]
    text = re.sub(r"\s", "", page.get_textpage().get_text_range())
    assert SAMPLE.name in text
    assert SAMPLE.employer in text


def test_all_fonts_are_embedded_and_no_other_is_named(layout: Layout) -> None:
    data = _print(layout)
    fonts_ = [found for found in _objects(data) if found.get("/Type") == "/Font"]
    assert {str(font["/BaseFont"]).split("+")[1] for font in fonts_} == {"NotoSerifSC-Regular", "NotoSerifSC-Bold"}
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts_)
    assert b"Helvetica" not in data


def test_no_page_has_an_empty_transition(layout: Layout) -> None:
    assert "/Trans" not in PdfReader(io.BytesIO(_print(layout))).pages[0]


def test_it_can_be_archived(layout: Layout) -> None:
    """PDF/A-2b by a validator that reports whatever it does not know to be right."""
    report = pdfa.validate_written(io.BytesIO(_print(layout)), "2b")
    assert report.findings == []
    assert report.passed


def test_the_same_document_is_the_same_file(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _print(layout)
    archival._srgb.cache_clear()
    monkeypatch.setenv("TZ", "America/New_York")
    assert _print(layout) == first
    assert PdfReader(io.BytesIO(first)).metadata.creation_date == NOW  # type: ignore[union-attr]


def test_a_demonstration_is_marked_and_a_real_one_is_not(layout: Layout) -> None:
    real = SAMPLE.model_copy(update={"specimen": False})
    assert "示例" not in _text(_print(layout, real))
    assert "证书专用章" in _text(_print(layout, real))


def test_the_code_leads_to_the_page_of_this_number(layout: Layout) -> None:
    assert render.address(SAMPLE, NUMBER) == f"https://portal.example/verify/{NUMBER}/{tokens.of(NUMBER)}"
    assert _pixels(_print(layout)) != _pixels(_print(layout, number="HE26-0208-000001-6"))


def _pixels(data: bytes) -> bytes:
    bitmap = pypdfium2.PdfDocument(data)[0].render(scale=1)
    return bytes(bitmap.to_pil().tobytes())


def test_names_in_other_scripts_get_another_font(layout: Layout) -> None:
    """Vera has a grid of 2048: its widths are embedded right, or the validator complains."""
    foreign = SAMPLE.model_copy(update={"name": "Łukasz Ğ周岚"})
    data = _print(layout, foreign)
    assert "ŁukaszĞ周岚" in _text(data)
    assert any("Vera" in str(found["/BaseFont"]) for found in _objects(data) if found.get("/Type") == "/Font")
    assert pdfa.validate_written(io.BytesIO(data), "2b").findings == []


def _one_glyph(path: Path, character: str) -> str:
    """A font of one character on a grid of 1024, whose last glyphs share one width."""
    pen = TTGlyphPen(None)
    for number, point in enumerate(((0, 0), (900, 0), (900, 900))):
        (pen.lineTo if number else pen.moveTo)(point)
    pen.closePath()
    names = [".notdef", "a", "b", "rare"]
    made = FontBuilder(1024)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({0x61: "a", 0x62: "b", ord(character): "rare"})
    made.setupGlyf(dict.fromkeys(names, pen.glyph()))
    made.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    made.setupHorizontalHeader(ascent=900, descent=-124)
    made.setupNameTable({"familyName": "Rare", "styleName": "Regular", "psName": "Rare"})
    made.setupOS2()
    made.setupPost()
    made.save(path)
    return str(path)


def test_a_site_can_add_a_font_for_a_rare_name(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its widths are on a grid of its own and shared at the end of the table: both faults at once."""
    rare = SAMPLE.model_copy(update={"name": "周\U00028b4e岚"})
    with create_app(settings).app_context():
        layout = Layout.model_validate(supplied("certificate"))
        assert render.missing(layout, rare, NUMBER) == "\U00028b4e"
    monkeypatch.setenv("PORTAL_CERTS_FONTS", _one_glyph(tmp_path / "rare.ttf", "\U00028b4e"))
    with create_app(settings).app_context():
        assert render.missing(layout, rare, NUMBER) == ""
        data = _print(layout, rare)
    assert rare.name in _text(data)
    assert pdfa.validate_written(io.BytesIO(data), "2b").findings == []


def test_what_no_font_has_is_named(layout: Layout) -> None:
    assert render.missing(layout, SAMPLE, NUMBER) == ""
    strange = SAMPLE.model_copy(update={"name": "周\U00028b4e岚\ue000\U00028b4e"})
    assert render.missing(layout, strange, NUMBER) == "\U00028b4e\ue000"


# --- reportlab's faults -------------------------------------------------------------------------------------------


def test_rare_characters_are_copied_as_themselves(layout: Layout) -> None:
    rare = SAMPLE.model_copy(update={"name": "吉\U00020bb7𬭚𣲗"})
    present = "".join(character for character in rare.name if fonts.chain("bold").font_of(character))
    assert any(ord(character) > 0xFFFF for character in present)
    assert present in _text(_print(layout, rare.model_copy(update={"name": present})))


@given(st.lists(st.integers(0x20, 0x2FFFF).filter(lambda code: not 0xD800 <= code < 0xE000), min_size=1, max_size=256))
def test_the_table_for_copying_is_utf16_in_small_blocks(subset: list[int]) -> None:
    table = faults.to_unicode("F", subset)
    sizes = [int(size) for size in re.findall(r"(\d+) beginbfchar", table)]
    assert max(sizes) <= 100
    assert sum(sizes) == len(subset)
    entries = "".join(re.findall(r"beginbfchar\n(.*?)endbfchar", table, re.DOTALL))
    codes = re.findall(r"^<\w\w> <(\w+)>$", entries, re.MULTILINE)
    assert [bytes.fromhex(code).decode("utf-16-be") for code in codes] == [chr(code) for code in subset]


def test_shared_widths_are_kept_in_the_fonts_own_units(app: Flask) -> None:
    face = deepcopy(fonts.chain("regular").fonts[0].face)
    face.seek_table("hhea")
    face.skip(34)
    written = face.read_ushort()
    face.hmetrics = [(1024, 0)] * written + [(1000, 7)] * 3
    faults.true_widths(face)
    assert face.hmetrics[written:] == [(1024, 7)] * 3


# --- lines --------------------------------------------------------------------------------------------------------


@given(st.text("唐山市，。（《》）ab1 ", max_size=80), st.integers(30, 300))
def test_lines_lose_nothing_and_stay_in_their_box(text: str, width: int) -> None:
    chain = fonts._chains("")["regular"]
    lines = list(typeset.wrap(text, chain, width, 12))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(chain.width(line, 12) <= width + 0.001 for line in lines)


def test_a_closing_mark_begins_no_line(app: Flask) -> None:
    lines = list(typeset.wrap("唐山市（丰润）。唐山市（丰润）。", fonts.chain("regular"), 12 * 7, 12))
    assert all(line[0] not in typeset.NOT_FIRST and line[-1] not in typeset.NOT_LAST for line in lines)


def test_long_text_shrinks_and_is_never_cut(app: Flask) -> None:
    chain = fonts.chain("regular")
    short = typeset.fit("唐山市", chain, 100, 14, 8, 1)
    long = typeset.fit("唐山市丰润区燕山", chain, 100, 14, 8, 1)
    longer = typeset.fit("唐山市丰润区" * 9, chain, 100, 14, 8, 1)
    assert (short.size, len(short.lines)) == (14, 1)
    assert long.size < 14
    assert len(long.lines) == 1
    assert (longer.size, "".join(longer.lines)) == (8, "唐山市丰润区" * 9)


# --- layouts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "text", "x": 0, "y": 0, "w": 10, "h": 10, "size": 10, "text": "{salary}"},
        {"type": "text", "x": 0, "y": 0, "w": 10, "h": 10, "size": 10, "text": "{name"},
        {"type": "text", "x": 0, "y": 0, "w": 10, "h": 10, "size": 10, "text": "{name.__class__}"},
        {"type": "text", "x": 290, "y": 0, "w": 10, "h": 10, "size": 10, "text": "x"},
        {"type": "line", "x1": 0, "y1": 0, "x2": 300, "y2": 0},
        {"type": "rect", "x": 0, "y": 0, "w": 10, "h": 10, "colour": "red"},
        {"type": "stamp", "x": 0, "y": 0, "w": 10, "h": 10},
        {"type": "photo", "x": 0, "y": 0, "w": 10, "h": 10, "file": "/etc/passwd"},
    ],
    ids=["variable", "brace", "attribute", "outside", "line outside", "colour", "element", "unknown key"],
)
def test_a_wrong_layout_is_refused(app: Flask, wrong: dict[str, Any]) -> None:
    layout = supplied("certificate")
    layout["elements"].append(wrong)
    with pytest.raises(ValidationError), db.write() as session:
        service.publish_template(session, "certificate", layout, NOW)


def test_a_published_layout_never_changes(app: Flask) -> None:
    with db.write() as session:
        template = service.template_in_use(session, "certificate", NOW)
        assert service.template_in_use(session, "certificate", NOW).version == 1
    with pytest.raises(RuntimeError, match="new version"), db.write() as session:
        session.merge(template).layout = {}
    with db.write() as session:
        assert service.publish_template(session, "certificate", supplied("certificate"), NOW).version == 2


def test_names_are_masked_for_strangers(settings: Settings) -> None:
    assert [masked_name(name) for name in ("周", "周岚", "周晓岚", "古丽巴哈尔·阿卜杜热西提")] == [
        "周*",
        "周*",
        "周*岚",
        "古**********提",
    ]
