"""Starting and confirming payments. The only writer of this room; what a notice comes to is decided in judgement.py.

No provider is called here: notices were read, and gateways asked, before the transaction began.
"""

import hashlib
from dataclasses import asdict
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.errors import Conflict, NotFound
from portal.messages import service as messages
from portal.orders import numbers
from portal.orders import service as orders
from portal.orders.models import Order
from portal.orders.states import PLACED
from portal.payments import states
from portal.payments.judgement import Known, Verdict, judge
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.provider import Notice, PaymentProvider
from portal.plugins import current_plugins


def providers() -> list[PaymentProvider]:
    """The ways to pay here, sorted by (weight, key)."""
    return [declared() for declared in current_plugins().declared("payment_providers")]


def provider(key: str) -> PaymentProvider:
    """One way to pay. :raises NotFound: it is not installed, or off."""
    found = next((one for one in providers() if one.key == key), None)
    if found is None:
        raise NotFound(_l("There is no such way to pay."))
    return found


def start(session: Session, order: Order, provider: PaymentProvider, now: datetime) -> Payment:
    """The attempt to pay an order through a provider. One that is still open is gone on with, so that a double
    click cannot be paid twice: a gateway takes money only once for one of our numbers.

    :raises Conflict: the order is not waiting for payment, or its time is over.
    """
    order = session.get_one(Order, order.id)
    if order.state != PLACED or order.expires_at <= now:
        raise Conflict(_l("This order is no longer waiting for payment."))
    open_one: Payment | None = session.scalar(
        select(Payment).where(
            Payment.order_id == order.id, Payment.provider == provider.key, Payment.state == states.STARTED
        )
    )
    if open_one is not None:
        return open_one
    payment = Payment(
        number=_free_number(session, now),
        order_id=order.id,
        provider=provider.key,
        amount=order.total,
        state=states.STARTED,
        started_at=now,
    )
    session.add(payment)
    session.flush()
    return payment


def confirm(session: Session, provider_key: str, notice: Notice, now: datetime) -> str:
    """Books what a gateway said, once. Acknowledge to the gateway only after this was committed.

    :returns: "paid" (this notice paid the order), "failed", "closed", "known" (nothing new), or "attention":
        the money is on record, the order is not paid by it, and a person must look.
    """
    told = _told(session, provider_key, notice.event_id)
    if told is not None and _says_the_same(told, notice):
        return states.KNOWN
    event_id = notice.event_id if told is None else _other_event_id(notice)
    if told is not None and _told(session, provider_key, event_id) is not None:
        return states.ATTENTION
    payment = session.scalar(
        select(Payment).where(Payment.number == notice.payment_number, Payment.provider == provider_key)
    )
    verdict = _verdict(session, payment, notice, reused=told is not None)
    if payment is not None:
        _book(session, payment, notice, verdict, now)
    session.add(
        PaymentEvent(
            provider=provider_key,
            event_id=event_id,
            payment_id=payment.id if payment else None,
            kind=notice.kind,
            amount=notice.amount,
            payload=asdict(notice),
            outcome=verdict.outcome,
            received_at=now,
        )
    )
    return verdict.outcome


def latest(session: Session, order: Order) -> Payment | None:
    """The attempt that counts for an order's page: the one that paid it, else the newest."""
    query = select(Payment).where(Payment.order_id == order.id)
    found: Payment | None = session.scalar(
        query.order_by((Payment.state == states.PAID).desc(), Payment.id.desc()).limit(1)
    )
    return found


def waiting(session: Session, *, order_id: int | None = None, until: datetime | None = None) -> list[Payment]:
    """Payments of which nobody has told the end: of one order, or all begun until some moment."""
    query = select(Payment).where(Payment.state == states.STARTED).order_by(Payment.id)
    if order_id is not None:
        query = query.where(Payment.order_id == order_id)
    if until is not None:
        query = query.where(Payment.started_at <= until)
    return list(session.scalars(query))


def give_up(session: Session, before: datetime) -> int:
    """Closes attempts begun before that moment which never came to an end. Money that comes later is still booked."""
    old = session.scalars(select(Payment.id).where(Payment.state == states.STARTED, Payment.started_at < before))
    return sum(states.move(session, payment_id, states.CLOSED) for payment_id in old.all())


def _free_number(session: Session, now: datetime) -> str:
    while True:
        number = numbers.draw(numbers.PAYMENT, now)
        if session.scalar(select(Payment.id).where(Payment.number == number)) is None:
            return number


def _told(session: Session, provider_key: str, event_id: str) -> PaymentEvent | None:
    query = select(PaymentEvent).where(PaymentEvent.provider == provider_key, PaymentEvent.event_id == event_id)
    found: PaymentEvent | None = session.scalar(query)
    return found


def _says_the_same(told: PaymentEvent, notice: Notice) -> bool:
    """An event number alone proves nothing: gateways have used one for two orders."""
    return (told.payload["payment_number"], told.amount, told.kind) == (
        notice.payment_number,
        notice.amount,
        notice.kind,
    )


def _other_event_id(notice: Notice) -> str:
    """Another name for a second, different notice of one event number, so that it too is on record once."""
    said = f"{notice.payment_number} {notice.amount} {notice.kind}".encode()
    return f"{notice.event_id[:60]}!{hashlib.sha256(said).hexdigest()[:16]}"


def _verdict(session: Session, payment: Payment | None, notice: Notice, reused: bool) -> Verdict:
    if payment is None:
        return Verdict(states.ATTENTION, states.UNKNOWN)
    if reused:
        return Verdict(states.ATTENTION, states.REUSED)
    elsewhere = select(Payment.id).where(
        Payment.provider == payment.provider, Payment.reference == notice.reference, Payment.id != payment.id
    )
    used = bool(notice.reference) and session.scalar(elsewhere) is not None
    return judge(Known(payment.state, payment.amount, payment.reference, payment.order.state, used), notice)


def _is_new_money(session: Session, payment: Payment, notice: Notice) -> bool:
    """Whether no earlier notice told of this transaction of the gateway."""
    told = session.scalars(
        select(PaymentEvent).where(PaymentEvent.payment_id == payment.id, PaymentEvent.kind == states.PAID)
    )
    return all(event.payload["reference"] != notice.reference for event in told)


def _book(session: Session, payment: Payment, notice: Notice, verdict: Verdict, now: datetime) -> None:
    if verdict.outcome == states.PAID:
        states.move(session, payment.id, states.PAID, reference=notice.reference, confirmed_at=now)
        orders.mark_paid(session, payment.order_id, now)
    elif verdict.outcome in (states.FAILED, states.CLOSED):
        states.move(session, payment.id, verdict.outcome)
    elif verdict.outcome == states.ATTENTION:
        _set_aside(session, payment, notice, verdict.reason, now)


def _set_aside(session: Session, payment: Payment, notice: Notice, reason: str, now: datetime) -> None:
    """Money that pays nothing: marked for a person; where it can only go back, the refund is proposed, once."""
    payment.note = reason
    states.move(session, payment.id, states.ATTENTION, reference=notice.reference)
    audit.record(session, None, "payment.attention", payment, after={"reason": reason})
    order = payment.order
    messages.post(session, order.buyer_id, "payment_attention", f"/orders/{order.number}", number=order.number)
    if reason in (states.ORDER_CLOSED, states.PAID_TWICE) and _is_new_money(session, payment, notice):
        session.add(Refund(payment_id=payment.id, amount=notice.amount, reason=reason, created_at=now))
