"""Where the table is in a file, and what a row of it says."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook

from portal.errors import Refused
from portal.sheets import checking, reading, tables, values
from portal.sheets import layout as layouts
from portal.sheets.checking import Report
from portal.sheets.layout import Column, Layout
from portal.sheets.tables import Table
from portal.types import Problem
from tests.sheets import making
from tests.sheets.making import HEADINGS, row


def found(layout: Layout, *sheets: Sequence[Sequence[Any]], hidden: Sequence[int] = ()) -> Table:
    book = Workbook()
    book.remove(book.worksheets[0])
    for at, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{at}")
        for one in rows:
            sheet.append(list(one))
        if at in hidden:
            sheet.sheet_state = "hidden"
    return tables.find(reading.read(making.saved(book)), layout)


def checked(layout: Layout, *rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> Report:
    return checking.check(found(layout, [headings, *rows]))


def refusal(app: Flask, layout: Layout, *sheets: Sequence[Sequence[Any]]) -> str:
    with pytest.raises(Refused) as refused, app.test_request_context():
        found(layout, *sheets)
    return str(refused.value.message)


# --- finding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headings",
    [
        ("姓 名", "居民身份证号码", "工作单位（全称）", "学时"),
        ("*姓名", "身份证号\n（18位）", "单 位：", "学 时"),
        ("学员姓名【必填】", "＊身份证号", "工作单位(与公章一致)", "学时"),
    ],
)
def test_headings_may_be_dressed_up(layout: Layout, headings: Sequence[str]) -> None:
    assert checked(layout, row(1), headings=headings).good[0].data["employer"] == "唐山市第一中学"


def test_order_is_free_and_strange_columns_are_told(layout: Layout) -> None:
    report = checked(
        layout, ["60", "唐山市第一中学", "1", "130208", "周晓岚"], headings=["学时", "单位", "编号", "身份证号", "姓名"]
    )
    assert report.good[0].data == {"hours": 6000, "employer": "唐山市第一中学", "id": "130208", "name": "周晓岚"}
    assert report.ignored == ["编号"]


def test_titles_and_a_sample_above_or_below_the_headings_do_not_count(layout: Layout) -> None:
    above = [["2026 年人员名单"], ["张三（示例）", "1", "2", "3"]]
    table = found(layout, [*above, HEADINGS, ["示例：李四", "1", "2", "3"], [], row(1)])
    assert [one.number for one in table.rows] == [6]


def test_the_sheet_may_be_the_second_and_hidden_ones_are_last(layout: Layout) -> None:
    old = [HEADINGS, row(9)]
    assert found(layout, [["填表说明"]], [HEADINGS, row(1)]).tab.name == "S1"
    assert found(layout, old, [HEADINGS, row(1)], hidden=[0]).tab.name == "S1"
    assert found(layout, [["说明"]], old, hidden=[1]).tab.name == "S1"


def test_a_missing_column_is_named(app: Flask, layout: Layout) -> None:
    assert "单位" in refusal(app, layout, [["姓名", "身份证号", "学时"], ["周晓岚", "1", "60"]])


def test_two_columns_of_one_name_are_refused(app: Flask, layout: Layout) -> None:
    assert "身份证号" in refusal(
        app, layout, [["姓名", "身份证号", "居民身份证号码", "单位"], ["周晓岚", "1", "2", "3"]]
    )


def test_two_such_tables_are_refused_with_their_names(app: Flask, layout: Layout) -> None:
    said = refusal(app, layout, [HEADINGS, row(1)], [HEADINGS, row(2)])
    assert "S0" in said
    assert "S1" in said


def test_no_table_no_rows_no_cells_are_told_apart(app: Flask, layout: Layout) -> None:
    sentences = {
        refusal(app, layout, [["天气", "很好"], ["a", "b"]]),
        refusal(app, layout, [HEADINGS]),
        refusal(app, layout, []),
    }
    assert len(sentences) == 3


# --- checking -------------------------------------------------------------------------------------------------------


def test_every_problem_of_every_row_is_found_at_once(layout: Layout) -> None:
    report = checked(
        layout,
        row(1),
        ["", 130208198703120000, "", "六十"],
        ["周晓岚", "130208", "唐山市第一中学", 60],
        ["合计", "2人"],
    )
    assert [line.number for line in report.good] == [2, 4]
    assert {line.number: [p.field for p in line.problems] for line in report.bad} == {
        3: ["name", "id", "employer", "hours"],
        5: ["employer"],
    }


def test_a_merged_cell_is_told_from_an_empty_one(layout: Layout, app: Flask) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for one in (HEADINGS, row(1), ["李四", "2"], [], ["王五", "3"]):
        sheet.append(list(one))
    sheet.merge_cells("C2:C3")
    report = checking.check(tables.find(reading.read(making.saved(book)), layout))
    merged, empty = (str(line.problems[0].message) for line in report.bad)
    assert "合并" in merged
    assert "单位" in empty


def test_a_broken_cell_is_a_problem_even_where_nothing_is_required(layout: Layout) -> None:
    report = checked(layout, row(1, hours="#REF!"), row(2, hours="=1+1"))
    assert [[p.field for p in line.problems] for line in report.lines] == [["hours"], ["hours"]]
    assert len({str(line.problems[0].message) for line in report.lines}) == 2


def test_the_rule_of_a_row_is_asked_and_does_not_repeat_what_is_said(layout: Layout) -> None:
    def rule(data: dict[str, Any]) -> list[Problem]:
        return [Problem("no", "id"), Problem("no", "name")]

    report = checking.check(found(layout, [HEADINGS, ["周晓岚", "1e17", "唐山市第一中学"]]), rule)
    assert [(p.field, str(p.message) == "no") for p in report.lines[0].problems] == [("id", False), ("name", True)]


def test_causes_come_with_their_rows_the_most_frequent_first(layout: Layout) -> None:
    report = checked(layout, row(1, hours="x"), row(2, employer=""), row(3, hours="x"))
    assert [[line.number for line in lines] for _problem, lines in report.causes()] == [[2, 4], [3]]


def test_repeated_values_are_grouped(layout: Layout) -> None:
    report = checked(layout, row(1), row(2), row(1))
    assert [[line.number for line in lines] for lines in checking.repeated(report.lines, "id").values()] == [[2, 4]]


def test_a_pattern_gathers_many_columns(layout: Layout) -> None:
    pattern = Column("by_year", "学时", values.hours, pattern=re.compile(r"(20\d\d)年?(专业|公需)学时"))
    wide = Layout((*(column for column in layout.columns if column.key != "hours"), pattern))
    headings = ["姓名", "身份证号", "单位", "2024年专业学时", "2024年学时（公需）", "2024 公需 学时", "2025年专业学时"]
    report = checked(wide, ["周晓岚", "1", "唐山市第一中学", 60, "x", 30, ""], headings=headings)
    assert report.good[0].data["by_year"] == {("2024", "专业"): 6000, ("2024", "公需"): 3000}
    assert report.ignored == ["2024年学时(公需)"]


def test_a_layout_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "columns.toml"
    file.write_text('[name]\ntitle = "姓名"\nnames = ["学员"]\nrequired = true\n[id]\ntitle = "证件"\n', "utf-8")
    made = layouts.load(file, {"name": values.text, "id": values.code})
    assert [column.required for column in made.columns] == [True, False]
    assert made.find("＊学 员：") == (made.columns[0], "学员")
    with pytest.raises(KeyError):
        layouts.load(file, {"name": values.text})
