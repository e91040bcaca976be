"""`python -m tests.bench.imports [database address]`: ten thousand learners of the old platform, against a raw insert.

Reading the sheet stands apart: opening the file, finding its columns, and checking every cell of it. What is left is
asking who is there already, digests and ciphers, and writing. "Raw" puts the very rows that the import wrote into the
same tables through the driver, as many per transaction. SQLite unless the address of an empty PostgreSQL database is
given; CPU of this process and time on the clock, because a server works elsewhere. The ratios are medians of rounds.
"""

import datetime
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import literal_column, select

from portal import clock, db
from portal.app import create_app
from portal.audit.models import AuditRow
from portal.credits.models import Credit
from portal.legacy import importing
from portal.legacy import register as register_
from portal.people import identity
from portal.people.models import Account, Employment, Learner, LoginName, Organisation
from portal.sheets import reading
from portal.sheets.reading import Book
from portal.testing import make_settings
from portal.upgrade import upgrade
from tests.legacy.conftest import person, register

PEOPLE, ROUNDS = 10_000, 3
BORN = datetime.date(1965, 1, 1)
TABLES: list[Any] = [one.__table__ for one in (Account, Learner, Employment, LoginName, Credit, AuditRow)]


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(make_settings(Path(folder), address))
        upgrade(app)
        with app.app_context():
            _employer()
            data = register(*(_person(number) for number in range(PEOPLE)))
            _opening, book = _timed("opening the file", lambda: reading.read(data))
            with db.read() as session:
                known = importing.places(session, "130200")
            rounds = [_round(book, known, "%s" if address else "?") for _ in range(ROUNDS)]
            bare, whole = (statistics.median(each) for each in zip(*rounds, strict=True))
            print(f"import {bare:.2f} times the raw insert; with checking {whole:.2f}")


def _round(book: Book, known: dict[str, str], mark: str) -> tuple[float, float]:
    """How many times the raw insert an import takes, without and with checking the cells."""
    with importing.uncollected():  # as the import does it
        checking, _found = _timed("checking it", lambda: register_.read(book, known, clock.today(clock.now())))
    taken, done = _timed("checking and import", lambda: _bring(book))
    assert done.added == PEOPLE
    rows = _rows()
    _empty()
    raw = _raw(rows, mark)
    _empty()
    return (taken - checking) / raw, taken / raw


def _bring(book: Book) -> Any:
    return importing.bring_over(book, "130200", clock.now(), dry=False)


def _timed(name: str, work: Callable[[], Any]) -> tuple[float, Any]:
    began, cpu = time.perf_counter(), time.process_time()
    found = work()
    taken = time.perf_counter() - began
    print(f"{name}: {taken:.2f} s, CPU {time.process_time() - cpu:.2f} s")
    return taken, found


def _employer() -> None:
    with db.write() as session:
        session.add(Organisation(name="唐山市第一中学", code="91350100M000100Y43", division_code="130208"))


def _person(number: int) -> list[Any]:
    first = f"130208{BORN + datetime.timedelta(days=number // 900):%Y%m%d}{number % 900:03d}"
    number_of_id = first + identity.check_digit(first)
    return person(0, id=number_of_id, phone=f"139{number:08d}", certificate=f"TS{number}")


def _rows() -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """What stands in the tables now: columns and rows."""
    found = {}
    with db.engine().connect() as connection:
        for table in TABLES:
            columns = [column.name for column in table.columns]
            plain: Any = select(*(literal_column(name) for name in columns)).select_from(table)  # as stored: no types
            found[table.name] = (columns, [tuple(row) for row in connection.execute(plain)])
    return found


def _empty() -> None:
    """Past the references, which would be looked for in whole tables for every row."""
    off, on = ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
    if db.engine().dialect.name == "postgresql":
        off, on = ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
    connection = db.engine().raw_connection()
    cursor = connection.cursor()
    for said in (off, *(f"DELETE FROM {table}" for table in reversed(TABLES)), on):  # noqa: S608
        cursor.execute(said)
    connection.commit()
    connection.close()


def _raw(rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]], mark: str) -> float:
    """Seconds the driver needs for the same rows."""
    connection = db.engine().raw_connection()
    cursor = connection.cursor()
    began = time.perf_counter()
    for start in range(0, PEOPLE, importing.AT_ONCE):
        if mark == "?":
            cursor.execute("BEGIN IMMEDIATE")
        for table, (columns, found) in rows.items():
            each = len(found) // PEOPLE
            part = found[start * each : (start + importing.AT_ONCE) * each]
            marks = ",".join([mark] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", part)  # noqa: S608
        connection.commit()
    taken = time.perf_counter() - began
    connection.close()
    print(f"raw insert of {sum(len(found) for _columns, found in rows.values())} rows: {taken:.2f} s")
    return taken


if __name__ == "__main__":
    main()
