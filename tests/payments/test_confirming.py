"""Confirming payments: an order is paid once, by the right amount, and no money is lost."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.errors import Conflict
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import service
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.provider import Notice
from portal.study.models import Plan
from tests.orders.shop import HOURS, NOON, buy, open_shop, register
from tests.payments.bank import Paper, paid

PAPER = Paper()
SOON = NOON + timedelta(minutes=5)


@pytest.fixture
def order(app: Flask) -> Order:
    with db.write() as session:
        return buy(session, open_shop(session), register(session))


def _start(order: Order) -> Payment:
    with db.write() as session:
        return service.start(session, order, PAPER, NOON)


def _confirm(notice: Notice, provider: str = "paper") -> str:
    with db.write() as session:
        return service.confirm(session, provider, notice, SOON)


def _fail(payment: Payment) -> Payment:
    assert _confirm(Notice("f", payment.number, "failed", payment.amount, "")) == "failed"
    return payment


def _state(order: Order) -> tuple[str, int]:
    """The order's state and how many plans it opened."""
    with db.read() as session:
        plans = session.scalar(select(func.count()).select_from(Plan)) or 0
        return session.get_one(Order, order.id).state, plans


def _payment(payment: Payment) -> tuple[str, str, str | None]:
    with db.read() as session:
        row = session.get_one(Payment, payment.id)
        return row.state, row.note, row.reference


def _refunds() -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(Refund.amount)))


def _outcomes() -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(PaymentEvent.outcome).order_by(PaymentEvent.id)))


def test_the_right_amount_pays(order: Order) -> None:
    payment = _start(order)
    assert _confirm(paid(payment)) == "paid"
    assert _payment(payment) == ("paid", "", "r1")
    assert _state(order) == ("paid", 1)


def test_a_replay_is_known_and_changes_nothing(order: Order) -> None:
    payment = _start(order)
    assert [_confirm(paid(payment)) for _ in range(5)] == ["paid", "known", "known", "known", "known"]
    assert _confirm(paid(payment, "another event, same transaction")) == "known"
    assert _state(order) == ("paid", 1)
    assert _outcomes() == ["paid", "known"]


@pytest.mark.parametrize("amount", [0, -1, -4800, 4799, 4801, 48])
def test_another_amount_never_pays(order: Order, amount: int) -> None:
    payment = _start(order)
    assert _confirm(paid(payment, amount=amount)) == "attention"
    assert _payment(payment) == ("attention", "wrong_amount", "r1")
    assert _state(order) == ("placed", 0)
    assert _refunds() == []


def test_one_event_number_for_two_orders_is_no_success(app: Flask, order: Order) -> None:
    with db.write() as session:
        other = buy(session, open_shop(session), register(session))
    first, second = _start(order), _start(other)
    assert _confirm(paid(first)) == "paid"
    assert [_confirm(paid(second)) for _ in range(2)] == ["attention", "attention"]
    assert _payment(second) == ("attention", "reused", "r1")
    assert _state(other) == ("placed", 1)
    assert _outcomes() == ["paid", "attention"]


def test_one_event_number_with_another_amount_is_on_record(order: Order) -> None:
    payment = _start(order)
    _confirm(paid(payment))
    assert _confirm(paid(payment, amount=1)) == "attention"
    assert _payment(payment) == ("paid", "reused", "r1")
    assert _outcomes() == ["paid", "attention"]


def test_one_transaction_for_two_orders_is_no_success(app: Flask, order: Order) -> None:
    with db.write() as session:
        other = buy(session, open_shop(session), register(session))
    first, second = _start(order), _start(other)
    assert _confirm(paid(first, "e1")) == "paid"
    assert _confirm(paid(second, "e2")) == "attention"
    assert _state(other) == ("placed", 1)


@pytest.mark.parametrize("ending", ["cancelled", "expired"])
def test_money_after_the_end_is_booked_and_goes_back(order: Order, ending: str) -> None:
    payment = _start(order)
    with db.write() as session:
        if ending == "cancelled":
            orders.cancel(session, session.get_one(Order, order.id), NOON)
        else:
            orders.expire_due(session, NOON + timedelta(hours=HOURS))
    assert _confirm(paid(payment)) == "attention"
    assert _confirm(paid(payment, "told again in other words")) == "attention"
    assert _payment(payment) == ("attention", "order_closed", "r1")
    assert _state(order) == (ending, 0)
    assert _refunds() == [4800]


def test_two_payments_for_one_order(order: Order) -> None:
    first = _fail(_start(order))
    second = _start(order)
    assert _confirm(paid(second, "e2", reference="r2")) == "paid"
    assert _confirm(paid(first, "e1", reference="r1")) == "attention"
    assert _payment(first) == ("attention", "paid_twice", "r1")
    assert _state(order) == ("paid", 1)
    assert _refunds() == [4800]


def test_one_payment_paid_twice_at_the_gateway(order: Order) -> None:
    payment = _start(order)
    _confirm(paid(payment))
    assert _confirm(paid(payment, "e2", reference="r2")) == "attention"
    assert _payment(payment) == ("paid", "paid_twice", "r1")
    assert _refunds() == [4800]


def test_an_unknown_payment_is_kept_for_a_person(order: Order) -> None:
    assert _confirm(Notice("e1", "P26-0000-0000", "paid", 1, "r")) == "attention"
    assert _confirm(paid(_start(order), "e2"), provider="somebody-else") == "attention"
    assert _outcomes() == ["attention", "attention"]
    assert _state(order) == ("placed", 0)


def test_a_double_click_goes_on_with_the_same_attempt(order: Order) -> None:
    assert _start(order).number == _start(order).number
    assert _start(order).amount == order.total


def test_a_failed_attempt_is_followed_by_a_new_one(order: Order) -> None:
    first = _fail(_start(order))
    assert _payment(first) == ("failed", "", None)
    assert _start(order).number != first.number


def test_a_failed_attempt_may_still_be_paid(order: Order) -> None:
    assert _confirm(paid(_fail(_start(order)))) == "paid"
    assert _state(order) == ("paid", 1)


def test_what_is_paid_or_over_is_not_started(order: Order) -> None:
    with pytest.raises(Conflict), db.write() as session:
        service.start(session, order, PAPER, order.expires_at)
    _confirm(paid(_start(order)))
    with pytest.raises(Conflict):
        _start(order)


def test_a_failure_while_booking_books_nothing(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = _start(order)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("portal.study.service.open_plans", broken)
    with pytest.raises(ZeroDivisionError):
        _confirm(paid(payment))
    assert _payment(payment) == ("started", "", None)
    assert _outcomes() == []
    monkeypatch.undo()
    assert _confirm(paid(payment)) == "paid"


def test_the_attempt_that_counts(order: Order) -> None:
    first = _fail(_start(order))
    second = _start(order)
    with db.read() as session:
        assert getattr(service.latest(session, order), "id", None) == second.id
    _confirm(paid(first))
    with db.read() as session:
        assert getattr(service.latest(session, order), "id", None) == first.id


def test_attempts_nobody_ends_are_given_up(order: Order) -> None:
    payment = _start(order)
    with db.write() as session:
        assert service.give_up(session, order.expires_at) == 0  # its order is still kept for it
        assert service.give_up(session, order.expires_at + timedelta(seconds=1)) == 1
    assert _payment(payment)[0] == "closed"
    assert _confirm(paid(payment)) == "paid"
