"""A workbook to be filled in: headings, lists to choose from, a sample row and a sheet with the rules.

Formats and lists hang on whole columns, so the file stays small and has no cells that only look empty. They are a help:
whoever pastes over them loses them, and everything is checked again when the file comes back.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.sheets.layout import Layout
from portal.sheets.reading import Book
from portal.sheets.values import shown

VERSION = "xueshi-template"  # name of the document property
HEADINGS_AT, SAMPLE_AT, LAST = 2, 3, 20_000
_HEAD, _GREY = PatternFill("solid", fgColor="EFECE3"), Font(color="817D72")
_LISTS = "_lists"


@dataclass(frozen=True)
class Template:
    """What stands in it. `lists`: choices by column key; `below`: (column, column above it, choices by what is above).

    `sample` is shown grey and never counts as a row; its first cell says so.
    """

    layout: Layout
    sheet: str
    advice: str
    rules_sheet: str
    rules: Sequence[str]
    sample: Mapping[str, str]
    version: str
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    below: tuple[str, str, Mapping[str, Sequence[str]]] | None = None


def version_of(book: Book) -> str:
    """The version of the template a file was made of, or "": it survives whatever keeps hidden sheets."""
    first = (tab.rows[0].cells for tab in book.tabs if tab.name == _LISTS and tab.rows)
    return next((shown(cells[0])[:20] for cells in first if cells), "")


def workbook(template: Template) -> bytes:
    """The .xlsx."""
    book = Workbook()
    sheet, lists = book.active, book.create_sheet(_LISTS)
    rules = book.create_sheet(template.rules_sheet)
    assert isinstance(sheet, Worksheet)
    sheet.title = template.sheet
    for number, line in enumerate(template.rules, 1):
        rules.cell(number, 1, line)
    rules.column_dimensions["A"].width = 88
    _rows(sheet, template)
    _choices(book, sheet, lists, template)
    lists.sheet_state = "hidden"
    properties: Any = vars(book)["custom_doc_props"]  # missing from the library's type stubs
    properties.append(StringProperty(name=VERSION, value=template.version))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(sheet: Worksheet, template: Template) -> None:
    columns = template.layout.columns
    sheet.cell(1, 1, template.advice).alignment = Alignment(wrap_text=True, vertical="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
    sheet.row_dimensions[1].height = 34
    for at, column in enumerate(columns, 1):
        shape = sheet.column_dimensions[get_column_letter(at)]
        shape.width, shape.number_format = 24 if column.required else 16, "@"
        head = sheet.cell(HEADINGS_AT, at, f"*{column.title}" if column.required else column.title)
        head.fill, head.font = _HEAD, Font(bold=True)
        sample = sheet.cell(SAMPLE_AT, at, template.sample.get(column.key, ""))
        sample.number_format, sample.font = "@", _GREY
    sheet.freeze_panes = f"B{HEADINGS_AT + 1}"


def _choices(book: Workbook, sheet: Worksheet, lists: Worksheet, template: Template) -> None:
    lists.cell(1, 1, template.version)
    letters = {column.key: get_column_letter(at) for at, column in enumerate(template.layout.columns, 1)}
    place = 1
    for key, choices in template.lists.items():
        place += 1
        _offer(sheet, letters[key], _range(lists, place, choices))
    if template.below is None:
        return
    key, above, by_choice = template.below
    for choice, choices in by_choice.items():
        place += 1
        name = f"{key}_{choice}"
        book.defined_names[name] = DefinedName(name, attr_text=_range(lists, place, choices))
    _offer(sheet, letters[key], f'INDIRECT("{key}_"&${letters[above]}{SAMPLE_AT})')


def _range(lists: Worksheet, column: int, choices: Sequence[str]) -> str:
    for row, choice in enumerate(choices, 1):
        lists.cell(row, column, choice)
    letter = get_column_letter(column)
    return f"{_LISTS}!${letter}$1:${letter}${max(len(choices), 1)}"


def _offer(sheet: Worksheet, letter: str, source: str) -> None:
    offered = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    offered.add(f"{letter}{SAMPLE_AT}:{letter}{LAST}")
    sheet.add_data_validation(offered)
