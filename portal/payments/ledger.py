"""Every fen of an order on one page, and whether all books agree with each other. Read-only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.catalogue.models import TrainingClass
from portal.orders import states as order_states
from portal.orders.models import Order, OrderLine
from portal.payments import refund_states, states
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.study.models import Plan

HELD = (refund_states.PROPOSED, refund_states.APPROVED, refund_states.DONE, refund_states.FAILED)


@dataclass(frozen=True)
class Entry:
    """Money that came (amount above nought) or went back, in fen. `state` is that of the payment or refund."""

    at: datetime
    kind: str  # received | refund
    amount: int
    number: str
    reference: str
    state: str
    provider: str
    refund: Refund | None = None


def entries(session: Session, order_id: int) -> list[Entry]:
    """All money of an order, in the order it moved; refunds that were refused or withdrawn come along."""
    came = session.execute(
        select(PaymentEvent, Payment)
        .join(Payment, Payment.id == PaymentEvent.payment_id)
        .where(Payment.order_id == order_id, PaymentEvent.money > 0)
    )
    went = session.execute(
        select(Refund, Payment).join(Payment, Payment.id == Refund.payment_id).where(Payment.order_id == order_id)
    )
    found = [
        Entry(
            event.received_at, "received", event.money, payment.number, event.reference, payment.state, payment.provider
        )
        for event, payment in came
    ]
    found += [
        Entry(
            refund.settled_at or refund.decided_at or refund.created_at,
            "refund",
            -refund.amount,
            refund.number,
            refund.reference or "",
            refund.state,
            payment.provider,
            refund,
        )
        for refund, payment in went
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.number))


def faults(session: Session) -> list[str]:
    """What does not add up, a line each; empty when every book agrees. For `portal reconcile` and for tests."""
    return [fault for check in (_arrivals, _returns, _orders, _plans, _seats) for fault in check(session)]


def _arrivals(session: Session) -> Iterator[str]:
    """A payment has received the money its notices brought, and no transaction brought money twice."""
    money = func.coalesce(func.sum(PaymentEvent.money), 0)
    rows = session.execute(
        select(Payment.number, Payment.received, money)
        .outerjoin(PaymentEvent, PaymentEvent.payment_id == Payment.id)
        .group_by(Payment.id, Payment.number, Payment.received)
        .having(money != Payment.received)
    )
    yield from (f"payment {number}: received {received}, notices brought {sum_}" for number, received, sum_ in rows)
    twice = session.execute(
        select(PaymentEvent.provider, PaymentEvent.reference)
        .where(PaymentEvent.money > 0, PaymentEvent.reference != "")
        .group_by(PaymentEvent.provider, PaymentEvent.reference)
        .having(func.count() > 1)
    )
    yield from (f"transaction {reference} of {provider} brought money twice" for provider, reference in twice)


def _returns(session: Session) -> Iterator[str]:
    """What is set aside is what live refunds promise, never more than arrived."""
    live = func.coalesce(func.sum(Refund.amount), 0)
    rows = session.execute(
        select(Payment.number, Payment.received, Payment.returned, live)
        .outerjoin(Refund, and_(Refund.payment_id == Payment.id, Refund.state.in_(HELD)))
        .group_by(Payment.id, Payment.number, Payment.received, Payment.returned)
    )
    for number, received, returned, promised in rows:
        if returned != promised or returned > received:
            yield f"payment {number}: {promised} promised, {returned} set aside, {received} received"


def _orders(session: Session) -> Iterator[str]:
    """A paid order that cost something has exactly one payment of its total; others have none."""
    confirmed = and_(Payment.order_id == Order.id, Payment.confirmed_at.is_not(None))
    rows = session.execute(
        select(Order.number, Order.state, Order.total, func.count(Payment.id), func.sum(Payment.amount))
        .outerjoin(Payment, confirmed)
        .group_by(Order.id, Order.number, Order.state, Order.total)
    )
    for number, state, total, count, paid in rows:
        expected = int(state in (order_states.PAID, order_states.REFUNDED) and total > 0)
        if count != expected or (count and paid != total):
            yield f"order {number}: {state}, {total} fen, paid by {count} payments of {paid or 0}"
    short = session.scalars(
        select(Payment.number).where(
            Payment.state == states.PAID, Payment.received < Payment.amount, Payment.confirmed_at.is_not(None)
        )
    )
    yield from (f"payment {number} is paid without its money" for number in short)


def _plans(session: Session) -> Iterator[str]:
    """A line has a live plan while it is paid and not taken back, and only then."""
    plans = func.count(Plan.id)
    live = and_(Plan.line_id == OrderLine.id, Plan.state != "revoked")
    rows = session.execute(
        select(Order.number, Order.state, OrderLine.id, OrderLine.refunded_at, plans)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(Plan, live)
        .group_by(Order.number, Order.state, OrderLine.id, OrderLine.refunded_at)
    )
    for number, state, line_id, refunded_at, count in rows:
        if count != int(state == order_states.PAID and refunded_at is None):
            yield f"order {number}, line {line_id}: {state}, {count} live plans"


def _seats(session: Session) -> Iterator[str]:
    """Seats taken are the lines that hold one, and no more than there are."""
    holds = func.count(OrderLine.id).filter(
        Order.state.in_((order_states.PLACED, order_states.PAID)), OrderLine.refunded_at.is_(None)
    )
    rows = session.execute(
        select(TrainingClass.id, TrainingClass.taken, TrainingClass.seats, holds)
        .outerjoin(OrderLine, OrderLine.class_id == TrainingClass.id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .group_by(TrainingClass.id, TrainingClass.taken, TrainingClass.seats)
    )
    for class_id, taken, seats, held in rows:
        if taken != held or (seats is not None and taken > seats):
            yield f"class {class_id}: {taken} of {seats} seats taken, {held} lines hold one"
