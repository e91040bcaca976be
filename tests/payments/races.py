"""What the races over payments and refunds begin with, do, and count."""

from sqlalchemy import func, select

from portal import db
from portal.jobs import Job
from portal.orders.models import Order, OrderLine
from portal.payments import ledger, service
from portal.payments.models import Payment, Refund
from portal.payments.service import refunds
from tests.orders.shop import NOON, buy, open_shop, register
from tests.payments.bank import Paper, paid


def started(people: int = 1) -> tuple[Order, Payment]:
    with db.write() as session:
        order = buy(session, open_shop(session), *[register(session) for _ in range(people)])
        return order, service.start(session, order, Paper(), NOON)


def count(model: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def confirm(payment: Payment, event_id: str, reference: str) -> str:
    with db.write() as session:
        return service.confirm(session, "paper", paid(payment, event_id, reference=reference), NOON)


def asked(people: int = 1) -> tuple[Refund, int]:
    """A refund of the first line of a paid order, and whoever decides."""
    order, payment = started(people)
    confirm(payment, "e", "r")
    with db.write() as session:
        order = session.get_one(Order, order.id)
        [refund] = refunds.ask(session, order, [order.lines[0].id], "", order.buyer_id, NOON)
        return refund, register(session, "管理员").account_id


def approve(refund: Refund, staff_id: int) -> None:
    with db.write() as session:
        refunds.approve(session, refund.id, staff_id, NOON)


def refuse(refund: Refund, staff_id: int) -> None:
    with db.write() as session:
        refunds.refuse(session, refund.id, staff_id, "说明", NOON)


def faults() -> list[str]:
    with db.read() as session:
        return ledger.faults(session)


def ask_again(refund: Refund) -> None:
    with db.write() as session:
        line = session.get_one(OrderLine, refund.line_id)
        refunds.ask(session, line.order, [line.id], "", line.order.buyer_id, NOON)


def held() -> int:
    """What is set aside of all payments."""
    with db.read() as session:
        return session.scalar(select(func.sum(Payment.returned))) or 0


def sendings() -> int:
    """How often the money of refunds was asked to be sent."""
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Job).where(Job.key == refunds.SEND)) or 0
