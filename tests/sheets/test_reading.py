"""Every kind of file that clerks send gives the same rows; row numbers are those of the file."""

import io
from datetime import date, datetime

import pytest
from flask import Flask
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from portal.sheets import reading
from portal.sheets.values import Broken, Value
from tests.sheets import making
from tests.sheets.making import HEADINGS, row

ROWS = [list(HEADINGS), row(1), row(2)]
TEXT = "\r\n".join(",".join(one) for one in ROWS)
FILES = {
    "xlsx": making.xlsx(ROWS[1:]),
    "xls": making.xls(ROWS),
    "et": making.xls(ROWS, "Book"),
    "ods": making.ods(ROWS),
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "gbk": TEXT.encode("gbk"),
    "utf-16 with tabs": TEXT.replace(",", "\t").encode("utf-16"),
    "big-endian": b"\xfe\xff" + TEXT.replace(",", "\t").encode("utf-16-be"),
    "semicolons": TEXT.replace(",", ";").encode(),
    "without a library": making.packed(making.SHEET % making.inline(*ROWS)),
}


def cells(data: bytes, tab: int = 0) -> list[list[Value]]:
    return [list(one.cells) for one in reading.read(data).tabs[tab].rows]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("kind", FILES)
def test_the_same_rows_come_out_of_every_kind(kind: str) -> None:
    assert cells(FILES[kind]) == ROWS


def test_gb18030_has_the_rare_characters(app: Flask) -> None:
    assert cells("姓名,单位\n㛃𣲗,甲乙丙丁".encode("gb18030"))[1][0] == "㛃𣲗"


def test_values_keep_their_types(app: Flask) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    # a spreadsheet knows no time zones
    sheet.append([13831552067, 60.5, True, datetime(2010, 7, 1, 8, 30), date(2010, 7, 1), None, "x"])  # noqa: DTZ001
    assert cells(making.saved(book)) == [[13831552067, 60.5, True, date(2010, 7, 1), date(2010, 7, 1), None, "x"]]


def test_rows_keep_the_numbers_and_columns_of_the_file(app: Flask) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C4"], sheet["B9"] = "four", "nine"
    found = reading.read(making.saved(book)).tabs[0].rows
    assert [(one.number, one.cells) for one in found] == [(4, (None, None, "four")), (9, (None, "nine"))]


def test_hidden_sheets_and_merged_cells_are_told(app: Flask) -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.append(["a"])
    first.sheet_state = "hidden"
    second = book.create_sheet("second")
    second.append(["b", "c"])
    second.merge_cells("A1:A3")
    read = reading.read(making.saved(book))
    assert [(tab.visible, tab.merged) for tab in read.tabs] == [(False, ()), (True, ((0, 0, 2, 0),))]


def test_errors_and_formulas_without_a_value_are_not_empty_cells(app: Flask) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["=1+1", None, "end"])
    assert cells(making.saved(book)) == [[Broken("formula"), None, "end"]]
    sheet["A1"] = "#N/A"
    assert cells(making.saved(book)) == [[Broken("error"), None, "end"]]


def test_a_formula_with_its_value_is_the_value(app: Flask) -> None:
    cell = '<row><c t="str"><f>A2</f><v>张三</v></c><c><f>1+1</f><v>2</v></c></row>'
    assert cells(making.packed(making.SHEET % cell)) == [["张三", 2]]


def test_rich_text_is_its_text(app: Flask) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = CellRichText("周", TextBlock(InlineFont(b=True), "晓岚"))
    assert cells(making.saved(book)) == [["周晓岚"]]


@pytest.mark.parametrize("far", ["A1048576", "XFD1048576", "XFD6"])
def test_a_stray_cell_far_away_does_not_hide_the_table(app: Flask, far: str) -> None:
    """One library ends the process here; the other one reads on."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for values in ROWS:
        sheet.append(values)
    sheet[far] = " "
    assert cells(making.saved(book))[:3] == ROWS


def test_a_lying_dimension_is_not_believed(app: Flask) -> None:
    sheet = (making.SHEET % making.inline(*ROWS)).replace("<sheetData>", '<dimension ref="A1:A1"/><sheetData>')
    assert cells(making.packed(sheet)) == ROWS
    broken = sheet.replace("<sheetData>", '<sheetData><row><c t="e"><v>#N/A</v></c></row>')
    assert cells(making.packed(broken))[1:] == ROWS


def test_a_very_long_text_is_cut_where_its_reader_refuses_it(app: Flask) -> None:
    assert len(str(cells(making.xlsx([row(name="字" * 5000)]))[1][0])) == 1001


def test_reading_leaves_nothing_of_the_environment_to_the_child(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert cells(FILES["xlsx"]) == ROWS


def test_a_picture_in_the_file_is_left_alone(app: Flask) -> None:
    data = making.packed(
        making.SHEET % making.inline(*ROWS), {"xl/media/image1.png": io.BytesIO(b"x" * 6_000_000).read()}
    )
    assert cells(data) == ROWS
