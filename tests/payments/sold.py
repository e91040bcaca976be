"""An order of two people that was paid, and what happens to it afterwards."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.catalogue.models import TrainingClass
from portal.orders.models import Order
from portal.payments import ledger, service
from portal.payments.models import Payment, Refund
from portal.payments.provider import RefundAnswer
from portal.payments.service import refunds
from portal.study.models import Plan
from tests.orders.shop import NOON, buy, open_shop, register
from tests.payments.bank import Paper, paid


@dataclass
class Sold:
    """An order of two people that was paid at NOON, and a member of the office."""

    order_id: int
    buyer_id: int
    lines: list[int]
    payment_id: int
    staff_id: int


@pytest.fixture
def sold(app: Flask) -> Sold:
    with db.write() as session:
        shop = open_shop(session)
        order = buy(session, shop, register(session), register(session, "李文博"))
        payment = service.start(session, order, Paper(), NOON)
        assert service.confirm(session, "paper", paid(payment), NOON) == "paid"
        staff = register(session, "管理员")
        return Sold(order.id, order.buyer_id, [line.id for line in order.lines], payment.id, staff.account_id)


def ask(sold: Sold, *places: int, now: datetime = NOON) -> list[Refund]:
    """The buyer asks for lines by their place in the order."""
    with db.write() as session:
        order = session.get_one(Order, sold.order_id)
        return refunds.ask(session, order, [sold.lines[place] for place in places], "调岗", sold.buyer_id, now)


def approve(sold: Sold, refund: Refund, now: datetime = NOON, **how: object) -> None:
    """The office approves."""
    with db.write() as session:
        refunds.approve(session, refund.id, sold.staff_id, now, **how)  # type: ignore[arg-type]


def done(refund: Refund, state: str = "done") -> bool:
    """The provider says what came of it."""
    with db.write() as session:
        return refunds.book(session, refund.id, RefundAnswer(state, "SR1", "no such account"), NOON)


def look(sold: Sold) -> tuple[str, str, int, int, int]:
    """Order, payment, what is set aside, live plans, seats taken; and all books agree."""
    with db.read() as session:
        assert ledger.faults(session) == []
        payment = session.get_one(Payment, sold.payment_id)
        plans = session.scalar(select(func.count(Plan.id)).where(Plan.state != "revoked"))
        taken = session.scalar(select(TrainingClass.taken))
        return session.get_one(Order, sold.order_id).state, payment.state, payment.returned, plans or 0, taken or 0


def state(refund: Refund) -> str:
    """The state of a refund."""
    with db.read() as session:
        return session.get_one(Refund, refund.id).state
