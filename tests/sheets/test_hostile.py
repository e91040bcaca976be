"""Files made to hurt: each is refused with a sentence, or read within the limits, and the portal lives on."""

import io
import os
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask_babel import force_locale

from portal.errors import Refused
from portal.settings import Settings
from portal.sheets import limits, reading
from portal.sheets.limits import MIB, Limits
from tests.sheets import making
from tests.sheets.making import MAIN, SHEET, inline

_LAUGHS = "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{_LAUGHS}]>'
FILE_ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
PEOPLE = SHEET % inline(["姓名", "单位"], ["周晓岚", "唐山市第一中学"])


def _duplicated() -> bytes:
    out = io.BytesIO(making.packed())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", PEOPLE)
    return out.getvalue()


def _lying() -> bytes:
    """The directory says 2,000 bytes, 80 MB come out."""
    data = bytearray(making.packed(SHEET % (" " * 80 * MIB)))
    at = data.find(b"PK\x01\x02")
    while b"sheet1" not in data[at : at + 80]:
        at = data.find(b"PK\x01\x02", at + 4)
    data[at + 24 : at + 28] = struct.pack("<I", 2000)
    return bytes(data)


def _claims_many() -> bytes:
    data = bytearray(making.packed())
    end = data.rfind(b"PK\x05\x06")
    data[end + 10 : end + 12] = struct.pack("<H", 65_000)
    return bytes(data)


def _locked() -> bytes:
    data = bytearray(making.packed())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("empty", lambda: b""),
    "spaces": ("empty", lambda: b" \r\n" * 10),
    "white space bomb": ("too_large", lambda: making.packed(SHEET % (" " * 70 * MIB))),
    "cells bomb": ("too_large", lambda: making.packed(SHEET % ("<row><c><v>1</v></c></row>" * 2_700_000))),
    "one long string": ("too_large", lambda: making.packed(strings=f"<sst><si><t>{'a' * 33 * MIB}</t></si></sst>")),
    "styles bomb": ("too_large", lambda: making.packed(extra={"xl/styles.xml": b"<xf/>" * MIB})),
    "many small bombs": (
        "too_large",
        lambda: making.packed(extra={f"xl/worksheets/sheet{at}.xml": b" " * 50 * MIB for at in (2, 3)}),
    ),
    "laughs in strings": (
        "damaged",
        lambda: making.packed(strings=f'{LAUGHS}<sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>'),
    ),
    "laughs in a sheet": ("damaged", lambda: making.packed(LAUGHS + SHEET % inline(["&j;"]))),
    "laughs in UTF-16": ("damaged", lambda: making.packed((LAUGHS + SHEET % inline(["&j;"])).encode("utf-16"))),
    "a foreign file": ("damaged", lambda: making.packed(FILE_ENTITY + SHEET % inline(["X&e;X"]))),
    "path names": ("damaged", lambda: making.packed(extra={"../../../pwned": b"x"})),
    "absolute names": ("damaged", lambda: making.packed(extra={"/etc/pwned": b"x"})),
    "Windows names": ("damaged", lambda: making.packed(extra={"..\\w.txt": b"x"})),
    "the same name twice": ("damaged", _duplicated),
    "a lying directory": ("damaged", _lying),
    "many entries": ("too_large", lambda: making.packed(extra={f"xl/junk/{at}.xml": b"" for at in range(600)})),
    "an end that claims many": ("too_large", _claims_many),
    "macros": ("macros", lambda: making.packed(extra={"xl/vbaProject.bin": b"x"})),
    "macros in an old file": ("macros", lambda: making.xls([["a"]]) + "_VBA_PROJECT".encode("utf-16le")),
    "a password": ("password", lambda: making.xls([["a"]]) + "EncryptedPackage".encode("utf-16le")),
    "an encrypted zip": ("password", _locked),
    "a web page": ("web_page", lambda: b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>"),
    "a page before a workbook": ("web_page", lambda: b"<script>alert(1)</script>" + making.packed()),
    "a PDF before a workbook": ("no_table", lambda: b"%PDF-1.4\n" + making.packed()),
    "a program": ("no_table", lambda: b"MZ" + b"\0" * 5000),
    "another zip": ("no_table", lambda: making.zipped({"a.txt": "x"})),
    "half a file": ("damaged", lambda: making.packed(PEOPLE)[:-300]),
    "half an old file": ("damaged", lambda: making.xls([["a"] * 9] * 200)[:1400]),
    "broken text": ("no_table", lambda: b"\xff\x81\x20 \x81\xff"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_sentence(app: Flask, name: str) -> None:
    code, make = REFUSED[name]
    data = make()
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        reading.read(data)
    assert time.monotonic() - began < 10
    with app.test_request_context(), force_locale("en"):
        assert str(refused.value.message) == str(reading.SENTENCES[code])
    assert [problem.field for problem in refused.value.problems] == ["file"]


READ: dict[str, Callable[[], bytes]] = {
    "a string table that claims four thousand million": lambda: making.packed(
        PEOPLE, strings=f'<sst xmlns="{MAIN}" uniqueCount="4294967295"><si><t>a</t></si></sst>'
    ),
    "a row beyond the grid": lambda: making.packed(
        PEOPLE.replace("</sheetData>", '<row r="4000000000"><c r="A4000000000"><v>2</v></c></row></sheetData>')
    ),
    "a link to another machine": lambda: making.packed(
        PEOPLE, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    ),
    "merged cells all over": lambda: making.packed(
        PEOPLE.replace("</worksheet>", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>')
    ),
    "a rule for every cell": lambda: making.packed(
        PEOPLE.replace(
            "</worksheet>",
            '<dataValidations><dataValidation type="list" sqref="A1:XFD1048576"><formula1>"a"</formula1>'
            "</dataValidation></dataValidations></worksheet>",
        )
    ),
}


@pytest.mark.parametrize("name", READ)
def test_it_does_no_harm(app: Flask, name: str) -> None:
    book = reading.read(READ[name]())
    assert [one.cells for one in book.tabs[0].rows][:2] == [("姓名", "单位"), ("周晓岚", "唐山市第一中学")]


MEASURED = """
import resource, sys
from portal.app import create_app
from portal.settings import load
from portal.settings import Settings
from portal.sheets import reading
with create_app(load()).app_context():
    book = reading.read(sys.stdin.buffer.read())
print(len(book.tabs[0].rows), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_no_child_takes_more_memory_than_it_may(settings: Settings) -> None:
    """Two corners of the grid make the fast library ask for all of it. In a process whose only child it is."""
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    environment = {**os.environ, "PORTAL_DATA": str(settings.data), "PORTAL_DATABASE_URL": settings.database}
    command, data = [sys.executable, "-c", MEASURED], making.packed(SHEET % corner)
    rows, kilobytes = subprocess.run(
        command, env=environment, input=data, capture_output=True, check=True
    ).stdout.split()
    assert int(rows) == 1
    assert int(kilobytes) < limits.UPLOAD.memory // 1024


def test_a_child_that_takes_too_long_is_ended(app: Flask) -> None:
    short = Limits(wall=0)
    with pytest.raises(Refused):
        reading.read(making.packed(PEOPLE), short)


def test_a_file_over_the_limit_is_not_even_looked_at(app: Flask) -> None:
    with pytest.raises(Refused, match="10"):
        reading.read(b"\0" * (limits.UPLOAD.file + 1))


def test_too_many_rows_are_not_silently_cut(app: Flask) -> None:
    text = "姓名,单位\n" + "周晓岚,唐山市第一中学\n" * 300
    assert len(reading.read(text.encode()).tabs[0].rows) == 301
    with pytest.raises(Refused) as refused:
        reading.read(text.encode(), Limits(rows=100))
    assert refused.value.message == reading.SENTENCES["too_many_rows"]
