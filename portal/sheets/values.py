"""What stands in a cell, and reading it as what a column wants: a text, a number somebody is known by, hours, a day.

Readers raise BadCell with a sentence for the person who typed the cell. An empty cell never reaches a reader.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from flask_babel import lazy_gettext as _l

from portal.sheets.limits import TEXT

_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f\x00-\x08\x0e-\x1f\x7f]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel keeps control characters
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{2}")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2}))?\s*[月日号]?(?:\s.*)?")
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
HOURS_BELOW = 10_000
EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number, further ones become 0
_EPOCH, _SERIALS = date(1899, 12, 30), range(3_653, 73_416)  # 1910 to 2100


@dataclass(frozen=True)
class Broken:
    """A cell whose value the file does not hold. why: "error" (#N/A) | "formula" (never calculated)."""

    why: str


Value = str | int | float | bool | date | Broken | None


class BadCell(Exception):
    """A cell that cannot be read as its column wants. `code` names the cause, as in types.Problem."""

    def __init__(self, sentence: object, code: str) -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


class Tidy(str):
    """Text that went through `tidy` already."""

    __slots__ = ()


def tidy(typed: str) -> str:
    """Typed text without invisible signs, full-width forms, line breaks and spare spaces."""
    clean = typed.isprintable() and "_x" not in typed and "  " not in typed
    if clean and unicodedata.is_normalized("NFKC", typed):  # most cells: everything below is ten times slower
        return typed.strip().removeprefix("'").strip()
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), typed)
    plain = unicodedata.normalize("NFKC", _HIDDEN.sub("", plain))
    return " ".join(plain.split()).removeprefix("'").strip()


def shown(value: Value) -> str:
    """A cell as a person sees it."""
    if type(value) is Tidy:
        return value
    if type(value) is str:
        return tidy(value)
    if value is None or isinstance(value, Broken):
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def text(value: Value) -> str:
    """Any text of at most a thousand characters."""
    said = shown(value)
    if len(said) > TEXT:
        raise BadCell(_l("A cell may have at most %(count)s characters.", count=TEXT), "TOO_LONG")
    return said


def code(value: Value) -> str:
    """A number somebody is known by: ID, phone, credit code. Digits a spreadsheet has destroyed are not guessed."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= EXACT or value != int(value):
            raise BadCell(_DESTROYED, "PRECISION_LOST")
        return str(int(value))
    said = text(value)
    if _SCIENTIFIC.fullmatch(said):
        raise BadCell(_DESTROYED, "PRECISION_LOST")
    return said


def hours(value: Value) -> int:
    """Credit hours in hundredths: 60, 60.5, "60 学时"."""
    if type(value) is int and 0 <= value < HOURS_BELOW:
        return value * 100
    said = re.sub(r"\s*([个小学时]{2,3}|h)$", "", shown(value))
    try:
        number = Decimal(said)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number < HOURS_BELOW or number * 100 != int(number * 100):
        raise BadCell(_l("Enter hours as a number with at most two decimals, for example 60 or 60.5."), "HOURS")
    return int(number * 100)


def year(value: Value) -> int:
    """A year of this or the last century: 2024, "2024 年", "2024年度", a date."""
    if isinstance(value, date):
        return value.year
    found = re.fullmatch(r"((?:19|20)\d\d)\s*(年度?)?", shown(value))
    if not found:
        raise BadCell(_l("Enter the year with four digits, for example 2024."), "YEAR")
    return int(found[1])


def day(value: Value) -> date:
    """A date in any of the forms people type; a month alone is its first day; a serial number is a date."""
    if isinstance(value, date):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value in _SERIALS:
        return _EPOCH + timedelta(days=value)
    said = shown(value)
    found = _PACKED_DAY.fullmatch(said) or _DAY.fullmatch(said)
    try:
        if found and not isinstance(value, float):  # 2010.1 as a number may have been 2010.10
            return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        pass
    raise BadCell(_l("Enter the date as year-month-day, for example 2010-07-01."), "DATE")


_DESTROYED = _l(
    "The spreadsheet has turned this number into one of fifteen digits and lost the rest. "
    "Format the column as text and type the number again."
)
