"""待修正: a workbook with the failing rows only, each with what to change, to be mended and uploaded again.

The sender's own file is never handed back: opening and saving it would lose pictures, calculated values and more.
"""

import io
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from portal.sheets.archive import MARK
from portal.sheets.checking import Line, Report
from portal.sheets.tables import REPAIR

_BAD = PatternFill("solid", fgColor="F9DAD6")
_HEAD = PatternFill("solid", fgColor="EFECE3")
WIDTH, WIDEST_COMMENTS = 18, 2000  # comments make a file slow to open; the first column says the same


def workbook(report: Report, mark: str = "") -> bytes:
    """An .xlsx of the rows with problems. `mark` comes back as `Report.mark` when the file is uploaded."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = _("To repair")
    titles = [heading for heading, _column in report.headings]
    put(sheet, 1, [REPAIR["problems"][0], REPAIR["origin"][0], *titles], fill=_HEAD, bold=True)
    bad = report.bad
    for at, line in enumerate(bad, 2):
        _write_line(sheet, at, line, report, comments=len(bad) <= WIDEST_COMMENTS)
    for at in range(1, len(titles) + 3):
        column = sheet.column_dimensions[get_column_letter(at)]
        column.width, column.number_format = (48 if at == 1 else WIDTH), "@"
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    if mark:
        properties: Any = vars(book)["custom_doc_props"]  # missing from the library's type stubs
        properties.append(StringProperty(name=MARK, value=mark))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_line(sheet: Worksheet, at: int, line: Line, report: Report, comments: bool) -> None:
    said = "\n".join(dict.fromkeys(str(problem.message) for problem in line.problems))
    values = [line.typed.get(heading, "") for heading, _column in report.headings]
    cells = put(sheet, at, [said, str(line.origin or line.number), *values])
    for cell, (_heading, column) in zip(cells[2:], report.headings, strict=True):
        faults = [str(problem.message) for problem in line.problems if problem.field == column.key]
        if faults:
            cell.fill = _BAD
            if comments:
                cell.comment = Comment("\n".join(faults), "")


def put(
    sheet: Worksheet, row: int, values: Iterable[str], fill: PatternFill | None = None, bold: bool = False
) -> list[Cell]:
    """Every value as text: what begins with = or + must not become a formula on the next machine."""
    cells = []
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)
        cell.value, cell.data_type = value, "s"
        cell.number_format = "@"
        if fill:
            cell.fill = fill
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    return cells
