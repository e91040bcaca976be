"""Files as other programs and people make them: what each must give, and that none takes long. All made here."""

import codecs
import io
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from portal import db
from portal.people.models import Organisation
from portal_group_reg.command import verdict
from tests.group_reg.conftest import HEADINGS, number, person
from tests.sheets import making

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
FEW = 12.0  # seconds, on a busy machine; alone each takes less than two
Rows = Sequence[Sequence[Any]]


@pytest.fixture(autouse=True)
def there(organisation: Organisation) -> Organisation:
    return organisation


TWO = [person(1), person(2)]
TABLE: Rows = [HEADINGS, *TWO]


def judged(data: bytes) -> dict[str, Any]:
    with db.read() as session:
        return verdict(session, data, None)


def book(rows: Rows = TABLE, down: int = 1, across: int = 1, then: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook whose table begins somewhere."""
    made = Workbook()
    assert made.active is not None
    for at, values in enumerate(rows):
        for beside, value in enumerate(values):
            made.active.cell(down + at, across + beside, value)
    if then:
        then(made)
    return making.saved(made)


def _merged_headings(made: Workbook) -> None:
    sheet = made.active
    assert sheet is not None
    sheet["A1"], sheet["G1"] = "人员信息", "单位信息"
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("G1:I1")


def _tall_headings(made: Workbook) -> None:
    sheet = made.active
    assert sheet is not None
    sheet.insert_rows(2)
    for column in "ABCDEFGHI":
        sheet.merge_cells(f"{column}1:{column}2")
        sheet[f"{column}1"].font = Font(bold=True)


def _hidden(made: Workbook) -> None:
    sheet = made.active
    assert sheet is not None
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    other = made.create_sheet("旧名单", 0)
    other.sheet_state = "hidden"
    for values in (HEADINGS, person(9, name="旧人")):
        other.append(values)


def _twice(made: Workbook) -> None:
    other = made.create_sheet("二")
    for values in (HEADINGS, person(3)):
        other.append(values)


def _dated(made: Workbook) -> None:
    sheet = made.active
    assert sheet is not None
    sheet["B2"] = date(1987, 3, 12)


def text(separator: str, encoding: str, before: str = "", mark: bytes = b"", end: str = "\r\n") -> bytes:
    lines = [separator.join(map(str, values)) for values in TABLE]
    return mark + (before + end.join([*lines, ""])).encode(encoding)


def cells(rows: Rows = TABLE, main: str = making.MAIN) -> str:
    """A sheet of inline texts without a single address, as some programs write one."""
    return making.SHEET.replace(making.MAIN, main) % making.inline(*rows)


def without_strings() -> bytes:
    """No shared strings at all, and the sheet named by an absolute path."""
    parts = _parts(making.packed(cells()))
    del parts["xl/sharedStrings.xml"]
    links = parts["xl/_rels/workbook.xml.rels"].decode()
    links = links[: links.index('<Relationship Id="r2"')].replace("worksheets/", "/xl/worksheets/") + "</Relationships>"
    return making.zipped({**parts, "xl/_rels/workbook.xml.rels": links})


def strict() -> bytes:
    """ISO 29500 Strict: other namespaces throughout."""
    office = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    transitional = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return making.zipped(
        {
            name: part.decode().replace(making.MAIN, STRICT).replace(transitional, office)
            for name, part in _parts(making.packed(cells())).items()
        }
    )


def calculated() -> bytes:
    """Formulas with the values they had."""
    row = "".join(f'<c t="str"><f>T({at})</f><v>{value}</v></c>' for at, value in enumerate(person(1)))
    return making.packed(making.SHEET % (making.inline(HEADINGS) + f"<row>{row}</row>"))


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repeated() -> bytes:
    """An ods that says how often a cell or a row stands there, as LibreOffice writes it, to the last row there is."""
    parts = _parts(making.ods([HEADINGS, *TWO]))
    content = parts["content.xml"].decode()
    empty = (
        '<table:table-row table:number-rows-repeated="{}"><table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row>"
    )
    begin, end = content.index("<table:table-row>"), content.index("</table:table>")
    content = content[:begin] + empty.format(2) + content[begin:end] + empty.format(1_048_571) + content[end:]
    return making.zipped({**parts, "content.xml": content})


def empty_rows() -> bytes:
    rows = "".join(f'<row r="{at}"/>' for at in range(4, 1_048_577))
    return making.packed(making.SHEET % (making.inline(*TABLE) + rows))


def wide() -> bytes:
    return making.packed(cells([[*HEADINGS, *(f"备用{at}" for at in range(16_375))], *TWO]))


def totalled() -> bytes:
    return book([*TABLE, ["合计", "2", *[None] * 7], ["制表人：李四"]])


SPREADSHEET_2003 = (
    b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)

GOOD: dict[str, Callable[[], bytes]] = {
    "blank rows and columns in front": lambda: book(down=5, across=3),
    "a caption of merged cells above the headings": lambda: book(down=2, then=_merged_headings),
    "headings two rows high": lambda: book(then=_tall_headings),
    "hidden sheet, row and column": lambda: book(then=_hidden),
    "no addresses": lambda: making.packed(cells()),
    "no shared strings": without_strings,
    "strict": strict,
    "semicolons": lambda: text(";", "utf-8"),
    "semicolons, told by the first line": lambda: text(";", "utf-8-sig", "sep=;\r\n"),
    "upright strokes": lambda: text("|", "utf-8"),
    "UTF-32": lambda: text("\t", "utf-32-le", mark=codecs.BOM_UTF32_LE),
    "tabs, UTF-16 of the other end": lambda: text("\t", "utf-16-be", mark=b"\xfe\xff"),
    "GBK with blank lines in front": lambda: text(",", "gbk", ",,,,,,,,\r\n\r\n"),
    "line ends of old": lambda: text(",", "utf-8", end="\r"),
    "ods with repeated cells": repeated,
    "a million empty rows": empty_rows,
    "all columns there are": wide,
    "xls": lambda: making.xls(TABLE),
}


@pytest.mark.parametrize("name", GOOD)
def test_both_people_are_read(name: str) -> None:
    began = time.monotonic()
    assert judged(GOOD[name]()) == {"verdict": "accept", "ok": 2, "errs": {}}
    assert time.monotonic() - began < FEW


PARTLY: dict[str, tuple[Callable[[], bytes], dict[str, list[str]]]] = {
    "a sum and a signature below": (totalled, {"4": ["REQUIRED", "ID_LENGTH"], "5": ["REQUIRED", "NAME_CHARS"]}),
    "a date for an ID": (lambda: book(then=_dated), {"2": ["ID_LENGTH"]}),
    "an ID as a number of an xls": (
        lambda: making.xls([HEADINGS, person(1, id=1.30208198703121e17), person(2)]),
        {"2": ["ID_PRECISION_LOST"]},
    ),
    "an ID in scientific notation": (
        lambda: book([HEADINGS, person(1, id="1.30208198703121E+17"), person(2)]),
        {"2": ["ID_PRECISION_LOST"]},
    ),
}


@pytest.mark.parametrize("name", PARTLY)
def test_what_is_wrong_is_said_row_by_row(name: str) -> None:
    make, errs = PARTLY[name]
    found = judged(make())
    assert (found["verdict"], found["errs"]) == ("partial", errs)


def test_formulas_count_by_the_values_they_had() -> None:
    assert judged(calculated()) == {"verdict": "accept", "ok": 1, "errs": {}}


def test_numbers_kept_as_text_in_the_ways_of_csv() -> None:
    tricks = [person(1, id=f'="{number(1)}"'), person(2, id=f"{number(2)}\t", phone="'13912340002")]
    data = "\n".join(",".join(values) for values in [HEADINGS, *tricks]).encode("gb18030")
    assert judged(data) == {"verdict": "accept", "ok": 2, "errs": {}}


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "two tables": (lambda: book(then=_twice), "TWO_TABLES"),
    "a workbook with macros by another name": (
        lambda: making.packed(cells(), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
        "MACROS",
    ),
    "xls of 1995 in Chinese": (lambda: making.xls(TABLE, "Book", old=True), "CORRUPT"),
    "XML of 2003": (lambda: SPREADSHEET_2003, "NOT_A_SPREADSHEET"),
    "a web page with a mark": (lambda: b"\xef\xbb\xbf\r\n<html><table>", "NOT_A_SPREADSHEET"),
    "UTF-16 that does not say so": (lambda: text("\t", "utf-16-le"), "NOT_A_SPREADSHEET"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 64, "NOT_A_SPREADSHEET"),
    "a sheet of nothing but spaces": (lambda: making.packed(making.SHEET % (" " * 80_000_000)), "TOO_LARGE"),
    "entities": (
        lambda: making.packed(
            '<!DOCTYPE a [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>' + making.SHEET % "<row><c><v>&b;</v></c></row>"
        ),
        "CORRUPT",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_time(name: str) -> None:
    make, code = REFUSED[name]
    data, began = make(), time.monotonic()
    assert judged(data) == {"verdict": "refuse", "ok": 0, "errs": {"file": [code]}}
    assert time.monotonic() - began < FEW
