"""Several workers start at once and fork under load: nothing is written by starting, nothing is shared afterwards."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, inspect, select

from portal import db
from portal.access.models import LoginAttempt
from portal.app import create_app
from portal.settings import Settings
from portal.testing import under_test

WORKERS, ROWS = 4, 25
ASK = """
from portal.app import create_app
from portal.settings import load
client = create_app(load()).test_client()
assert client.get("/healthz").status_code == 200
print(client.get({page!r}).status_code)
"""


def start(settings: Settings, page: str) -> list[str]:
    """What workers that start at the same moment see on their first page."""
    environment = {**os.environ, "PORTAL_DATA": str(settings.data), "PORTAL_DATABASE_URL": settings.database}
    command = [sys.executable, "-c", ASK.format(page=page)]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(WORKERS)
    ]
    ended = [(one, *one.communicate(timeout=120)) for one in running]
    assert [one.returncode for one, _out, _err in ended] == [0] * WORKERS, ended[0][2]
    return [out.strip() for _one, out, _err in ended]


@pytest.fixture
def empty(settings: Settings) -> Settings:
    """A site whose database has no table yet."""
    address = f"sqlite:///{settings.data / 'empty.db'}"
    return settings.model_copy(update={"database_url": address})


def test_workers_on_an_empty_database_write_nothing(empty: Settings) -> None:
    start(empty, "/healthz")
    engine = create_engine(empty.database)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_workers_on_a_migrated_database_answer_at_once(settings: Settings) -> None:
    assert start(settings, "/login") == ["200"] * WORKERS


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_workers_that_were_forked_share_no_connection(settings: Settings, *, asked: bool) -> None:
    """As `gunicorn --preload` does: made once, forked, then all write and read at the same time.

    Whether or not the parent has asked its database something before.
    """
    app = under_test(create_app(settings))
    if asked:
        with app.app_context(), db.read() as session:
            assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 0
    children = [child for number in range(WORKERS) if (child := _fork(app, number))]
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * WORKERS
    with app.app_context():
        with db.read() as session:
            assert session.scalar(select(func.count()).select_from(LoginAttempt)) == WORKERS * ROWS
        db.engine().dispose()


def _fork(app: Flask, number: int) -> int:
    """The child's process id; the child itself works and ends."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        with app.app_context():
            for row in range(ROWS):
                with db.write() as session:
                    session.add(LoginAttempt(key=f"{number}-{row}", failures=0, window_start=datetime.now(UTC)))
                with db.read() as session:
                    mine = select(func.count()).where(LoginAttempt.key.startswith(f"{number}-"))
                    assert session.scalar(mine) == row + 1
            status = 0
    finally:
        os._exit(status)
