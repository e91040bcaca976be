"""`make bench`: pages as ratios to what this machine can do, measured in turn in one run.

`--check` compares with tests/bench/ratios.json; `--write` makes the measured ratios the expected ones.
Denominators: "hello" is a bare Flask page of 12 bytes without SQL; "select" a bare Flask page of 200 bytes after one
primary-key SELECT in a table of 1,000 rows; "commit" one row of 200 bytes per commit through the sqlite3 driver with
WAL and synchronous=FULL; "bulk" 40,000 such rows by one executemany and one commit; "select and update" a bare Flask
page after one primary-key SELECT and one UPDATE that is committed, with the same pragmas; "stock FAB list"
Flask-AppBuilder's own list of the same table of 100,000 organisations, as its guide sets it up, with the same
columns (stock.py); what certificates are measured against stands in certs.py. Pages are called through WSGI in this
process: no socket, no server.

Home and catalogue were to reach half of "select" from memory and 0.15 where they are drawn anew: after a write to what
they show, and when everything that time ends has ended ("cold"). After a notice, home does; the others came to between
0.11 and 0.15 on a machine with other work to do. What is lasting (web/kept.py) is drawn once by each process; the first
page of a process, which draws that too, reaches 0.06.

A player's report was to cost at most twice "select and update" and costs five to seven times that, though it is the
same two statements and no more: what is left is Flask with a cookie and a form token checked, SQLAlchemy reading a row
of thirty columns, and the rule of the clock. On PostgreSQL, where the two statements weigh more, it is four times.
"""

import argparse
import json
import math
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from portal import db, migrations
from portal.access.models import LoginAttempt
from portal.app import create_app
from portal.demo import load as demo
from portal.payments import service as payments
from portal.settings import Settings
from portal.testing import make_settings
from tests.bench import ceilings, certs, rosters, stock, study
from tests.bench.rounds import Row, keep, limited, measure, outside, table
from tests.orders.shop import NOON, open_shop, register
from tests.orders.shop import buy as place
from tests.payments.bank import Paper, paid

CPU = time.process_time  # for pages, which only read: a busy neighbour says nothing about them
LIMITS = Path(__file__).with_name("ratios.json")
PAGES = {  # row -> who looks, address; an address of "" is not built yet
    "home, anonymous": ("", "/"),
    "home, learner": ("learner", "/"),
    "specialties": ("", "/enrol"),
    "learning centre": ("learner", "/centre"),
    "staff: list of learners": ("admin", "/staff/learners/"),
}
COLD = (  # row, address, tables that were written since it was drawn; none: all that time ends has ended
    ("home, anonymous, cold", "/", ()),
    ("home, anonymous, after a notice", "/", ("notice",)),
    ("specialties, cold", "/enrol", ()),
    ("specialties, after a write", "/enrol", ("course",)),
)
FIRST = (("home, first in a process", "/"), ("specialties, first in a process", "/enrol"))


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        rows = _rows(Path(folder))
        measure(list(rows.values()), options.rounds)
    print(table(rows))
    about = {"python": platform.python_version(), "cores": os.cpu_count(), "rounds": options.rounds}
    print("raw rounds:", keep(rows, Path(os.environ.get("PORTAL_DATA", "var")) / "bench", about))
    if options.write:
        goals = {
            name: limit["goal"] for name, limit in json.loads(LIMITS.read_text("utf-8")).items() if "goal" in limit
        }
        limits = {row.name: _limit(row, rows) for row in rows.values() if limited(row)}
        for name in goals.keys() & limits.keys():
            limits[name]["goal"] = goals[name]
        LIMITS.write_text(json.dumps(limits, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if not options.check:
        return 0
    bad = outside(rows, json.loads(LIMITS.read_text("utf-8")))
    print(*(bad or ["all ratios are inside their tolerance"]), sep="\n")
    return int(bool(bad))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a ratio is outside its tolerance")
    parser.add_argument("--write", action="store_true", help="make the measured ratios the expected ones")
    return parser.parse_args()


def _limit(row: Row, rows: dict[str, Row]) -> dict[str, Any]:
    return {"ratio": round(row.ratio(rows), 2), "tolerance": 0.4, "sql": row.statements}


def _rows(folder: Path) -> dict[str, Row]:
    hello, select = ceilings.hello(), ceilings.one_select(folder)
    rows = [
        Row("hello", _page(hello, "/"), size=12, statements=0, clock=CPU),
        Row("select", _page(select, "/"), size=ceilings.BYTES, statements=1, clock=CPU),
        Row("commit", ceilings.commits(folder), size=ceilings.BYTES, statements=1),
        Row("select and update", _page(ceilings.select_and_update(folder), "/"), size=ceilings.BYTES, statements=2),
        Row("bulk", ceilings.bulk(folder), size=ceilings.BYTES * ceilings.MANY, statements=1),
    ]
    app = _demo(folder)
    for name, (who, address) in PAGES.items():
        rows.append(_measured(app, name, address, _cookie(app, folder, who)))
    rows.append(Row("heartbeat", study.heartbeat(app, _cookie(app, folder, "learner")), against="select and update"))
    for name, address, written in COLD:
        rows.append(Row(name, _cold(app, _page(app, address), written), against="select", clock=CPU))
    rows += [Row(name, _first(app, _page(app, address)), against="select", clock=CPU) for name, address in FIRST]
    rows.append(Row("one row in db.write()", _write(app), against="commit"))
    few, many = study.shelves(folder, _page).items()
    rows += [Row(*few, clock=CPU), Row(*many, against=few[0], clock=CPU)]
    lists = stock.lists(folder, _page)
    against = {
        "staff list, 100,000 rows": "stock FAB list, 100,000 rows",
        "staff list, 1,000,000 rows": "staff list, 1,000 rows",
        "a county's orders, 1,000,000 orders": "a county's orders, 1,000 orders",
    }
    rows += [Row(name, call, against=against.get(name, ""), clock=CPU) for name, call in lists.items()]
    rows += certs.rows(app, folder)
    rows.append(Row("order of one placed and paid", _bought(1), against="commit"))
    rows.append(Row("order of 5,000 placed and paid", _bought(5000), against="bulk", least=1))
    rows += rosters.rows(folder)
    return {row.name: row for row in rows}


def _demo(folder: Path) -> Flask:
    settings: Settings = make_settings(folder)
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False  # for the login below; pages still make their tokens
    app.app_context().push()
    migrations.upgrade(db.engine(), app.extensions["portal_plugins"])
    demo.load(datetime.now(UTC))
    demo.write_accounts(folder)
    return app


def _cookie(app: Flask, folder: Path, who: str) -> str:
    """The cookie of a visitor after logging in through the form."""
    if not who:
        return ""
    account = json.loads((folder / demo.FILE).read_text("utf-8"))[who]
    client = Client(app)
    with app.app_context():
        answer = client.post("/login", data={"name": account["login"], "password": account["password"]})
    if answer.status_code != 303:
        raise SystemExit(f"bench: {who} cannot log in: {answer.status}")
    return "; ".join(header.split(";")[0] for header in answer.headers.getlist("Set-Cookie"))


def _page(app: Any, address: str, cookie: str = "") -> Callable[[], Any]:
    environ = EnvironBuilder(path=address, headers={"Cookie": cookie} if cookie else None).get_environ()

    def call() -> Any:
        with app.app_context():  # each request with a `g` of its own, whatever stands around it
            return run_wsgi_app(app, dict(environ), buffered=True)

    return call


def _measured(app: Flask, name: str, address: str, cookie: str) -> Row:
    call = _page(app, address, cookie)
    call()
    statements: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    body, status, _headers = call()
    counted = [said for said in statements if not re.match(r"BEGIN|COMMIT|ROLLBACK|PRAGMA", said)]
    text = b"".join(body)
    if not status.startswith("200"):
        raise SystemExit(f"bench: {address} answers {status}")
    return Row(name, call, against="select", statements=len(counted), size=len(text), clock=CPU)


def _cold(app: Flask, call: Callable[[], Any], written: tuple[str, ...]) -> Callable[[], Any]:
    """A page drawn anew: after a write to these tables, or when all that time ends has ended."""
    shelf = app.extensions["portal_kept"]

    def ended(found: Any) -> bool:
        return any(table in written for table, _ in found.marks) if written else found.until < math.inf

    def draw() -> Any:
        for key in [key for key, found in shelf.items() if ended(found)]:
            del shelf[key]
        return call()

    return draw


def _first(app: Flask, call: Callable[[], Any]) -> Callable[[], Any]:
    """A page where nothing is kept."""

    def draw() -> Any:
        app.extensions["portal_kept"].clear()
        app.extensions["portal_kept_values"].clear()
        return call()

    return draw


def _write(app: Flask) -> Callable[[], None]:
    numbers = iter(range(10**9))

    def write() -> None:
        with app.app_context(), db.write() as session:
            session.add(LoginAttempt(key=f"bench-{next(numbers)}", failures=0, window_start=datetime.now(UTC)))

    return write


def _bought(people: int) -> Callable[[], None]:
    """One order of so many lines with three courses each, from placing to open plans; each in a project of its own."""
    with db.write() as session:
        learners = [register(session) for _ in range(people)]
    numbers = iter(range(10**9))

    def buy() -> None:
        with db.write() as session:
            shop = open_shop(session, seats=None)
        with db.write() as session:
            order = place(session, shop, *learners)
        with db.write() as session:
            payment = payments.start(session, order, Paper(), NOON)
            mark = f"bench-{people}-{next(numbers)}"
            payments.confirm(session, "paper", paid(payment, mark, reference=mark), NOON)

    return buy


if __name__ == "__main__":
    sys.exit(main())
