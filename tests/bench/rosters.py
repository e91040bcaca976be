"""Group registration by spreadsheet: from the upload to one committed order of 10,000 people, against the machine.

`rows` is part of `make bench`. `python -m tests.bench.rosters [rounds]` prints the share of the limit that is reached,
the time from an upload of 5,000 people to their result page, and the memory of the process that serves it.

"roster limit": what no portal could do without, for the same file. Its parts are inflated and read by expat; every row
is checked by a loop of the plainest kind; then the very rows the portal wrote for such a file are written once more by
the driver alone, into a copy of the database with its keys, indexes and references: on PostgreSQL by COPY, people
through a staging table and only where their index is not known yet, without the commit; on SQLite by one executemany
a table and one commit. Nothing is sealed, hashed, or compared with what is on file.
"""

import io
import re
import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from xml.parsers import expat

from flask_appbuilder import Model
from sqlalchemy import func, select
from werkzeug.test import Client

from portal import db, jobs, migrations
from portal.app import create_app
from portal.catalogue.models import Project, TrainingClass
from portal.orders.models import Order
from portal.people.identity import check_digit
from portal.people.models import Account
from portal.testing import PASSWORD, make_settings
from portal.throwaway import BACKENDS, databases
from portal_group_reg.models import Batch
from tests.bench.rounds import Row, measure, table
from tests.group_reg.conftest import CODE, FEE, HEADINGS, NAME, PACKAGE, number, settle
from tests.sheets.making import MAIN, SHEET, packed

PEOPLE, SHOWN = 10_000, 5_000
READY = 8  # files made beforehand: their making is not measured
PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
# What an order of people nobody knew leaves behind, and with which learners it goes.
TABLES = (
    "ab_user",
    "learner",
    "employment",
    "login_name",
    "group_reg_row",
    "order_line",
    "line_course",
    "audit",
)
STAGED = "learner"


def rows(folder: Path, people: int = PEOPLE) -> list[Row]:
    """One roster from the upload to its order and the limit for it, on each database."""
    found = []
    for backend in BACKENDS:
        site = Site(folder / f"rosters-{backend}", backend, people)
        site.enrol()
        limit, name = f"roster limit, {backend}", f"roster of {people:,}, {backend}"
        found.append(Row(limit, site.limit(), size=len(site.files[0]), least=1))
        found.append(Row(name, site.enrol, against=limit, least=1))
    return found


class Site:
    """A portal with one project that takes everybody, and the clerk of an organisation."""

    def __init__(self, folder: Path, backend: str, people: int) -> None:
        folder.mkdir(parents=True)
        self.people, self.files = people, [roster(people, first) for first in range(0, READY * people, people)]
        self.done = 0
        made = databases(backend, lambda address: _migrate(folder, address), folder)
        self.app = create_app(make_settings(folder, made.copy(folder)))
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.app.extensions["bench_databases"] = made  # stopped with the process
        with self.app.app_context(), db.write() as session:
            account_id = settle(session).account_id
            project = session.get_one(Project, 1)
            project.opens_on, project.closes_on = date(2020, 1, 1), date(2099, 12, 31)
            session.get_one(TrainingClass, 2).seats = None
            name = session.get_one(Account, account_id).username
            tables = Model.metadata.tables
            self.first = {one: session.scalar(select(func.max(tables[one].c.id))) or 0 for one in TABLES}
        self.client = Client(self.app)
        self._ask("post", "/login", data={"name": name, "password": PASSWORD})

    def upload(self) -> str:
        """Sends the next file of people nobody knows and reads it; the address of the result page."""
        data = self.files[self.done] if self.done < len(self.files) else roster(self.people, self.done * self.people)
        self.done += 1
        form = {"courses": list(PACKAGE), "file": (io.BytesIO(data), "roster.xlsx")}
        place = self._ask("post", "/group/enrol?class=2", data=form).location
        self._work()
        return str(place)

    def show(self, place: str) -> str:
        """The result page."""
        return str(self._ask("get", place).text)

    def enrol(self) -> None:
        """From the upload to the order."""
        place = self.upload()
        sent = re.findall(r'name="(version|total)"[^>]*value="(\d+)"', self.show(place))
        self._ask("post", f"{place}/send", data=dict(sent))
        self._work()
        with self.app.app_context(), db.read() as session:
            newest = session.scalars(select(Order).order_by(Order.id.desc())).first()
            if newest is None or newest.total != self.people * FEE:
                raise SystemExit(f"bench: {session.scalars(select(Batch.refusal)).all()[-1]}")

    def limit(self) -> Callable[[], None]:
        """The same without a portal: the file of the first order and the rows it left."""
        data, kept = self.files[0], _parsed(self.files[0])
        with self.app.app_context():
            write = (_postgresql if db.engine().dialect.name == "postgresql" else _sqlite)(self.first)

        def run() -> None:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for part in PARTS:
                    expat.ParserCreate().Parse(archive.read(part), True)
            checked(kept)
            write()

        return run

    def _ask(self, method: str, address: str, **given: Any) -> Any:
        with self.app.app_context():
            answer = getattr(self.client, method)(address, **given)
        if answer.status_code >= 400:
            raise SystemExit(f"bench: {address} answers {answer.status}")
        return answer

    def _work(self) -> None:
        with self.app.app_context():
            jobs.drain()


def roster(people: int, first: int) -> bytes:
    """A workbook as spreadsheets write it: texts once, in a part of their own."""
    known: dict[str, int] = {}
    lines = []
    for at, values in enumerate([HEADINGS, *_values(people, first)], 1):
        cells = "".join(f'<c t="s"><v>{known.setdefault(value, len(known))}</v></c>' for value in values)
        lines.append(f'<row r="{at}">{cells}</row>')
    strings = "".join(f"<si><t>{text}</t></si>" for text in known)
    return packed(SHEET % "".join(lines), strings=f'<sst xmlns="{MAIN}">{strings}</sst>')


def _values(people: int, first: int) -> Iterator[tuple[str, ...]]:
    for n in range(first, first + people):
        sex, phone = ("男", "女")[n % 2 == 0], f"13{n:09d}"
        yield f"张{chr(0x4E00 + n % 5000)}", number(n), sex, phone, "丰润区", "二班", NAME, CODE, "中级"


def _parsed(data: bytes) -> list[tuple[str, ...]]:
    """The rows of one of our files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = re.findall(r"<t>([^<]*)</t>", archive.read(PARTS[1]).decode())
        found = re.findall(r"<row[^>]*>(.*?)</row>", archive.read(PARTS[0]).decode())
    return [tuple(texts[int(at)] for at in re.findall(r"<v>(\d+)</v>", row)) for row in found[1:]]


def checked(people: list[tuple[str, ...]]) -> None:
    """What has to be asked of every row, in the plainest way."""
    places, mobile, seen = {("丰润区", "二班"): 2}, re.compile(r"1[3-9]\d{9}"), set()
    for name, ric, sex, phone, county, place, employer, code, title in people:
        right = name.isprintable() and len(name) > 1 and len(ric) == 18 and check_digit(ric[:17]) == ric[17]
        right = right and date(int(ric[6:10]), int(ric[10:12]), int(ric[12:14])).year > 1900
        right = right and (sex == "男") == (int(ric[16]) % 2 == 1) and mobile.fullmatch(phone) is not None
        right = right and (county, place) in places and employer == NAME and code == CODE and bool(title)
        if not right or ric in seen:
            raise SystemExit(f"bench: {ric} is not right")
        seen.add(ric)


def _postgresql(first: dict[str, int]) -> Callable[[], None]:
    """COPY of all rows an order left, into a copy of the database they came from; rolled back, so that it stays so."""
    import psycopg

    address = db.engine().url.set(drivername="postgresql")
    db.engine().dispose()
    with psycopg.connect(address.set(database="postgres").render_as_string(False), autocommit=True) as server:
        server.execute(f"CREATE DATABASE bench TEMPLATE {address.database}".encode())
    driver = psycopg.connect(address.set(database="bench").render_as_string(False), autocommit=True)
    kept = {}
    for name, last in first.items():
        said = f"COPY (SELECT * FROM {name} WHERE id > {last}) TO STDOUT"  # noqa: S608
        with driver.cursor() as cursor, cursor.copy(said.encode()) as out:
            kept[name] = b"".join(bytes(block) for block in out)
    driver.execute("SET session_replication_role = replica")
    for name, last in first.items():
        driver.execute(f"DELETE FROM {name} WHERE id > {last}".encode())  # noqa: S608
    driver.execute("SET session_replication_role = origin")
    driver.execute("VACUUM FULL")
    driver.execute(f"CREATE TEMPORARY TABLE staging AS SELECT * FROM {STAGED} LIMIT 0".encode())  # noqa: S608

    def write() -> None:
        with driver.transaction(force_rollback=True), driver.cursor() as cursor:
            for name, data in kept.items():
                into = "staging" if name == STAGED else name
                with cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy:
                    copy.write(data)
                if name == STAGED:
                    cursor.execute(f"INSERT INTO {name} TABLE staging ON CONFLICT DO NOTHING".encode())

    return write


def _sqlite(first: dict[str, int]) -> Callable[[], None]:
    """All rows an order left by one executemany a table and one commit, in a copy of the file they came from."""
    file = str(db.engine().url.database)
    base, target = f"{file}.before", f"{file}.bench"
    with closing(sqlite3.connect(file)) as source:
        source.execute("VACUUM INTO ?", (base,))
    kept = {}
    with closing(sqlite3.connect(base)) as before:
        for name, last in first.items():
            kept[name] = before.execute(f"SELECT * FROM {name} WHERE id > ?", (last,)).fetchall()  # noqa: S608
            before.execute(f"DELETE FROM {name} WHERE id > ?", (last,))  # noqa: S608
        before.commit()

    def write() -> None:
        for rest in ("-wal", "-shm"):
            Path(target + rest).unlink(missing_ok=True)
        shutil.copy(base, target)
        with closing(sqlite3.connect(target, isolation_level=None)) as driver:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                driver.execute(f"PRAGMA {pragma}")
            driver.execute("BEGIN IMMEDIATE")
            for name, lines in kept.items():
                places = ", ".join("?" * len(lines[0]))
                driver.executemany(f"INSERT INTO {name} VALUES ({places})", lines)  # noqa: S608
            driver.execute("COMMIT")

    return write


def _migrate(folder: Path, address: str) -> None:
    app = create_app(make_settings(folder, address))
    with app.app_context():
        migrations.upgrade(db.engine(), app.extensions["portal_plugins"])
        db.engine().dispose()


def _shown(folder: Path) -> Iterator[str]:
    """Seconds from an upload to its result page, and what the serving process grows by meanwhile."""
    for backend in BACKENDS:
        site, took = Site(folder / f"shown-{backend}", backend, SHOWN), []
        site.show(site.upload())
        before = _resident()
        for _round in range(5):
            began = time.perf_counter()
            site.show(site.upload())
            took.append(time.perf_counter() - began)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
        yield f"{SHOWN:,} people to the result page, {backend}: {statistics.median(took):.2f} s"
        yield f"{backend}: the process stands at {before:.0f} MB and grows by {grown:.0f} MB at its highest"


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        found = rows(Path(folder))
        measure(found, rounds)
        named = {row.name: row for row in found}
        print(table(named))
        for row in found:
            if row.against:
                print(f"{row.name}: {1 / row.ratio(named):.2f} of the limit")
        print(*_shown(Path(folder)), sep="\n")


if __name__ == "__main__":
    main()
