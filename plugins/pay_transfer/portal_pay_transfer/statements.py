"""A bank statement as a CSV file, whatever the bank calls its columns. Pure: bytes in, rows or problems out."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from portal.kit import Problem, Refused, _l

BYTES_MOST = 5 * 1024 * 1024
ROWS_MOST = 20_000
FEN_MOST = 10**11  # a thousand million yuan: more is a slip of the columns
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})")
_SHOWN = 20  # problems


@dataclass(frozen=True)
class Row:
    """One arrival of money. Amount in fen."""

    reference: str
    booked_on: date
    amount: int
    payer: str
    remark: str


def read(data: bytes) -> list[Row]:
    """All arrivals of a statement; money that left the account is passed over.

    UTF-8 or GB18030, commas or tabs; lines above the header row are the bank's own words.

    :raises Refused: no statement, or rows that cannot be read, each named by its line; then nothing is read.
    """
    if len(data) > BYTES_MOST:
        raise _refused(_l("The file is larger than 5 MB. Export fewer days."))
    table = _table(_text(data))
    if len(table) > ROWS_MOST:
        raise _refused(_l("The file has more than 20,000 lines. Export fewer days."))
    start, places = _header(table)
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, cells in enumerate(table[start + 1 :], start + 2):
        try:
            row = _row(cells, places)
        except ValueError as error:
            problems.append(Problem(_l("Line %(number)s: %(what)s", number=number, what=error.args[0]), "file"))
        else:
            rows += [row] if row else []
    problems += _twice(rows)
    if problems:
        raise Refused(_l("The statement was not imported"), problems[:_SHOWN])
    return rows


@cache
def _names() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "data/columns.toml").read_text("utf-8"))
    return found


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(_l("The file is no text. Export the statement as CSV."))


def _table(text: str) -> list[list[str]]:
    if "\0" in text:
        raise _refused(_l("The file is no text. Export the statement as CSV."))
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    try:
        return [[cell.strip() for cell in cells] for cells in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise _refused(_l("The file is no text. Export the statement as CSV.")) from error


def _header(table: list[list[str]]) -> tuple[int, dict[str, list[int]]]:
    """The row that names the columns, and where each of ours stands."""
    for number, cells in enumerate(table[:50]):
        lower = [cell.lower() for cell in cells]
        places = {key: [lower.index(name) for name in names if name in lower] for key, names in _names().items()}
        if all(places[key] for key in ("reference", "booked_on", "amount")):
            return number, places
    raise _refused(_l("No row names the columns for number, date and amount received."))


def _row(cells: list[str], places: dict[str, list[int]]) -> Row | None:
    """:raises ValueError: with the sentence that says what is wrong."""
    amount = _amount(_cell(cells, places["amount"][:1]))
    if amount <= 0:
        return None
    reference = _cell(cells, places["reference"][:1]).strip("'\t ")
    if not 0 < len(reference) <= 60:
        raise ValueError(_l("the bank's number is missing or longer than 60 characters"))
    return Row(
        reference,
        _day(_cell(cells, places["booked_on"][:1])),
        amount,
        _cell(cells, places["payer"][:1])[:120],
        _cell(cells, places["remark"])[:200],
    )


def _cell(cells: list[str], places: Sequence[int]) -> str:
    return " ".join(cells[place] for place in places if place < len(cells) and cells[place])


def _amount(text: str) -> int:
    plain = text.replace(",", "").replace("，", "").strip("¥￥ +")
    if not plain:
        return 0
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation:
        raise ValueError(_l("“%(text)s” is no amount", text=text[:30])) from None
    if not fen.is_finite() or fen != fen.to_integral_value() or fen > FEN_MOST:
        raise ValueError(_l("“%(text)s” is no amount", text=text[:30]))
    return int(fen)


def _day(text: str) -> date:
    found = _DAY.match(text.strip("'"))
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise ValueError(_l("“%(text)s” is no date", text=text[:30]))


def _twice(rows: list[Row]) -> Iterator[Problem]:
    seen: dict[str, Row] = {}
    for row in rows:
        if seen.setdefault(row.reference, row) != row:
            yield Problem(_l("Number %(number)s stands twice with different contents.", number=row.reference), "file")


def _refused(sentence: object) -> Refused:
    return Refused(sentence, [Problem(sentence, "file")])
