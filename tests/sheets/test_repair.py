"""待修正: the failing rows come back as a file that can be mended and uploaded again."""

import io

from flask import Flask
from openpyxl import load_workbook

from portal.sheets import checking, reading, repair, tables
from portal.sheets.checking import Report
from portal.sheets.layout import Layout
from tests.sheets import making
from tests.sheets.making import row


def upload(data: bytes, layout: Layout) -> Report:
    return checking.check(tables.find(reading.read(data), layout))


def test_only_the_failing_rows_with_what_to_change(app: Flask, layout: Layout) -> None:
    report = upload(making.xlsx([row(1), row(2, hours="六十", employer=""), row(3)]), layout)
    with app.test_request_context():
        sheet = load_workbook(io.BytesIO(repair.workbook(report))).worksheets[0]
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == ["错误说明", "原行号", "姓名", "身份证号", "单位", "学时"]
    assert len(rows) == 2
    said, number, *cells = rows[1]
    assert "学时" in str(said.value)
    assert "单位" in str(said.value)
    assert number.value == "3"
    assert [cell.value for cell in cells] == ["周晓岚", "13020819870312002X", None, "六十"]
    assert [bool(cell.comment) for cell in cells] == [False, False, True, True]


def test_mended_and_uploaded_again_it_says_which_rows_it_repairs(app: Flask, layout: Layout) -> None:
    first = upload(making.xlsx([row(1, hours="x"), row(2), row(3, hours="y")]), layout)
    with app.test_request_context():
        book = load_workbook(io.BytesIO(repair.workbook(first, mark="批次-7 <&>")))
    sheet = book.worksheets[0]
    sheet["F2"], sheet["F3"] = "60", "still wrong"
    second = upload(making.saved(book), layout)
    assert second.mark == "批次-7 <&>"
    assert second.ignored == []
    assert [(line.origin, line.data.get("hours")) for line in second.good] == [(2, 6000)]
    with app.test_request_context():  # repaired again, a row keeps its first number
        again = load_workbook(io.BytesIO(repair.workbook(second))).worksheets[0]
    assert again["B2"].value == "4"


def test_what_begins_like_a_formula_stays_text(app: Flask, layout: Layout) -> None:
    typed = ["=cmd|' /C calc'!A0", "+1", "@SUM(1+1)", "-x"]
    text = "姓名,身份证号,单位,学时\n" + ",".join(typed)
    report = upload(text.encode(), layout)
    with app.test_request_context():
        cells = load_workbook(io.BytesIO(repair.workbook(report))).worksheets[0][2][2:]
    assert [(cell.data_type, cell.value) for cell in cells] == [("s", value) for value in typed]
