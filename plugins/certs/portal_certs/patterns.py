"""How a site's numbers are put together: parts in an order of its own, with dashes, dots or nothing between. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from portal_certs.numbering import KINDS, LONGEST, PLACES, is_sound, plain

DEFAULT = "{prefix}{year}-{place}-{serial}-{check}"
# Widths of the parts made of digits, the first one where a pattern names none.
WIDTHS = {"year": (2, 4), "division": (4, 6), "place": (4, 6), "serial": (6, 4, 5, 7, 8)}
PARTS = {"prefix", *WIDTHS, "kind", "check"}
PLACED = {"division", "place"}
_PIECE = re.compile(r"([-.]?)\{([a-z]+)(?::(\d))?\}")


@dataclass(frozen=True)
class Counter:
    """What serials are counted within: as much of a document as its number says, so that no number is given twice."""

    year: int
    place: str
    kind: str


@dataclass(frozen=True)
class Piece:
    """One part with the separator before it; `width` in digits, 0 for the others."""

    before: str
    part: str
    width: int

    @property
    def form(self) -> str:
        """A regular expression for what stands here."""
        others = {"prefix": "[A-Z]{1,4}", "kind": f"[{''.join(KINDS.values())}]", "check": r"\d"}
        letters = f"|[{''.join(PLACES.values())}]" if self.part == "place" else ""
        return others.get(self.part) or rf"\d{{{self.width}}}{letters}"


@dataclass(frozen=True)
class Pattern:
    """A pattern that `parse` has found good: every number of it reads back to one year, place, kind and serial."""

    pieces: tuple[Piece, ...]

    def counter(self, year: int, division_code: str, kind: str) -> Counter:
        """Where the next serial of such a document comes from."""
        shown = [self._digits(piece, year, division_code, kind, 0) for piece in self.pieces if piece.part in PLACED]
        return Counter(year, "".join(shown), kind)

    def compose(self, prefix: str, year: int, division_code: str, kind: str, serial: int) -> str:
        """The number of a document. `year` has four digits, `division_code` six; `serial` counts from 1.

        :raises OverflowError: the serials of its counter are used up.
        """
        widest = next(piece.width for piece in self.pieces if piece.part == "serial")
        if serial >= 10**widest:
            place = self.counter(year, division_code, kind).place
            raise OverflowError(f"{place or kind}: no number left in {year}")
        known = {"prefix": prefix, "kind": KINDS[kind], "check": "?"}
        said = [
            piece.before + (known.get(piece.part) or self._digits(piece, year, division_code, kind, serial))
            for piece in self.pieces
        ]
        return _checked("".join(said))

    def read(self, typed: str) -> str | None:
        """A typed number as it is written, whatever dashes, spaces, capitals or wide characters.

        One of another form is given without dashes where its check digit fits: it may come from an earlier pattern.
        None: it is neither.
        """
        bare = plain(typed)
        found = re.fullmatch("".join(f"({piece.form})" for piece in self.pieces), bare)
        if found:
            return "".join(piece.before + said for piece, said in zip(self.pieces, found.groups(), strict=True))
        return bare if is_sound(bare) else None

    @staticmethod
    def _digits(piece: Piece, year: int, division_code: str, kind: str, serial: int) -> str:
        if piece.part == "year":
            return f"{year:04d}"[-piece.width :]
        if piece.part == "serial":
            return f"{serial:0{piece.width}d}"
        if piece.part == "place" and kind in PLACES:
            return PLACES[kind]
        return division_code[-piece.width :]


def _checked(number: str) -> str:
    """The check digit may stand anywhere: in its place exactly one digit makes the whole sound."""
    return next(whole for digit in "0123456789" if is_sound(whole := number.replace("?", digit)))


@lru_cache(maxsize=8)
def parse(text: str) -> Pattern:
    """A pattern like DEFAULT, from a site's setting.

    :raises ValueError: why its numbers could not be read back, in English: it stops the start.
    """
    pieces, end = [], 0
    while found := _PIECE.match(text, end):
        before, part, width = found.groups()
        pieces.append(Piece(before, part, _width(part, width)))
        end = found.end()
    if end < len(text) or not pieces or pieces[0].before:
        raise ValueError(f"parts in braces with a dash, a dot or nothing between, not {text[end:] or text!r}")
    _refuse_what_is_ambiguous([piece.part for piece in pieces])
    longest = sum(len(piece.before) + (piece.width or (4 if piece.part == "prefix" else 1)) for piece in pieces)
    if longest > LONGEST:
        raise ValueError(f"numbers of up to {longest} characters, {LONGEST} at most")
    return Pattern(tuple(pieces))


def _width(part: str, named: str | None) -> int:
    if part not in PARTS:
        raise ValueError(f"{{{part}}} is none of {', '.join(sorted(PARTS))}")
    allowed = WIDTHS.get(part, (0,))
    if named and int(named) not in allowed:
        raise ValueError(f"{{{part}}} has no width of {named}")
    return int(named) if named else allowed[0]


def _refuse_what_is_ambiguous(parts: list[str]) -> None:
    if len(set(parts)) < len(parts):
        raise ValueError("every part at most once")
    for needed in ("year", "serial", "check"):
        if needed not in parts:
            raise ValueError(f"without {{{needed}}} a number cannot be read back")
    if ("place" in parts) == ("kind" in parts):
        raise ValueError("either {place}, which is a division or the letter of a kind, or {kind}")
    if "place" in parts and "division" in parts:
        raise ValueError("{division} goes with {kind}, not with {place}")
