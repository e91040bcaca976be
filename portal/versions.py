"""Which state of a table a kept page was made of: a mark that every write to the table replaces, in its transaction.

A mark is random, not counted: a restored backup never shows the mark of another state. Processes need not talk to
each other: each asks for the marks once a second, and at once after a write of its own.
"""

import secrets
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

from flask import Flask, current_app
from flask_appbuilder import Model
from sqlalchemy import String, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import db

# Tables the office writes a few times a day. What an order moves of them is quiet (QUIET), or it would cost each order
# a statement; whoever moves it says `touch` where it changes a page.
CATALOGUE = ("category", "specialty", "specialty_course", "project", "training_class", "course", "lesson", "rule_set")
WATCHED = frozenset({"notice", *CATALOGUE})
QUIET = {"portal_quiet": True}  # execution options of a statement that changes no page

SECONDS = 1.0  # how long another process may show what was true before

Marks = tuple[tuple[str, str], ...]
Value = TypeVar("Value")


class TableMark(Model):
    """The mark of one table; a table without a row was not written since it was made."""

    __tablename__ = "table_mark"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    mark: Mapped[str] = mapped_column(String(16))


_MARKS = select(TableMark.name, TableMark.mark).order_by(TableMark.name)


class _Memory:
    """What this process knows of the marks, and until when it believes that."""

    def __init__(self) -> None:
        self.marks: Marks = ()
        self.until = 0.0

    def forget(self, *_given: object) -> None:
        self.until = 0.0


def must_be_watched(tables: Iterable[str]) -> None:
    """:raises ValueError: a table that nobody watches would never end what is made of it."""
    if strange := set(tables) - WATCHED:
        raise ValueError(f"not watched: {', '.join(sorted(strange))}")


def marks(tables: Collection[str]) -> Marks:
    """The marks of these tables. Read before what they vouch for."""
    return tuple((name, mark) for name, mark in _marks() if name in tables) if tables else ()


def kept(name: str, tables: Collection[str], read: Callable[[], Value]) -> Value:
    """What `read` said last, until somebody writes to one of these tables; it reads by a connection of its own.

    A session that began earlier would read a state from before the marks.
    """
    shelf: dict[str, tuple[Marks, Any]] = current_app.extensions["portal_kept_values"]
    said = marks(tables)
    if (found := shelf.get(name)) is None or found[0] != said:
        found = shelf[name] = (said, read())
    value: Value = found[1]
    return value


def touch(session: Session, table: str) -> None:
    """A quiet statement of this transaction changed what pages show of a table."""
    _replace(session.connection(), table)
    memory: _Memory = current_app.extensions["portal_marks"]
    memory.forget()


def _marks() -> Marks:
    memory: _Memory = current_app.extensions["portal_marks"]
    now = time.monotonic()
    if memory.until <= now:
        with db.engine().connect() as connection:
            memory.marks = tuple((name, mark) for name, mark in connection.execute(_MARKS))
        memory.until = now + SECONDS
    return memory.marks


def init_app(app: Flask) -> None:
    """Watches the writes of an application. Statements in plain text are not seen; services write none."""
    memory = app.extensions["portal_marks"] = _Memory()
    app.extensions["portal_kept_values"] = {}

    def note(connection: Connection, said: Any, _many: Any, _values: Any, options: Any, _result: Any) -> None:
        if not options.get("portal_quiet") and _mark(connection, said):
            memory.forget()

    with app.app_context():
        event.listen(db.engine(), "after_execute", note)
        for moment in ("connect", "engine_disposed"):  # what comes next may be another state: a backup was restored
            event.listen(db.engine(), moment, memory.forget)


def _mark(connection: Connection, said: Any) -> bool:
    table = said.table.name if getattr(said, "is_dml", False) else ""
    if table not in WATCHED or not connection.get_execution_options().get("portal_write"):
        return False
    _replace(connection, table)
    return True


def _replace(connection: Connection, table: str) -> None:
    into: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    mark = secrets.token_hex(8)
    placed = into(TableMark).values(name=table, mark=mark)
    connection.execute(placed.on_conflict_do_update(index_elements=["name"], set_={"mark": mark}))
