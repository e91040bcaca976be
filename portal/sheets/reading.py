"""Reading a spreadsheet somebody sent: in a child process with limits, so that a bad file costs nobody else anything.

The library for most files is fast but some hostile files abort its whole process; then, and where cells hold errors
or formulas without values, a slower one reads the file again.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.errors import Refused, TooMany
from portal.sheets.limits import UPLOAD, Limits
from portal.sheets.values import Broken, Value
from portal.types import Problem

FIELD = "file"  # where a form shows why the file was refused
SENTENCES = {
    "empty": _l("The file is empty. Choose the spreadsheet again."),
    "password": _l("The file is protected by a password. Save it without one and upload it again."),
    "macros": _l("The file contains macros. Save it as a plain workbook (.xlsx) and upload it again."),
    "web_page": _l("The file is a web page with the name of a spreadsheet. Open it, save it as .xlsx, upload that."),
    "no_table": _l("The file is no spreadsheet, whatever its name says. Upload .xlsx, .xls or .csv."),
    "damaged": _l("The file is damaged or incomplete. Open it, save it again as .xlsx and upload that."),
    "too_large": _l("The file is too large when unpacked. Copy the rows into an empty workbook and upload that."),
    "too_many_rows": _l("The file has too many rows. Split it into several files."),
}
CODES = {
    "empty": "EMPTY_FILE",
    "password": "PASSWORD",
    "macros": "MACROS",
    "web_page": "NOT_A_SPREADSHEET",
    "no_table": "NOT_A_SPREADSHEET",
    "damaged": "CORRUPT",
    "too_large": "TOO_LARGE",
    "too_many_rows": "TOO_MANY_ROWS",
}
_AT_ONCE = threading.BoundedSemaphore(2)  # children of this process


@dataclass(frozen=True)
class Row:
    """A row with something in it: its number in the file, from 1, and its cells from column A on."""

    number: int
    cells: tuple[Value, ...]


@dataclass(frozen=True)
class Tab:
    """One sheet. `merged`: areas of merged cells as (row, column, last row, last column), from 0."""

    name: str
    visible: bool
    rows: list[Row]
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True)
class Book:
    """A whole file. `mark` ties a repaired file to the upload it came from; `hidden`: some rows are hidden."""

    tabs: list[Tab]
    mark: str = ""
    hidden: bool = False


def read(data: bytes, most: Limits = UPLOAD) -> Book:
    """All cells of a spreadsheet (xlsx, xls, et, ods, csv; by content).

    :raises Refused: the file cannot be used; one sentence at the field `file`.
    :raises TooMany: two files are being read already and took too long.
    """
    if len(data) > most.file:
        raise _refused(_l("The file is larger than %(count)s MB.", count=most.file // 1024**2), "TOO_LARGE")
    if not _AT_ONCE.acquire(timeout=most.wall):
        raise TooMany(_l("Other files are being read. Try again in a minute."))
    try:
        answer = _ask(data, most, "quick")
        if answer is None or answer.get("unfit") == "damaged":
            answer = _ask(data, most, "careful")
    finally:
        _AT_ONCE.release()
    if answer is None:
        raise _refused(SENTENCES["damaged"], CODES["damaged"])
    if "unfit" in answer:
        raise _refused(SENTENCES[answer["unfit"]], CODES[answer["unfit"]])
    return Book(list(_tabs(answer["tabs"])), answer["mark"], answer["hidden"])


def _ask(data: bytes, most: Limits, manner: str) -> dict[str, Any] | None:
    """The child's answer, or None when it died. It inherits no environment: that holds secrets."""
    command = [sys.executable, "-I", "-m", "portal.sheets.child", json.dumps(most.as_dict()), manner]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, by this interpreter
            command, input=data, capture_output=True, timeout=most.wall, check=True, env={}, cwd="/"
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None
    return answer


def _tabs(answer: list[Any]) -> Iterator[Tab]:
    for about, rows in answer:
        merged = tuple((area[0], area[1], area[2], area[3]) for area in about["merged"])
        filled = [Row(number, tuple(map(_value, cells))) for number, cells in rows]
        yield Tab(about["name"], about["visible"], filled, merged)


def _value(cell: Any) -> Value:
    if not isinstance(cell, dict):
        value: Value = cell
        return value
    return date.fromisoformat(cell["d"]) if "d" in cell else Broken(cell["x"])


def _refused(sentence: object, code: str) -> Refused:
    return Refused(sentence, [Problem(sentence, FIELD, code=code)])
