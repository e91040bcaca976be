"""Setting money of a payment aside to go back: for a line, or because it pays nothing."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal import db
from portal.audit import service as audit
from portal.errors import Conflict
from portal.orders import numbers
from portal.orders import states as order_states
from portal.orders.models import Order, OrderLine
from portal.payments import refund_states, states
from portal.payments.models import Payment, PaymentEvent, Refund


def set_aside(
    session: Session,
    payment: Payment,
    amount: int,
    reason: str,
    now: datetime,
    line: OrderLine | None = None,
    *,
    transaction: str | None = None,
    words: str = "",
    by: int | None = None,
) -> Refund:
    """Proposes that so much of a payment goes back. :raises Conflict: more would go back than arrived."""
    hold(session, payment.id, amount)
    values = {
        "payment_id": payment.id,
        "line_id": line.id if line else None,
        "transaction": payment.reference or "" if transaction is None else transaction,
        "amount": amount,
        "state": refund_states.PROPOSED,
        "division_code": payment.division_code,
        "reason": reason,
        "words": words.strip()[:300],
        "asked_by": by,
        "created_at": now,
    }
    refund = numbers.insert(session, Refund, numbers.REFUND, values, now)
    audit.record(session, by, "refund.proposed", refund, after={"amount": amount}, reason=reason)
    return refund


def propose_strays(session: Session, order_id: int, now: datetime) -> list[Refund]:
    """Proposes to send back every transaction that pays nothing and never will. May be repeated: each once.

    While an order waits for payment nothing is proposed, for the rest of its money may still come.
    """
    order = session.get_one(Order, order_id)
    if order.state == order_states.PLACED:
        return []
    paid = order.state in (order_states.PAID, order_states.REFUNDED)
    reason = states.PAID_TWICE if paid else states.ORDER_CLOSED
    return [stray_aside(session, event, reason, now) for event in strays(session, order_id)]


def stray_aside(session: Session, event: PaymentEvent, reason: str, now: datetime) -> Refund:
    """Proposes that one transaction goes back whole."""
    payment = session.get_one(Payment, event.payment_id)
    return set_aside(session, payment, event.money, reason, now, transaction=event.reference)


def strays(session: Session, order_id: int) -> list[PaymentEvent]:
    """Arrivals of money that pay nothing and that nobody has proposed to send back."""
    proposed = select(Refund.id).where(
        Refund.payment_id == PaymentEvent.payment_id,
        Refund.transaction == PaymentEvent.reference,
        Refund.line_id.is_(None),
    )
    pays_nothing = or_(Payment.confirmed_at.is_(None), PaymentEvent.reference.is_distinct_from(Payment.reference))
    query = (
        select(PaymentEvent)
        .join(Payment, Payment.id == PaymentEvent.payment_id)
        .where(Payment.order_id == order_id, PaymentEvent.money > 0, pays_nothing, ~proposed.exists())
        .order_by(PaymentEvent.id)
    )
    session.flush()
    return list(session.scalars(query))


def hold(session: Session, payment_id: int, amount: int) -> None:
    """Sets money of a payment aside; the condition keeps all refunds together below what arrived."""
    enough = update(Payment).where(Payment.id == payment_id, Payment.returned + amount <= Payment.received)
    held = db.changed(session, enough.values(returned=Payment.returned + amount))
    session.get(Payment, payment_id, populate_existing=True)
    if not held:
        raise Conflict(_l("More would go back than was paid."))


def let_go(session: Session, payment_id: int, amount: int) -> None:
    """Money that was set aside stays after all."""
    hold(session, payment_id, -amount)
