"""One notification from many sides at once, and money against cancelling: one winner each."""

from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.catalogue.models import TrainingClass
from portal.errors import Conflict
from portal.events import EventRow
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import service
from portal.payments.models import Payment, PaymentEvent, Refund
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
