"""The process ends at every commit, before it or after it: what was promised is kept, the end is that of a clean run.

A crash is an error that escapes everything: before a commit the transaction is lost, after it only what follows is.
Whoever was cut short tries again, as people, gateways and workers do.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db, jobs
from portal.jobs import Job
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import gateways, ledger, service
from portal.payments.models import Payment, Refund
from portal.payments.service import refunds
from portal.testing import make_learner
from portal_pay_sandbox import books
from portal_pay_sandbox.models import Return, Trade
from portal_pay_sandbox.provider import Sandbox
from tests.orders.shop import HOURS, nothing_wrong, open_shop, propose

MANY = 30  # more commits than the story has, so that its every commit is met


class Crash(BaseException):
    """Caught by nobody but the story."""


class Story:
    """Ordered, paid at the bank, heard of, asked back, agreed, sent: one step after the other, each repeatable."""

    def __init__(self) -> None:
        self.moment = clock.now()
        with db.write() as session:
            shop = open_shop(session)
            self.proposal = propose(shop, make_learner(session), key="story")
        self.steps: list[Callable[[], None]] = [
            self.place, self.leave, self.pay, self.hear, self.ask, self.agree, self.work, self.work
        ]  # fmt: skip

    def order(self, session: Session) -> Order:
        return session.scalars(select(Order)).one()

    def place(self) -> None:
        with db.write() as session:
            orders.place(session, self.proposal, nothing_wrong, clock.now(), HOURS)

    def leave(self) -> None:
        with db.write() as session:
            self.payment = service.start(session, self.order(session), Sandbox(), clock.now())
        with db.write() as session:
            books.open_trade(session, self.payment.number, self.payment.amount, "", "", clock.now())

    def pay(self) -> None:
        with db.write() as session:
            books.decide(session, session.scalars(select(Trade.id)).one(), "paid", clock.now())

    def hear(self) -> None:
        notice = Sandbox().query(self.payment)
        assert notice is not None
        gateways.hear("sandbox", notice, clock.now())

    def ask(self) -> None:
        with db.write() as session:
            order = self.order(session)
            if not refunds.of_order(session, order.id):  # a person sees that it was asked
                refunds.ask(session, order, [order.lines[0].id], "", order.buyer_id, clock.now())

    def agree(self) -> None:
        with db.write() as session:
            refund = session.scalars(select(Refund)).one()
            if refund.state == "proposed":  # the office sees that it was agreed
                refunds.approve(session, refund.id, self.proposal.buyer_id, clock.now())

    def work(self) -> None:
        """The worker, after the lease of whoever died before it."""
        self.moment += timedelta(hours=1)
        jobs.run_due(self.moment)


def _end() -> tuple[object, ...]:
    with db.read() as session:
        assert ledger.faults(session) == []
        unfinished = session.scalars(select(Job.key).where(Job.state == "failed")).all()
        return (
            session.scalars(select(Order.state)).all(),
            [(row.state, row.received, row.returned) for row in session.scalars(select(Payment))],
            [(row.state, row.amount) for row in session.scalars(select(Refund))],
            [(row.state, row.amount) for row in session.scalars(select(Return))],
            unfinished,
        )


CLEAN = (["refunded"], [("refunded", 4800, 4800)], [("done", 4800)], [("done", 4800)], [])


def _tell(story: Story, after: bool, at: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Runs the story with a crash at one commit; how many commits there were."""
    count, commit = 0, Session.commit

    def counted(session: Session) -> None:
        nonlocal count
        count += 1
        if count == at and not after:
            raise Crash
        commit(session)
        if count == at:
            raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(Session, "commit", counted)
        for step in story.steps:
            try:
                step()
            except Crash:
                step()
    return count


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(MANY))
def test_a_crash_at_this_commit_changes_nothing_in_the_end(
    app: Flask, monkeypatch: pytest.MonkeyPatch, after: bool, at: int
) -> None:
    commits = _tell(Story(), after, at, monkeypatch)
    assert _end() == CLEAN
    assert 10 < commits < MANY


def test_without_trying_again_the_end_would_differ(app: Flask) -> None:
    """The control: a story cut short for good does not end like a clean one."""
    story = Story()
    for step in story.steps[:3]:
        step()
    assert _end() != CLEAN
