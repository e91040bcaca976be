"""Serials have no gaps and no doubles, whoever asks at the same moment and whoever gives up."""

from collections.abc import Callable
from itertools import count
from queue import Empty, Queue

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal import db
from portal.jobs import Job
from portal.people.models import Learner
from portal.study.models import Plan
from portal_certs import numbering, service
from portal_certs.models import Document, Number
from portal_certs.snapshot import Office
from tests.certs.holder import NOW, another_plan, complete
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


@pytest.mark.slow
def test_a_thousand_certificates_in_eight_threads(app: Flask) -> None:
    """Whole documents with frozen content, items and jobs, a fifth of them given up half way."""
    with db.write() as session:
        learners = [session.get_one(Learner, complete(session).learner_id) for _ in range(20)]
        plans = list(session.scalars(select(Plan.id)))
        plans += [another_plan(session, learners[turn % 20]).plan_id for turn in range(980)]
    waiting: Queue[int] = Queue()
    for plan_id in plans:
        waiting.put(plan_id)

    def work(place: int) -> None:
        for turn in count(place):
            try:
                plan_id = waiting.get_nowait()
            except Empty:
                return
            if not _issue(plan_id, gives_up=turn % 5 == 0):
                waiting.put(plan_id)

    assert together(app, work) == [None] * THREADS
    with db.read() as session:
        numbers = list(session.scalars(select(Document.number)))
        assert session.scalar(select(func.count()).select_from(Job).where(Job.key == service.PRINT)) == 1000
    assert sorted(int(number[10:16]) for number in numbers) == list(range(1, 1001))
    assert all(numbering.is_sound(number) for number in numbers)


def _issue(plan_id: int, gives_up: bool) -> bool:
    try:
        with db.write() as session:
            assert service.issue_certificate(session, session.get_one(Plan, plan_id), Office.current(), NOW)
            if gives_up:
                raise _GivenUp
    except (_GivenUp, OperationalError):  # waiting for SQLite is not fair: after five seconds one is sent away
        return False
    return True


def test_each_year_place_and_kind_counts_alone(app: Flask) -> None:
    with db.write() as session:
        take: Callable[..., int] = lambda *key: service.next_serial(session, *key)  # noqa: E731 - reads as a table
        assert [take(2026, "0208", "certificate") for _ in range(2)] == [1, 2]
        assert take(2027, "0208", "certificate") == 1
        assert take(2026, "0209", "certificate") == 1
        assert take(2026, "0208", "proof") == 1
    with db.read() as session:
        assert len(session.scalars(select(Number)).all()) == 4
