"""Libraries that open spreadsheets; they run in the reading child only, because a bad file can end the process.

Each yields tabs as (name, visible, rows, merged areas). A row is (its number in the file, cells from column A on);
a cell is a text, a number, a truth value, None, {"d": date} or {"x": why it has no value}.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any

from portal.sheets import content, limits
from portal.sheets.unfit import Unfit

Row = tuple[int, list[Any]]
Tab = tuple[str, bool, Iterator[Row], list[list[int]]]
_PASSWORD = "password"  # noqa: S105 - a code, no secret


def calamine(data: bytes) -> Iterator[Tab]:
    """Fast; aborts the process on some hostile files, and does not tell errors in cells from empty ones."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            if about.typ == SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                column = sheet.start[1] if sheet.start else 0
                rows = ([None] * column + list(row) for row in sheet.iter_rows())
                merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or [])[: limits.MERGED]]
                yield about.name, about.visible == SheetVisibleEnum.Visible, _packed(enumerate(rows, 1)), merged
    except PasswordError as error:
        raise Unfit(_PASSWORD) from error
    except CalamineError as error:
        raise Unfit(_PASSWORD if "password" in str(error).lower() else "damaged") from error


def compound(data: bytes) -> Iterator[Tab]:
    """An xls by the same library; of one of 1995 in Chinese it leaves broken halves of the signs."""
    for name, visible, rows, merged in calamine(data):
        yield name, visible, map(_whole, rows), merged


def openpyxl(data: bytes, formulas: bool) -> Iterator[Tab]:
    """Slow and careful. With `formulas`, those without a value are told from empty cells."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    def opened(values: bool) -> Any:
        return load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)

    try:
        book, other = opened(True), opened(False) if formulas else None
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write A1:A1 whatever there is
            twin = other[sheet.title] if other else None
            if twin:
                twin.reset_dimensions()
            rows = sheet.iter_rows(max_col=limits.COLUMNS)
            twins = twin.iter_rows(max_col=limits.COLUMNS) if twin else ()
            yield sheet.title, sheet.sheet_state == "visible", _packed(enumerate(_careful(rows, twins), 1)), []
    except (BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        raise Unfit("damaged") from error


def text(data: bytes) -> Iterator[Tab]:
    """Comma- or tab-separated text in any of the usual encodings."""
    decoded = content.decode(data)
    csv.field_size_limit(len(decoded) + 1)
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=content.delimiter(decoded))
    rows = ([_unwrapped(cell) for cell in row] for row in reader)
    try:
        yield "", True, _packed(enumerate(rows, 1)), []
    except csv.Error as error:
        raise Unfit("damaged") from error


def _unwrapped(cell: str) -> str:
    """What stands in ="…": programs write long numbers so, that a spreadsheet which opens the file keeps them whole."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1] else cell


def _whole(row: Row) -> Row:
    if any(type(cell) is str and "\0" in cell for cell in row[1]):
        raise Unfit("damaged")
    return row


def _careful(rows: Iterable[Any], twins: Iterable[Any]) -> Iterator[list[Any]]:
    for row, twin in zip_longest(rows, twins, fillvalue=()):
        yield [_cell(one, other) for one, other in zip_longest(row, twin)]


def _cell(cell: Any, twin: Any) -> Any:
    if cell is not None and cell.data_type == "e":
        return {"x": "error"}
    if cell is not None and cell.value is None and twin is not None and twin.data_type == "f":
        return {"x": "formula"}
    return cell.value if cell is not None else None


def _packed(rows: Iterable[tuple[int, Iterable[Any]]]) -> Iterator[Row]:
    """Rows with something in them, without empty cells at their end."""
    empty = 0
    for number, row in rows:
        cells = [_plain(value) for value in list(row)[: limits.COLUMNS]]
        while cells and cells[-1] is None:
            cells.pop()
        empty = 0 if cells else empty + 1
        if cells:
            yield number, cells
        elif empty >= limits.EMPTY_ROWS:
            return


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | dict):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return {"d": value.date().isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    said = str(value)[: limits.TEXT + 1]
    return said if said.strip() else None
