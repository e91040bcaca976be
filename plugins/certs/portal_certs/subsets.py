"""The part of a font that a document carries: the outlines of its characters, and the tables a viewer needs for them.

reportlab copies the whole table of outlines, 14 MB, for each document, and carries names and metrics along that only an
installed font needs.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from struct import pack, unpack, unpack_from
from typing import Any

COPIED = ("cvt ", "fpgm", "prep", "head", "hhea", "maxp")  # the first three are hints, where the font has some
MAGIC = 0xB1B0AFBA
# Flags of a part of a composite outline, OpenType 1.9, table glyf.
WORDS, SCALE, MORE, TWO_SCALES, TWO_BY_TWO = 1, 8, 32, 64, 128


def cut(face: Any, codes: Sequence[int]) -> bytes:
    """A TrueType font of these code points in this order; `face` is reportlab's. What it lacks is the empty box."""
    glyphs = [0]
    places = {0: 0}  # of a glyph of the whole font in this one
    for code in codes:
        _place(face.charToGlyph.get(code, 0), glyphs, places)
    outlines = list(_outlines(face, glyphs, places))
    offsets = [0, *accumulate(len(outline) for outline, _total in outlines)]
    widths = [value for glyph in glyphs for value in face.hmetrics[glyph]]
    to_glyph = [places[face.charToGlyph.get(code, 0)] for code in codes]
    tables = dict(_kept(face)) | {
        "cmap": pack(f">11H{len(codes)}H", 0, 1, 1, 0, 0, 12, 6, 10 + 2 * len(codes), 0, 0, len(codes), *to_glyph),
        "glyf": b"".join([outline for outline, _total in outlines]),
        "hhea": _patched(_kept(face)["hhea"], 34, pack(">H", len(glyphs))),
        "hmtx": pack(f">{len(widths)}H", *widths),
        "loca": pack(f">{len(offsets)}L", *offsets),
        "maxp": _patched(_kept(face)["maxp"], 4, pack(">H", len(glyphs))),
    }
    return _file(tables, {"glyf": sum(total for _outline, total in outlines)})


@cache
def _kept(face: Any) -> Mapping[str, bytes]:
    """The tables that are the same in every part of a font: places of outlines have four bytes each."""
    tables = {tag: face.get_table(tag) for tag in COPIED if tag in face.table}
    return tables | {"head": _patched(_patched(tables["head"], 8, bytes(4)), 50, pack(">H", 1))}


def _place(glyph: int, glyphs: list[int], places: dict[int, int]) -> int:
    if glyph not in places:
        places[glyph] = len(glyphs)
        glyphs.append(glyph)
    return places[glyph]


def _outlines(face: Any, glyphs: list[int], places: dict[int, int]) -> Iterator[tuple[bytes, int]]:
    """The outlines with their check sums; parts of composite ones are added to `glyphs` on the way."""
    for glyph in glyphs:  # grows while it is walked
        outline, total = _outline(face, glyph)
        if outline and outline[0] & 0x80:  # a number of contours below zero
            outline = _composite(outline, glyphs, places)
            total = _sum(outline)
        yield outline, total


@lru_cache(maxsize=8192)
def _outline(face: Any, glyph: int) -> tuple[bytes, int]:
    """An outline of the whole font, a multiple of four bytes long, and its check sum."""
    start, _length = face.get_table_pos("glyf")
    outline = face._ttf_data[start + face.glyphPos[glyph] : start + face.glyphPos[glyph + 1]]
    padded = outline + bytes(-len(outline) % 4)
    return padded, _sum(padded)


def _composite(outline: bytes, glyphs: list[int], places: dict[int, int]) -> bytes:
    """An outline made of others, which have other numbers here."""
    place, flags, found = 10, MORE, bytearray(outline)
    while flags & MORE:
        flags, part = unpack_from(">HH", outline, place)
        found[place + 2 : place + 4] = pack(">H", _place(part, glyphs, places))
        place += 8 if flags & WORDS else 6
        place += 2 if flags & SCALE else 4 if flags & TWO_SCALES else 8 if flags & TWO_BY_TWO else 0
    return bytes(found)


def _patched(table: bytes, place: int, value: bytes) -> bytes:
    return table[:place] + value + table[place + len(value) :]


def _file(tables: Mapping[str, bytes], sums: Mapping[str, int]) -> bytes:
    """The tables behind their directory, with the check sums the format wants; `sums` are those known already."""
    power = len(tables).bit_length() - 1
    head = pack(">LHHHH", 0x00010000, len(tables), 16 << power, power, 16 * (len(tables) - (1 << power)))
    body, at, total = [], 12 + 16 * len(tables), 0
    for tag, table in sorted(tables.items()):
        padded = table + bytes(-len(table) % 4)
        check = sums[tag] & 0xFFFFFFFF if tag in sums else _sum(padded)
        head += tag.encode() + pack(">LLL", check, at, len(table))
        if tag == "head":
            adjusted = at + 8
        body.append(padded)
        at += len(padded)
        total += check
    whole = head + b"".join(body)
    return _patched(whole, adjusted, pack(">L", (MAGIC - total - _sum(head)) & 0xFFFFFFFF))


def _sum(padded: bytes) -> int:
    words: tuple[int, ...] = unpack(f">{len(padded) // 4}L", padded)
    return sum(words) & 0xFFFFFFFF
