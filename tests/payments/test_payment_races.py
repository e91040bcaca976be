"""One notification from many sides at once, and money against cancelling: one winner each."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import TrainingClass
from portal.errors import Conflict, PortalError
from portal.events import EventRow
from portal.orders import service as orders
from portal.orders.models import Order, OrderLine
from portal.payments import ledger, service
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.service import hearing, holding, refunds
from portal.study.models import Plan
from tests.orders.shop import NOON, buy, open_shop, register
from tests.orders.threads import THREADS, together
from tests.payments.bank import Paper, paid


def _started() -> tuple[Order, Payment]:
    with db.write() as session:
        order = buy(session, open_shop(session), register(session))
        return order, service.start(session, order, Paper(), NOON)


def _count(model: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def _confirm(payment: Payment, event_id: str, reference: str) -> str:
    with db.write() as session:
        return service.confirm(session, "paper", paid(payment, event_id, reference=reference), NOON)


def _asked() -> tuple[Refund, int]:
    """A refund of the one line of a paid order, and whoever decides."""
    order, payment = _started()
    _confirm(payment, "e", "r")
    with db.write() as session:
        order = session.get_one(Order, order.id)
        [refund] = refunds.ask(session, order, [order.lines[0].id], "", order.buyer_id, NOON)
        return refund, register(session, "管理员").account_id


def _approve(refund: Refund, staff_id: int) -> None:
    with db.write() as session:
        refunds.approve(session, refund.id, staff_id, NOON)


def _ask_again(refund: Refund) -> None:
    with db.write() as session:
        line = session.get_one(OrderLine, refund.line_id)
        refunds.ask(session, line.order, [line.id], "", line.order.buyer_id, NOON)


def _held() -> int:
    """What is set aside of all payments."""
    with db.read() as session:
        return session.scalar(select(func.sum(Payment.returned))) or 0


def test_one_notification_at_once_from_all_sides(app: Flask) -> None:
    _, payment = _started()
    answers = together(app, lambda _: _confirm(payment, "e", "r"))
    assert sorted(map(str, answers)) == ["known"] * (THREADS - 1) + ["paid"]
    assert [_count(model) for model in (Plan, PaymentEvent, EventRow, Refund)] == [1, 1, 1, 0]


def test_every_transaction_but_one_goes_back(app: Flask) -> None:
    _, payment = _started()
    answers = together(app, lambda place: _confirm(payment, f"e{place}", f"r{place}"))
    assert sorted(map(str, answers)) == ["attention"] * (THREADS - 1) + ["paid"]
    assert [_count(model) for model in (Plan, PaymentEvent, Refund)] == [1, THREADS, THREADS - 1]


def test_a_double_click_starts_one_attempt(app: Flask) -> None:
    order, _ = _started()

    def start(_place: int) -> str:
        with db.write() as session:
            return service.start(session, order, Paper(), NOON).number

    assert len(set(together(app, start))) == 1
    assert _count(Payment) == 1


def test_money_or_cancelling_wins_never_both(app: Flask) -> None:
    order, payment = _started()

    def work(place: int) -> object:
        if place % 2:
            return _confirm(payment, "e", "r")
        with db.write() as session:
            return orders.cancel(session, session.get_one(Order, order.id), NOON)

    answers = together(app, work)
    with db.read() as session:
        state = session.scalar(select(Order.state))
        taken = session.scalar(select(TrainingClass.taken))
    if state == "paid":
        assert [answer for answer in answers if isinstance(answer, Conflict)]
        assert (taken, _count(Plan), _count(Refund)) == (1, 1, 0)
    else:
        assert (state, taken, _count(Plan), _count(Refund)) == ("cancelled", 0, 0, 1)


def test_a_refund_is_agreed_to_once(app: Flask) -> None:
    refund, staff_id = _asked()
    answers = together(app, lambda _: _approve(refund, staff_id))
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == THREADS - 1
    assert _held() == refund.amount


def test_a_line_is_asked_back_once(app: Flask) -> None:
    refund, _ = _asked()
    answers = together(app, lambda _: _ask_again(refund))
    assert all(isinstance(answer, PortalError) for answer in answers)
    assert _held() == refund.amount


def test_control_without_reading_what_is_on_record_money_counts_twice(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction told under many event numbers: the record is what makes it one."""
    heard = hearing.heard

    def deaf(*given: object) -> hearing.Heard:
        return replace(heard(*given), told_of_money=False)  # type: ignore[arg-type]

    monkeypatch.setattr(hearing, "heard", deaf)
    _, payment = _started()
    together(app, lambda place: _confirm(payment, f"e{place}", "r"))
    with db.read() as session:
        assert session.get_one(Payment, payment.id).received == THREADS * payment.amount
        assert ledger.faults(session) != []


def test_one_transaction_told_under_many_numbers_is_one(app: Flask) -> None:
    _, payment = _started()
    together(app, lambda place: _confirm(payment, f"e{place}", "r"))
    with db.read() as session:
        assert session.get_one(Payment, payment.id).received == payment.amount
        assert ledger.faults(session) == []


def test_control_without_the_condition_the_database_itself_keeps_refunds_below_what_arrived(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(session: Session, payment_id: int, amount: int) -> None:
        session.execute(update(Payment).where(Payment.id == payment_id).values(returned=Payment.returned + amount))

    _, payment = _started()
    _confirm(payment, "e", "r")
    monkeypatch.setattr(holding, "hold", hold)

    def give(_place: int) -> None:
        with db.write() as session:
            holding.set_aside(session, session.get_one(Payment, payment.id), payment.amount, "staff", NOON)

    answers = together(app, give)
    assert [answer for answer in answers if answer is not None and not isinstance(answer, IntegrityError)] == []
    assert _held() == payment.amount
