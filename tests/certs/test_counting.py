"""Serials have no gaps and no doubles, whoever asks at the same moment and whoever gives up."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from portal import db
from portal_certs import service
from portal_certs.models import Number
from tests.orders.threads import THREADS, together

EACH = 25


def test_concurrent_issues_with_rollbacks_leave_no_gap(app: Flask) -> None:
    def work(place: int) -> list[int]:
        return [serial for turn in range(EACH) if (serial := _take(gives_up=(place + turn) % 5 == 0))]

    answers = together(app, work)
    failures = [answer for answer in answers if isinstance(answer, Exception)]
    assert failures == []
    taken = sorted(serial for answer in answers for serial in answer)  # type: ignore[attr-defined]
    assert len(taken) == THREADS * EACH * 4 // 5
    assert taken == list(range(1, len(taken) + 1))


class _GivenUp(Exception):
    pass


def _take(gives_up: bool) -> int:
    try:
        with db.write() as session:
            serial = service.next_serial(session, 2026, "0208", "certificate")
            if gives_up:
                raise _GivenUp
            return serial
    except _GivenUp:
        return 0


def test_each_year_place_and_kind_counts_alone(app: Flask) -> None:
    with db.write() as session:
        take: Callable[..., int] = lambda *key: service.next_serial(session, *key)  # noqa: E731 - reads as a table
        assert [take(2026, "0208", "certificate") for _ in range(2)] == [1, 2]
        assert take(2027, "0208", "certificate") == 1
        assert take(2026, "0209", "certificate") == 1
        assert take(2026, "0208", "proof") == 1
    with db.read() as session:
        assert len(session.scalars(select(Number)).all()) == 4
