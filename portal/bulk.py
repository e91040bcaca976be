"""Many rows of one table, past the mapping and by the driver's quickest way: COPY on PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import ScalarElementColumnDefault


def fill(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of the same columns, at least one, with the defaults and types of the table."""
    names, plain = _plain(connection, table, rows)
    (_copy if connection.dialect.name == "postgresql" else _insert)(connection, table, names, plain)


def _plain(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Names of columns and rows as the driver takes them: defaults and types of the mapping are applied here."""
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
    return names, zip(*columns, strict=True)


def _columns(rows: Sequence[Mapping[str, Any]], defaults: Sequence[Any]) -> list[Sequence[Any]]:
    """The values of rows by column, defaults behind them."""
    return [*zip(*(row.values() for row in rows), strict=True), *([value] * len(rows) for value in defaults)]


def _turned(turn: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
    """A column as the driver takes it; where one value stands in every row, it is turned once."""
    first = values[0]
    if all(value is first for value in values):
        return [turn(first)] * len(values)
    return [*map(turn, values)]


def _insert(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    into, places = ", ".join(map(quote, names)), ", ".join("?" * len(names))
    connection.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({into}) VALUES ({places})", list(rows))  # noqa: S608


def _copy(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    quoted = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in (table.name, *names))
    where, _, columns = quoted.partition(", ")
    driver: Any = connection.connection.driver_connection
    said, failures = f"COPY {where} ({columns}) FROM STDIN", connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(said) as copy:
            for row in rows:
                copy.write_row(row)
    except failures as failure:
        raise DBAPIError.instance(said, None, failure, failures, dialect=connection.dialect) from failure
