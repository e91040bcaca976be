"""One way to write: no lost update under concurrency, and a negative control that loses them."""

import threading
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from portal import db
from portal.access.models import LoginAttempt

THREADS, ROUNDS = 4, 25


def _count(app: Flask, scope: object) -> int:
    def work() -> None:
        with app.app_context():
            for _ in range(ROUNDS):
                with scope() as session:  # type: ignore[operator]
                    row = session.get_one(LoginAttempt, "k")
                    row.failures += 1

    with db.write() as session:
        session.add(LoginAttempt(key="k", failures=0, window_start=datetime.now(UTC)))
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as session:
        return session.scalar(select(LoginAttempt.failures)) or 0


def test_no_update_is_lost(app: Flask) -> None:
    assert _count(app, db.write) == THREADS * ROUNDS


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_control_deferred_transactions_lose_updates(app: Flask) -> None:
    class Scope:
        def __enter__(self) -> Session:
            self.session = Session(db.engine())
            return self.session

        def __exit__(self, *_: object) -> None:
            try:
                self.session.commit()
            finally:
                self.session.close()

    assert _count(app, Scope) < THREADS * ROUNDS


def test_rollback_on_error(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as session:
        session.add(LoginAttempt(key="x", failures=1, window_start=datetime.now(UTC)))
        session.flush()
        raise ZeroDivisionError
    with db.read() as session:
        assert session.get(LoginAttempt, "x") is None


def test_write_inside_write_is_refused(app: Flask) -> None:
    with db.write(), pytest.raises(RuntimeError, match="inside"), db.write():
        pass


def test_naive_moments_are_refused(app: Flask) -> None:
    row = LoginAttempt(key="n", failures=0, window_start=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(Exception, match="naive"), db.write() as session:
        session.add(row)


def test_a_request_holds_one_connection_at_a_time(app: Flask) -> None:
    """With all of them held by requests that have read, none of these could ever write."""
    with app.test_request_context():
        with db.write() as session:
            session.add(LoginAttempt(key="k", failures=3, window_start=datetime.now(UTC)))
        read = db.reader().get_one(LoginAttempt, "k")
        with db.write() as session:
            assert session.get_one(LoginAttempt, "k").failures == 3
            assert db.engine().pool.checkedout() == 1  # type: ignore[attr-defined]
            assert not inspect(read).expired
