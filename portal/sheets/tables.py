"""Finding the table inside a file: the sheet, the row of headings, and which column is which."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l

from portal.errors import Refused
from portal.sheets.layout import Column, Layout, plain
from portal.sheets.reading import FIELD, Book, Row, Tab
from portal.sheets.values import shown
from portal.types import Problem

DEEPEST = 30  # rows in which headings are looked for
REPAIR = tomllib.loads((Path(__file__).parent / "data" / "repair.toml").read_text("utf-8"))
_SAMPLE = re.compile(r"示例.*|.*[(\[【]示例[)\]】]")
_ORIGIN = frozenset(map(plain, REPAIR["origin"]))
_OURS = _ORIGIN | frozenset(map(plain, REPAIR["problems"]))


@dataclass(frozen=True)
class Table:
    """The rows of a table. `places`: position in the row and column; `ignored`: headings nobody asked for."""

    tab: Tab
    places: list[tuple[int, str, Column]]
    rows: list[Row]
    ignored: list[str]
    mark: str = ""
    origin: int | None = None
    hidden: bool = False


def find(book: Book, layout: Layout) -> Table:
    """The one table of a file that has this layout. Hidden sheets count only where no visible one fits.

    :raises Refused: there is none, it lacks columns, names one twice, is empty, or there are two.
    """
    for visible in (True, False):
        tables = [_table(book, tab, row, layout) for tab, row in _headed(book, layout, visible)]
        complete = [table for table in tables if not _missing(table, layout)]
        if filled := [table for table in complete if table.rows]:
            return _only(filled)
        if complete:
            raise _refused(_l("The table has headings but no rows. Fill it in and upload it again."), "NO_DATA")
        if tables and visible:
            nearest = max(tables, key=lambda table: len(table.places))
            raise _refused(
                _l("The table lacks the column: %(titles)s.", titles=_missing(nearest, layout)), "MISSING_COLUMN"
            )
    if not any(tab.rows for tab in book.tabs):
        raise _refused(_l("The file has no rows. Fill it in and upload it again."), "NO_DATA")
    titles = "、".join(column.title for column in layout.columns if column.required)
    raise _refused(
        _l("No row of headings was found. The table needs the columns: %(titles)s.", titles=titles), "NO_HEADINGS"
    )


def lacking(book: Book, layout: Layout) -> tuple[list[str], list[Column]]:
    """Of the table that comes nearest: headings nobody knows, and the required columns that are not there.

    For asking a person which is which. Both are empty where the file holds nothing that looks like headings.
    """
    rows = [row for tab in book.tabs if tab.visible for row in tab.rows[:DEEPEST]]
    told = [[said for said in map(shown, row.cells) if said] for row in rows]
    told = [headings for headings in told if len(headings) > 1]
    if not told:
        return [], []
    nearest = max(told, key=lambda headings: sum(layout.find(said) is not None for said in headings))
    there = {found[0].key for said in nearest if (found := layout.find(said))}
    unknown = [said for said in dict.fromkeys(nearest) if layout.find(said) is None and plain(said) not in _OURS]
    return unknown, [column for column in layout.columns if column.required and column.key not in there]


def _headed(book: Book, layout: Layout, visible: bool) -> Iterator[tuple[Tab, Row]]:
    """Sheets with the row in them that looks most like headings; two known names at least."""
    for tab in book.tabs:
        if tab.visible is visible:
            known = [sum(layout.find(shown(cell)) is not None for cell in row.cells) for row in tab.rows[:DEEPEST]]
            if known and max(known) >= min(2, len(layout.columns)):
                yield tab, tab.rows[known.index(max(known))]


def _table(book: Book, tab: Tab, heading: Row, layout: Layout) -> Table:
    headings = [(at, said, layout.find(said)) for at, said in enumerate(map(shown, heading.cells)) if said]
    places = [(at, found[1], found[0]) for at, _said, found in headings if found]
    _no_twins(places, dict(enumerate(map(shown, heading.cells))))
    keys = {at: plain(said) for at, said, _found in headings}
    ignored = [said for at, said, found in headings if not found and keys[at] not in _OURS]
    origin = next((at for at, key in keys.items() if key in _ORIGIN), None)
    rows = [row for row in tab.rows if row.number > heading.number and not _is_sample(row)]
    return Table(tab, places, rows, ignored, book.mark, origin, book.hidden)


def _no_twins(places: list[tuple[int, str, Column]], said: dict[int, str]) -> None:
    """:raises Refused: two headings name the same column; of a patterned column, the same heading stands twice."""
    seen: set[tuple[str, str]] = set()
    for at, key, column in places:
        name = (column.key, key if column.caught(key) else "")
        if name in seen:
            raise _refused(_l("Two columns are headed “%(title)s”. Keep one of them.", title=said[at]), "DUP_HEADER")
        seen.add(name)


def _is_sample(row: Row) -> bool:
    first = next(filter(None, map(shown, row.cells)), "")
    return _SAMPLE.fullmatch(first) is not None


def _missing(table: Table, layout: Layout) -> str:
    there = {column.key for _at, _key, column in table.places}
    return "、".join(column.title for column in layout.columns if column.required and column.key not in there)


def _only(tables: list[Table]) -> Table:
    if len(tables) > 1:
        names = "、".join(table.tab.name for table in tables)
        raise _refused(_l("Several sheets hold such a table: %(names)s. Keep one of them.", names=names), "TWO_TABLES")
    return tables[0]


def _refused(sentence: object, code: str) -> Refused:
    return Refused(sentence, [Problem(sentence, FIELD, code=code)])
