"""Lists as CSV: streamed row by row, in a form that spreadsheets read and cannot execute."""

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, stream_with_context
from flask_appbuilder import Model
from sqlalchemy import func, select

from portal import clock, db
from portal.audit import service as audit
from portal.people.models import Account, Learner, Organisation
from portal.staff import listing
from portal.staff.listing import Wanted
from portal.staff.scope import Scope
from portal.staff.screens import Screen, relation
from portal.vault import current_vault

AT_ONCE = 500  # rows held in memory
NAMED = (Account, Learner, Organisation)
_FORMULA = re.compile(r"^[=+\-@\t\r＝＋－＠]")  # CWE-1236
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


def safe(text: str) -> str:
    """A cell no spreadsheet takes for a formula; plain numbers stay numbers."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def of_people(screen: type[Screen]) -> bool:
    """Whether a list names people or employers: why it is taken out of the portal is asked and kept."""
    found = (_models(screen.model, column.path) for column in screen.columns)
    return screen.personal or any(model in NAMED for models in found for model in models)


def record(
    screen: type[Screen], wanted: Wanted, account: Account, done: str, rows: int, reason: str = "", page: int = 0
) -> None:
    """Keeps who took which rows out of the portal, how many and why. Words about people stand there as a digest."""
    words = current_vault().blind("audit", wanted.words)[:16] if wanted.words and screen.personal else wanted.words
    said = {"rows": rows, "filter": dict(wanted.chosen), "words": words, "page": page}
    after = {name: value for name, value in said.items() if value or name == "rows"}
    with db.write() as session:
        table = screen.model.__tablename__
        audit.record_table(session, account.id, f"{screen.key}.{done}", table, after=after, reason=reason)


def count(screen: type[Screen], wanted: Wanted, scope: Scope) -> int:
    """How many rows a file will hold."""
    query = select(func.count()).select_from(listing.fitting(screen, wanted, scope, most=None).subquery())
    return db.reader().scalar(query) or 0


def _models(model: type[Model], path: str) -> Iterator[type[Model]]:
    """The models a path of a column leads through."""
    yield model
    for step in path.split(".")[:-1]:
        kin = relation(model, step)
        assert kin is not None
        model = kin.mapper.class_
        yield model


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
