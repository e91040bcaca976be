"""What a row must say: files as clerks make them, each with the codes it must get; the same answer from the command."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from portal import db
from portal.catalogue.models import TrainingClass
from portal.people import identity
from portal.people.models import Organisation
from portal_group_reg.command import verdict
from portal_group_reg.template import workbook
from tests.group_reg.conftest import CODE, HEADINGS, NAME, number, person, send, sheet, upload
from tests.sheets import making

FULL = (
    "姓名",
    "证件类型",
    "居民身份证号",
    "性别",
    "手机号",
    "县区",
    "班级",
    "单位名称",
    "统一社会信用代码",
    "毕业时间",
    "备注",
)


@pytest.fixture(autouse=True)
def there(organisation: Organisation) -> Organisation:
    return organisation


def judged(data: bytes) -> dict[str, Any]:
    with db.read() as session:
        return verdict(session, data, None)


def full(n: int, **other: Any) -> list[Any]:
    """A row of the longer form: class with its county in front, a graduation date."""
    values = {
        "name": "曾志",
        "kind": "居民身份证",
        "id": number(n),
        "sex": "男" if n % 2 else "女",
        "phone": f"1391234{n:04d}",
        "county": "丰润区",
        "class": "丰润区二班",
        "employer": NAME,
        "code": CODE,
        "graduated": "2010-07-01",
        "note": "",
    }
    return list({**values, **other}.values())


def row_codes(*rows: Sequence[Any], headings: Sequence[str] = FULL) -> dict[str, list[str]]:
    found: dict[str, list[str]] = judged(sheet(rows, headings))["errs"]
    return found


FINE = [
    {},
    {"phone": 13912340001},  # lossless as a number
    {"id": "１３０２０８" + number(1)[6:]},
    {"id": f"{number(1)[:6]} {number(1)[6:14]}-{number(1)[14:]}"},
    {"phone": "+86 139-1234-0001"},
    {"name": "曾 志"},
    {"name": "买买提•阿里"},
    {"name": "买买提．阿里"},
    {"name": "张\n三"},
    {"id": f"'{number(1)}"},
    {"graduated": 40360},
    {"graduated": "2010年7月1日"},
    {"graduated": "20100701"},
    {"graduated": "2010.7"},
    {"class": "二班"},
    {"class": "丰润区 二班"},
    {"kind": ""},
    {"sex": ""},
    {"note": "@SUM(1+1)"},
]
WRONG = [
    ({"id": 130208198703121110}, ["ID_PRECISION_LOST"]),
    ({"id": "1.30208E+17"}, ["ID_PRECISION_LOST"]),
    ({"id": number(1)[:17]}, ["ID_LENGTH"]),
    ({"id": number(1)[:17] + ("1" if number(1)[17] != "1" else "2")}, ["ID_CHECKSUM"]),
    ({"id": "130208870312001"}, ["ID_15"]),
    ({"id": "13020819870230001" + identity.check_digit("13020819870230001")}, ["ID_DATE"]),
    ({"sex": "女"}, ["SEX_MISMATCH"]),
    ({"sex": "?"}, ["SEX"]),
    ({"kind": "驾驶证"}, ["ID_KIND"]),
    ({"name": "@SUM(1+1)"}, ["NAME_CHARS"]),
    ({"name": "=1+1"}, ["CELL_FORMULA"]),
    ({"graduated": "去年"}, ["DATE"]),
    ({"graduated": "2010-02-30"}, ["DATE"]),
    ({"phone": "0315-2820000"}, ["PHONE"]),
    ({"county": "朝阳区"}, ["COUNTY"]),
    ({"class": "飞行班"}, ["CLASS"]),
    ({"employer": "公司"}, ["EMPLOYER"]),
    ({"code": CODE[:-1] + ("1" if CODE[-1] != "1" else "2")}, ["CREDIT_CODE"]),
    ({"employer": "", "phone": "1"}, ["REQUIRED", "PHONE"]),
]


@pytest.mark.parametrize("changes", FINE, ids=str)
def test_what_people_mean_is_understood(changes: dict[str, Any]) -> None:
    assert row_codes(full(1, **changes)) == {}


@pytest.mark.parametrize(("changes", "codes"), WRONG, ids=str)
def test_every_mistake_has_its_code(changes: dict[str, Any], codes: list[str]) -> None:
    found = row_codes(full(1, **changes), full(3))
    assert set(found) == {"2"}
    assert set(found["2"]) == set(codes)


def test_captions_and_sums_are_named_and_the_same_person_twice(app: Flask) -> None:
    found = row_codes(full(1), ["第一车间"], [], full(1, name="曾红"), ["合计", "2人"])
    assert found == {"3": ["REQUIRED"], "5": ["DUP_IN_FILE"], "6": ["REQUIRED"]}


def test_merged_cells_are_missing_ones() -> None:
    rows = [full(1), full(3), full(5)]
    for row in rows[1:]:
        row[7] = None
    assert row_codes(*rows) == {"3": ["REQUIRED"], "4": ["REQUIRED"]}


REFUSED = {
    "EMPTY_FILE": b"",
    "CORRUPT": sheet([person(1)])[:900],
    "NOT_A_SPREADSHEET": b"<html><table><tr><td>1</td></tr></table></html>",
    "NO_DATA": sheet([]),
    "MISSING_COLUMN": sheet([person(1)[:-2]], HEADINGS[:-2]),
    "DUP_HEADER": sheet([[*person(1), "x"]], [*HEADINGS, "姓 名"]),
    "MACROS": making.packed(extra={"xl/vbaProject.bin": b"x"}),
    "PASSWORD": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16le"),
    "NO_HEADINGS": sheet([["很好"]], ["天气"]),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_with_its_code(code: str) -> None:
    assert judged(REFUSED[code]) == {"verdict": "refuse", "ok": 0, "errs": {"file": [code]}}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_text_in_every_usual_encoding(encoding: str) -> None:
    lines = "\n".join("\t".join(map(str, row)) for row in (HEADINGS, person(1), person(2)))
    assert judged(lines.encode(encoding)) == {"verdict": "accept", "ok": 2, "errs": {}}


def test_older_and_open_formats() -> None:
    rows = [list(HEADINGS), person(1), person(2)]
    assert judged(making.xls(rows))["ok"] == 2
    assert judged(making.ods([[str(cell) for cell in row] for row in rows]))["ok"] == 2


# --- the template -------------------------------------------------------------------------------------------------


def test_the_template_is_small_and_its_sample_never_counts(tmp_path: Path) -> None:
    with db.read() as session:
        data = workbook(session, session.get_one(TrainingClass, 2))
    assert len(data) < 20_000
    assert judged(data)["errs"] == {"file": ["NO_DATA"]}
    file = tmp_path / "template.xlsx"
    file.write_bytes(data)
    book = load_workbook(file)
    page = book.worksheets[0]
    headings = [str(cell.value).lstrip("*") for cell in page[2]]
    filled = dict(zip(HEADINGS, person(1), strict=True))
    for at, heading in enumerate(headings, 1):
        page.cell(4, at).value = filled.get(heading, "")
    assert page.column_dimensions["C"].number_format == "@"
    assert any("INDIRECT" in str(one.formula1) for one in page.data_validations.dataValidation)
    assert {"class_丰润区", "class_唐山市"} <= set(book.defined_names)
    assert book.worksheets[1].sheet_state == "hidden"
    book.save(file)
    assert judged(file.read_bytes()) == {"verdict": "accept", "ok": 1, "errs": {}}


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_says_the_same_and_writes_nothing(app: Flask, tmp_path: Path, clerk: Any) -> None:
    upload(clerk, sheet([person(1)]))
    send(clerk)
    file = tmp_path / "roster.xlsx"
    file.write_bytes(sheet([person(1), person(2), person(3, phone="1")]))
    run = app.test_cli_runner().invoke(args=["roster", "check", str(file), "--class", "2", "--json"])
    assert json.loads(run.output) == {
        "verdict": "partial",
        "ok": 1,
        "errs": {"2": ["ALREADY_ENROLLED"], "4": ["PHONE"]},
    }
    assert app.test_cli_runner().invoke(args=["roster", "check", str(file), "--class", "99"]).exit_code == 1
    file.write_bytes(b"")
    assert app.test_cli_runner().invoke(args=["roster", "check", str(file)]).exit_code == 1


def test_a_thousand_rows_in_any_order_keep_their_numbers(app: Flask) -> None:
    order = list(range(1, 301))
    random.Random(7).shuffle(order)
    rows = [full(n, phone="1" if n % 50 == 0 else f"1391234{n:04d}") for n in order]
    assert {int(row) - 2 for row in row_codes(*rows)} == {at for at, n in enumerate(order) if n % 50 == 0}
