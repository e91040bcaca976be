"""Many rows of one table, past the mapping and by the driver's quickest way: COPY on PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Table, event, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from portal import copying

_BLOCK = 2_000  # rows that are handed over at a time


def insert_many(session: Session, model: type[Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Inserts rows of one table and returns their ids in the order given: one statement for one row, two for many.

    Many rows are given their ids beforehand: RETURNING does not promise an order, and asking for one costs a
    statement a row on SQLite. Every row names the same columns.
    """
    table = model.__table__
    if len(rows) == 1:
        return list(session.scalars(insert(table).values(rows[0]).returning(table.c.id)))
    ids = reserve(session, model, len(rows))
    fill(session, model, [{"id": row_id, **row} for row_id, row in zip(ids, rows, strict=True)])
    return ids


def fill(session: Session, model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Inserts rows whose ids nobody asks for, by one statement. Every row names the same columns.

    Many rows go to the driver without the mapping in between, which would look at every value of every row; PostgreSQL
    gets them by COPY: half the time of as many INSERTs, whose questions its driver sends one by one.
    """
    under_way: Filling | None = session.info.get("filling")
    if under_way:
        under_way.add(model.__table__, rows)
    elif len(many := list(rows)) > 1:
        session.flush()
        _write(session.connection(), model.__table__, many)
    elif many:
        session.execute(insert(model.__table__), many)


@contextmanager
def filling(session: Session) -> Iterator[None]:
    """Inside, `fill` hands rows over and returns: PostgreSQL takes them while the next ones are made. For long lists of
    several tables; ids come from `reserve`. What else is asked of the session waits until they are in.

    :raises DBAPIError: at the next question or at the end of the block, what the database refused.
    """
    session.flush()
    under_way = session.info["filling"] = Filling(session.connection())
    asked = ("do_orm_execute", "before_flush")

    def wait(*_said: Any) -> None:
        under_way.wait()

    for name in asked:
        event.listen(session, name, wait)
    try:
        yield
        under_way.wait()
    finally:
        under_way.close()
        del session.info["filling"]
        for name in asked:
            event.remove(session, name, wait)


def reserve(session: Session, model: type[Model], number: int) -> list[int]:
    """Ids nobody else gets: of PostgreSQL's sequence, or on SQLite, where nobody else writes meanwhile, the next."""
    table = model.__table__
    if not number:
        return []
    if session.connection().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        each = select(func.nextval(sequence).label("id")).select_from(func.generate_series(1, number)).subquery()
        return list(session.scalars(select(func.array_agg(each.c.id))).one())  # one answer, not one a row
    last = session.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + 1 + number))


def _write(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of the same columns, at least one, with the defaults and types of the table."""
    names, plain = _plain(connection, table, rows)
    (_copy if connection.dialect.name == "postgresql" else _insert)(connection, table, names, plain)


class Filling:
    """Fills tables one after the other while the caller makes the next rows: PostgreSQL inserts and checks them in a
    process of its own, so a thread of ours waits for it. SQLite works in this process, where two would only alternate.

    Nobody else may use the connection before `wait` has returned.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        copies = connection.dialect.name == "postgresql"
        self._worker = ThreadPoolExecutor(1, "portal-bulk") if copies else None
        self._under_way: list[Future[None]] = []

    def add(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Hands rows over, block by block as they are made; defaults and types are applied by the caller's thread."""
        rest = iter(rows)
        while block := list(islice(rest, _BLOCK)):
            if self._worker is None:
                _write(self._connection, table, block)
            else:
                names, plain = _plain(self._connection, table, block)
                self._under_way.append(self._worker.submit(_copy, self._connection, table, names, plain))

    def wait(self) -> None:
        """Returns when all rows are in. :raises DBAPIError: the first thing the database refused."""
        waited, self._under_way = self._under_way, []
        for one in waited:
            one.result()

    def close(self) -> None:
        """Ends the thread, whatever it is at."""
        if self._worker is not None:
            self._worker.shutdown(cancel_futures=True)


def _plain(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[Sequence[Any]]]:
    """Names of columns and their values as the driver takes them: defaults and types are applied here."""
    given = rows[0].keys()
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in given and isinstance(column.default, ScalarElementColumnDefault)
    }
    names = [*given, *defaults]
    kinds = [table.c[name].type.dialect_impl(connection.dialect) for name in names]
    turns = [kind.bind_processor(connection.dialect) for kind in kinds]
    columns = [
        _turned(turn, values) if turn else values
        for turn, values in zip(turns, _columns(rows, list(defaults.values())), strict=True)
    ]
    return names, columns


def _columns(rows: Sequence[Mapping[str, Any]], defaults: Sequence[Any]) -> list[Sequence[Any]]:
    """The values of rows by column, defaults behind them."""
    return [*zip(*(row.values() for row in rows), strict=True), *([value] * len(rows) for value in defaults)]


def _turned(turn: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
    """A column as the driver takes it; where one value stands in every row, it is turned once."""
    first = values[0]
    if all(value is first for value in values):
        return [turn(first)] * len(values)
    return [*map(turn, values)]


def _insert(connection: Connection, table: Table, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    into, places = ", ".join(map(quote, names)), ", ".join("?" * len(names))
    said = f"INSERT INTO {quote(table.name)} ({into}) VALUES ({places})"  # noqa: S608
    connection.exec_driver_sql(said, [*zip(*columns, strict=True)])


def _copy(connection: Connection, table: Table, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    quoted = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in (table.name, *names))
    where, _, into = quoted.partition(", ")
    driver: Any = connection.connection.driver_connection
    said, failures = f"COPY {where} ({into}) FROM STDIN", connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(said) as copy:
            copy.write(copying.text(columns))
    except failures as failure:
        raise DBAPIError.instance(said, None, failure, failures, dialect=connection.dialect) from failure
