"""A workbook of our own: headings and rows of text."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from portal.sheets.repair import WIDTH, put


def workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An .xlsx whose cells are all text: what begins with = must not become a formula."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for cell in put(sheet, 1, headings):
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, 2):
        put(sheet, number, row)
    for at in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = WIDTH
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
