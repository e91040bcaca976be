"""Payments, refunds and requests for invoices lie where their order lies, and go along when it moves."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.divisions import following
from portal.orders.models import Order
from portal.payments.models import InvoiceRequest, Payment, Refund


@following.follows("orders")
def follow(session: Session, order_ids: Sequence[int]) -> None:
    """Orders moved to another division: so does what hangs on them."""
    for order_id in order_ids:
        lies = {"division_code": session.scalar(select(Order.division_code).where(Order.id == order_id))}
        payments = select(Payment.id).where(Payment.order_id == order_id)
        session.execute(update(Refund).where(Refund.payment_id.in_(payments)).values(lies))
        session.execute(update(Payment).where(Payment.order_id == order_id).values(lies))
        session.execute(update(InvoiceRequest).where(InvoiceRequest.order_id == order_id).values(lies))
