"""Lists as CSV: streamed row by row, in a form that spreadsheets read and cannot execute."""

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, stream_with_context

from portal import clock, db
from portal.audit import service as audit
from portal.people.models import Account
from portal.staff import listing
from portal.staff.listing import Wanted
from portal.staff.scope import Scope
from portal.staff.screens import Screen

AT_ONCE = 500  # rows held in memory
_FORMULA = re.compile(r"^[=+\-@\t\r＝＋－＠]")  # CWE-1236
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


def safe(text: str) -> str:
    """A cell no spreadsheet takes for a formula; plain numbers stay numbers."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def record(screen: type[Screen], account: Account) -> None:
    """Keeps who took personal data out of the portal."""
    with db.write() as session:
        audit.record(session, account.id, f"{screen.key}.exported", account)


def answer(screen: type[Screen], wanted: Wanted, scope: Scope) -> Response:
    """The whole list as a file, whatever its length."""
    name = quote(f"{screen.title}-{clock.today(clock.now()).isoformat()}.csv")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(stream_with_context(_lines(screen, wanted, scope)), mimetype="text/csv", headers=headers)


def _lines(screen: type[Screen], wanted: Wanted, scope: Scope) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # spreadsheets take it for a local code page otherwise
    writer.writerow([str(column.label) for column in screen.columns])
    query = listing.statement(screen, wanted, scope).execution_options(yield_per=AT_ONCE)
    with db.read() as session:
        for number, row in enumerate(session.scalars(query), 1):
            values = [(column, column.value(row)) for column in screen.columns]
            writer.writerow([safe("" if value is None else column.shape.text(value)) for column, value in values])
            if number % AT_ONCE == 0:
                yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
