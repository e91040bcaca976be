"""The database: one metadata shared with Flask-AppBuilder, and one way to write.

`write()` is BEGIN IMMEDIATE on SQLite: a read-then-update in a deferred transaction loses updates or fails with
"database is locked" under concurrency. On PostgreSQL an advisory lock gives the same promise: one writer at a time,
so services are written for one rule. Seats, counters and numbers move only by conditional UPDATE on top of that.
"""

import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask, current_app, has_request_context
from flask_appbuilder import Model
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Engine,
    Text,
    any_,
    cast,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import QueryableAttribute, Session
from sqlalchemy.sql import Delete, Update, update
from sqlalchemy.types import TypeDecorator

from portal import forking
from portal.bulk import fill as fill
from portal.bulk import filling as filling
from portal.bulk import insert_many as insert_many
from portal.bulk import reserve as reserve

# Named before FAB's models are imported: SQLite's batch migrations need names for constraints.
Model.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})

ONE_WRITER = 0x7875657368  # "xuesh", the key of PostgreSQL's advisory lock
_PLAIN = re.compile("[0-9a-f]+(?:,[0-9a-f]+)*")
Row = TypeVar("Row", bound=Model)
_writing: ContextVar[bool] = ContextVar("portal_writing", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as UTC. Naive values are refused: they are a bug waiting for a time zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def init_app(app: Flask) -> None:
    """Binds the database to an application. Opens no connection: processes start clean."""
    options: dict[str, Any] = {"pool_pre_ping": True}
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        options = {"connect_args": {"timeout": 5, "check_same_thread": False}, "pool_size": 20}
    # An error must not say what somebody typed: it ends in the log.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {**options, "hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    forking.watch(engine)
    limit = app.extensions["portal_settings"].statement_seconds
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "before_cursor_execute", _watch_sqlite(limit))
    else:
        event.listen(engine, "begin", _watch_postgresql(limit))
    app.extensions["portal_writer"] = engine.execution_options(portal_write=True)
    app.extensions["portal_alone"] = engine.execution_options(portal_alone=True)
    if engine.dialect.name == "postgresql":
        app.extensions["portal_alone"] = app.extensions["portal_alone"].execution_options(isolation_level="AUTOCOMMIT")


def engine() -> Engine:
    """The engine of the running application."""
    return db.engine


def reader() -> Session:
    """The request's own session for reading; closed with the request. Writing goes through `write()`."""
    return db.session()


@contextmanager
def read() -> Iterator[Session]:
    """A session for reading outside requests; what it reads is one consistent state."""
    with Session(db.engine, expire_on_commit=False, autoflush=False) as session:
        yield session


@contextmanager
def unwritable() -> Iterator[None]:
    """Inside, `write()` raises: for drawing a page whose request must change nothing."""
    mark = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(mark)


@contextmanager
def write() -> Iterator[Session]:
    """The one way to write: all or nothing, committed at the end of the block.

    Callbacks added by `after_commit` run once the data is safe. Inside a request, the request's own
    reading session starts afresh afterwards, so a page never shows the state before its own write.

    :raises RuntimeError: a write inside a write; pass the session on instead.
    """
    if _writing.get():
        raise RuntimeError("db.write() inside db.write() or db.unwritable(): pass the session on")
    _rest()
    mark = _writing.set(True)
    session = Session(current_app.extensions["portal_writer"], expire_on_commit=False)
    try:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_WRITER})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(mark)
        session.close()
        if has_request_context():
            db.session.rollback()
    for callback in session.info.pop("after_commit", []):
        callback()


def _rest() -> None:
    """The request's reading session gives its connection back and keeps what it has read: a request that held one while
    it waits for another would, with enough others like it, wait for ever."""
    if has_request_context() and not (db.session.new or db.session.dirty or db.session.deleted):
        db.session.commit()


@contextmanager
def alone(*, write: bool = False) -> Iterator[Connection]:
    """A connection whose statements stand alone, each a transaction of its own: for what is sent every few seconds.

    :param write: one row at a time may be written too, by an UPDATE that says what it expects to find; there is no lock
    :raises RuntimeError: writing inside `write()` or `unwritable()`
    """
    if write and _writing.get():
        raise RuntimeError("db.alone(write=True) inside db.write() or db.unwritable()")
    with current_app.extensions["portal_alone"].connect() as connection:
        yield connection


def insert_unless(session: Session, model: type[Row], unique: str, values: Mapping[str, Any]) -> Row | None:
    """Inserts a row unless another one has its value in the column `unique`: then None, and nothing is written."""
    said = insert_or(model).values(**values)
    row: Row | None = session.scalar(said.on_conflict_do_nothing(index_elements=[unique]).returning(model))
    return row


def insert_or(model: type[Row]) -> Any:
    """INSERT as this database's own, which may say what happens on a conflict."""
    return (postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert)(model)


def changed(session: Session, said: Update | Delete) -> int:
    """Runs an UPDATE or DELETE and says how many rows it changed: its condition decides between callers at once."""
    result: Any = session.execute(said)
    return int(result.rowcount)


def move(
    session: Session, model: type[Row], moves: Mapping[str, Collection[str]], row_id: int, to: str, **values: Any
) -> Row | None:
    """Moves a row to another state by one conditional UPDATE: of several callers at once one gets it, others None.

    :param moves: for each state, those that may follow it
    :param values: columns written with the move
    """
    table: Any = model
    sources = [state for state, targets in moves.items() if to in targets]
    moved: Row | None = session.scalar(
        update(model)
        .where(table.id == row_id, table.state.in_(sources))
        .values(state=to, **values)
        .returning(model)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if moved is None:
        session.get(model, row_id, populate_existing=True)
    return moved


def among(column: QueryableAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """`column IN values`, for thousands of texts or numbers: they go as one array or one piece of JSON, because every
    placeholder of its own is written, read and counted."""
    items = list(values)
    if db.engine.dialect.name != "postgresql":
        each = func.json_each(json.dumps(items)).table_valued("value")
        return column.in_(select(each.c.value))
    said = ",".join(map(str, items))
    if said.count(",") == len(items) - 1 and _PLAIN.fullmatch(said):  # numbers and digests: the driver takes ten times
        return column == any_(cast(literal("{" + said + "}", Text), ARRAY(column.type)))  # as long to write an array
    return column == any_(literal(items, ARRAY(column.type)))


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Runs `callback` once the current `write()` has committed; forgotten when it rolls back."""
    callbacks = session.info.setdefault("after_commit", [])
    if callback not in callbacks:
        callbacks.append(callback)


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _watch_sqlite(limit: int) -> Callable[..., None]:
    """Interrupts a request's statement after `limit` seconds; work outside requests and streams take their time."""

    def watch(_connection: Connection, cursor: Any, _said: str, _given: Any, context: Any, _many: bool) -> None:
        if not limit or not has_request_context() or context.execution_options.get("yield_per"):
            cursor.connection.set_progress_handler(None, 0)
            return
        deadline = time.monotonic() + limit
        cursor.connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)

    return watch


def _watch_postgresql(limit: int) -> Callable[..., None]:
    """The same, by the server itself, for each transaction of a request."""

    def watch(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if limit and has_request_context():
            driver.execute(f"SET LOCAL statement_timeout = {limit * 1000}")

    return watch


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("portal_alone"):
        return  # the driver begins nothing by itself
    write = options.get("portal_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
