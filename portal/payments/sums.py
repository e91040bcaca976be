"""All the money of a buyer: what arrived, what of it pays for something, what went or goes back. Read-only."""

from collections import defaultdict
from dataclasses import astuple, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.orders.models import Order
from portal.payments import invoice_states, refund_states
from portal.payments.models import InvoiceRequest, Payment, Refund


@dataclass(frozen=True)
class Sums:
    """Fen. Every fen of `received` is in exactly one of the others; `credit` pays nothing and is not on its way yet."""

    received: int = 0
    pays: int = 0
    back: int = 0
    on_its_way: int = 0
    credit: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def of_buyer(session: Session, buyer_id: int) -> dict[int, Sums]:
    """The sums of each order money ever came for, in one statement."""
    gone = (
        select(Refund.payment_id, func.sum(Refund.amount).label("amount"))
        .where(Refund.state == refund_states.DONE)
        .group_by(Refund.payment_id)
        .subquery()
    )
    query = (
        select(Payment, func.coalesce(gone.c.amount, 0))
        .join(Order, Order.id == Payment.order_id)
        .outerjoin(gone, gone.c.payment_id == Payment.id)
        .where(Order.buyer_id == buyer_id, Payment.received > 0)
    )
    found: dict[int, Sums] = defaultdict(Sums)
    for payment, back in session.execute(query):
        found[payment.order_id] += _of_payment(payment, back)
    return dict(found)


def invoices(session: Session, buyer_id: int) -> dict[int, str]:
    """The state of the newest invoice of each order one was asked for."""
    query = (
        select(InvoiceRequest.order_id, InvoiceRequest.state)
        .join(Order, Order.id == InvoiceRequest.order_id)
        .where(Order.buyer_id == buyer_id, InvoiceRequest.state != invoice_states.WITHDRAWN)
        .order_by(InvoiceRequest.id)
    )
    return {row.order_id: row.state for row in session.execute(query)}


def _of_payment(payment: Payment, back: int) -> Sums:
    left = payment.received - payment.returned
    pays = min(left, payment.amount) if payment.confirmed_at else 0
    return Sums(payment.received, pays, back, payment.returned - back, left - pays)
