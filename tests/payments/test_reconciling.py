"""The day's end: the bill against our books; a restored backup gets back what it lacks."""

from datetime import timedelta
from importlib import import_module

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, select, update

from portal import clock, db
from portal.orders.models import Order
from portal.payments import gateways, ledger, reconcile, service
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.service import refunds
from portal_pay_sandbox import books
from portal_pay_sandbox.models import Trade
from portal_pay_sandbox.provider import Sandbox
from tests.payments.conftest import Counter, counter

__all__ = ["counter"]


@pytest.fixture
def trade(counter: Counter) -> Trade:
    """A trade the bank has collected and of which the portal has heard nothing."""
    counter.browser.post(f"/pay/{counter.order.number}", data={"provider": "sandbox"})
    with db.write() as session:
        found = session.scalars(select(Trade)).one()
        books.decide(session, found.id, "paid", clock.now())
    return found


def _day() -> list[tuple[str, str]]:
    """What the reconciliation of today finds, providers without a bill of their own left out."""
    now = clock.now()
    return [(one.kind, one.number) for one in reconcile.reconcile(clock.today(now), now)]


def _hear(trade: Trade) -> None:
    with db.read() as session:
        payment = session.scalars(select(Payment).where(Payment.number == trade.payment_number)).one()
    gateways.ask(payment, clock.now())


def test_books_that_agree_say_nothing(counter: Counter, trade: Trade) -> None:
    _hear(trade)
    assert _day() == []


def test_what_was_never_told_is_booked(counter: Counter, trade: Trade) -> None:
    assert _day() == [("booked", trade.payment_number)]
    assert counter.state() == "paid"
    assert _day() == []
    _hear(trade)  # the notification comes after all
    with db.read() as session:
        assert ledger.faults(session) == []
        assert session.scalars(select(Refund)).all() == []


def test_a_payment_the_backup_does_not_know_is_begun_again(counter: Counter, trade: Trade) -> None:
    with db.write() as session:
        session.execute(delete(Payment))
    assert _day() == [("booked", trade.payment_number)]
    assert counter.state() == "paid"


def test_money_of_an_order_nobody_knows_is_listed(counter: Counter, trade: Trade) -> None:
    with db.write() as session:
        session.execute(delete(Payment))
        session.execute(update(Trade).values(order_number="D26-0000-0000"))
    assert _day() == [("unknown", trade.payment_number)]


def test_a_refund_the_gateway_paid_in_silence_is_booked(counter: Counter, trade: Trade) -> None:
    _hear(trade)
    with db.write() as session:
        order = session.get_one(Order, counter.order.id)
        [refund] = refunds.ask(session, order, [order.lines[0].id], "", order.buyer_id, clock.now())
        refunds.approve(session, refund.id, order.buyer_id, clock.now())
        [due] = refunds.due(session)
    assert Sandbox().refund(due.payment, due).state == "done"  # its answer is lost
    assert _day() == [("booked", refund.number)]
    with db.read() as session:
        assert session.get_one(Refund, refund.id).state == "done"
    assert _day() == []


def test_another_amount_and_what_the_bank_does_not_know(counter: Counter, trade: Trade) -> None:
    _hear(trade)
    with db.write() as session:
        session.execute(update(Trade).values(amount=4801))
    assert _day() == [("amount", trade.payment_number)]
    with db.write() as session:
        session.execute(delete(Trade))
    assert _day() == [("not_billed", trade.payment_number)]


def test_books_of_our_own_that_disagree(counter: Counter, trade: Trade) -> None:
    _hear(trade)
    with db.write() as session:
        session.execute(update(PaymentEvent).values(money=1))
    assert {kind for kind, _ in _day()} >= {"books"}


def test_money_paid_before_midnight_and_told_after_it(counter: Counter, trade: Trade) -> None:
    with db.write() as session:
        session.execute(update(Trade).values(decided_at=clock.now() - timedelta(days=1)))
    _hear(trade)
    assert _day() == []


def test_a_silent_bank_does_not_stop_the_others(
    counter: Counter, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_session: object, _day: object) -> list[object]:
        raise ConnectionError

    monkeypatch.setattr(books, "bill", broken)
    assert [kind for kind, _ in _day()] == ["no_bill"]


def test_the_command_says_it_and_fails_when_something_is_left(
    app: Flask, counter: Counter, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = import_module("portal.commands.reconcile")
    monkeypatch.setattr(command, "open_app", lambda: app)
    day = clock.today(clock.now()).isoformat()
    first = CliRunner().invoke(command.reconcile, [day])
    assert (first.exit_code, "is booked now" in first.output) == (0, True)
    with db.write() as session:
        session.execute(update(Trade).values(amount=4801))
    again = CliRunner().invoke(command.reconcile, [day])
    assert (again.exit_code, "ours 48.00 bill 48.01" in again.output) == (1, True)
    assert service.providers()
