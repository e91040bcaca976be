"""Starting and confirming payments; what a notice comes to is decided in judgement.py.

No provider is called here: notices were read, and gateways asked, before the transaction began.
"""

import hashlib
from dataclasses import asdict
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

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
from portal.payments.provider import Notice, PaymentProvider, RefundAnswer
from portal.payments.service import holding, refunds
from portal.plugins import current_plugins


def providers() -> list[PaymentProvider]:
    """The ways to pay that are offered here, sorted by (weight, key)."""
    return [one for one in _installed() if one.ready()]


def provider(key: str) -> PaymentProvider:
    """One way to pay. :raises NotFound: it is not installed, or off."""
    found = next((one for one in _installed() if one.key == key), None)
    if found is None:
        raise NotFound(_l("There is no such way to pay."))
    return found


def _installed() -> list[PaymentProvider]:
    return [declared() for declared in current_plugins().declared("payment_providers")]


def start(session: Session, order: Order, provider: PaymentProvider, now: datetime) -> Payment:
    """The attempt to pay an order through a provider. One that is still open is gone on with, so that a double
    click cannot be paid twice: a gateway takes money only once for one of our numbers.

    :raises Conflict: the order is not waiting for payment, its time is over, or money for it has to be looked into.
    """
    order = session.get_one(Order, order.id)
    if order.state != PLACED or order.expires_at <= now:
        raise Conflict(_l("This order is no longer waiting for payment."))
    with_order = select(Payment).options(joinedload(Payment.order))
    attempts = session.scalars(with_order.where(Payment.order_id == order.id)).all()
    if any(attempt.state == states.ATTENTION for attempt in attempts):
        raise Conflict(_l("A payment for this order is being looked into. Please do not pay again."))
    for attempt in attempts:
        if attempt.state == states.STARTED and attempt.provider == provider.key:
            return attempt
    if patience := provider.patience():
        orders.keep_until(session, order.id, now + patience)
    payment = Payment(
        number=_free_number(session, now),
        order=order,
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
        the money is on record, the order is not paid by it, and a person must look. Of refunds: "refunded" or
        "refund_failed".
    """
    told = _told(session, provider_key, notice.event_id)
    if told is not None and _says_the_same(told, notice):
        return states.KNOWN
    event_id = notice.event_id if told is None else _other_event_id(notice)
    if told is not None and _told(session, provider_key, event_id) is not None:
        return states.ATTENTION
    if notice.kind in (states.REFUNDED, states.REFUND_FAILED):
        payment, outcome, money = *_refund_told(session, provider_key, notice, now), 0
    else:
        payment, outcome, money = _payment_told(session, provider_key, notice, told is not None, now)
    session.add(
        PaymentEvent(
            provider=provider_key,
            event_id=event_id,
            payment_id=payment.id if payment else None,
            kind=notice.kind,
            amount=notice.amount,
            money=money,
            reference=notice.reference,
            payload=asdict(notice),
            outcome=outcome,
            received_at=now,
        )
    )
    if money and payment is not None:
        holding.propose_strays(session, payment.order_id, now)
    return outcome


def latest(session: Session, order: Order) -> Payment | None:
    """The attempt that counts for an order's page: the one that paid it, else the newest."""
    query = select(Payment).where(Payment.order_id == order.id)
    found: Payment | None = session.scalar(query.order_by(Payment.confirmed_at.is_(None), Payment.id.desc()).limit(1))
    return found


def waiting(session: Session, *, order_id: int | None = None, until: datetime | None = None) -> list[Payment]:
    """Payments of which nobody has told the end: of one order, or all begun until some moment."""
    query = select(Payment).options(joinedload(Payment.order)).where(Payment.state == states.STARTED)
    query = query.order_by(Payment.id)
    if order_id is not None:
        query = query.where(Payment.order_id == order_id)
    if until is not None:
        query = query.where(Payment.started_at <= until)
    return list(session.scalars(query))


def give_up(session: Session, before: datetime) -> int:
    """Closes attempts begun before that moment which never came to an end; not while their order is kept for them.

    Money that comes later is still booked.
    """
    old = session.scalars(
        select(Payment.id)
        .join(Order)
        .where(Payment.state == states.STARTED, Payment.started_at < before)
        .where(or_(Order.state != PLACED, Order.expires_at < before))
    )
    return sum(states.move(session, payment_id, states.CLOSED) for payment_id in old.all())


def begin_again(session: Session, order: Order, provider_key: str, number: str, now: datetime) -> Payment:
    """A payment the gateway's bill knows and a restored backup does not, under its old number."""
    payment = Payment(
        number=number, order=order, provider=provider_key, amount=order.total, state=states.STARTED, started_at=now
    )
    session.add(payment)
    audit.record(session, None, "payment.begun_again", payment)
    return payment


def attention(session: Session) -> list[Payment]:
    """Payments a person has to look at, oldest first."""
    return list(session.scalars(select(Payment).where(Payment.note != "").order_by(Payment.id)))


def dismiss(session: Session, payment_id: int, actor_id: int, reason: str, now: datetime) -> None:
    """A person has looked at a payment and nothing is left to do: its money pays an order or is on its way back.

    :raises Conflict: money of it still pays nothing and nobody has sent it back.
    """
    payment = session.get_one(Payment, payment_id)
    applied = payment.amount if payment.confirmed_at else 0
    if payment.received - payment.returned > applied:
        raise Conflict(_l("Money of this payment pays nothing yet. Give it back first."))
    before = payment.note
    payment.note = ""
    session.flush()
    if payment.state == states.ATTENTION:
        states.move(session, payment.id, states.CLOSED)
    audit.record(session, actor_id, "payment.looked_at", payment, before={"reason": before}, reason=reason)


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


def _by_number(session: Session, provider_key: str, number: str) -> Payment | None:
    query = select(Payment).where(Payment.number == number, Payment.provider == provider_key)
    found: Payment | None = session.scalar(query)
    return found


def _payment_told(
    session: Session, provider_key: str, notice: Notice, reused: bool, now: datetime
) -> tuple[Payment | None, str, int]:
    """Books a notice about a payment: the payment, the outcome, and the fen that are new with it."""
    payment = _by_number(session, provider_key, notice.payment_number)
    if payment is None:
        return None, states.ATTENTION, 0
    verdict = _verdict(session, payment, notice, reused)
    money = notice.amount if not reused and _is_new_money(session, provider_key, payment, notice) else 0
    if money:
        session.execute(
            update(Payment)
            .where(Payment.id == payment.id)
            .values(received=Payment.received + money)
            .execution_options(synchronize_session=False)
        )
        session.refresh(payment, ["received"])
    _book(session, payment, notice, verdict, now)
    return payment, verdict.outcome, money


def _refund_told(session: Session, provider_key: str, notice: Notice, now: datetime) -> tuple[Payment | None, str]:
    """Books a notice about a refund. One that does not fit is for a person."""
    payment = _by_number(session, provider_key, notice.payment_number)
    refund = session.scalar(select(Refund).where(Refund.number == notice.refund_number))
    if payment is None or refund is None or refund.payment_id != payment.id or refund.amount != notice.amount:
        return payment, states.ATTENTION
    done = notice.kind == states.REFUNDED
    answer = RefundAnswer("done" if done else "failed", notice.reference)
    return payment, notice.kind if refunds.book(session, refund.id, answer, now) else states.KNOWN


def _verdict(session: Session, payment: Payment, notice: Notice, reused: bool) -> Verdict:
    if reused:
        return Verdict(states.ATTENTION, states.REUSED)
    elsewhere = select(PaymentEvent.id).where(
        PaymentEvent.provider == payment.provider,
        PaymentEvent.reference == notice.reference,
        PaymentEvent.money > 0,
        PaymentEvent.payment_id != payment.id,
    )
    used = bool(notice.reference) and session.scalar(elsewhere.limit(1)) is not None
    return judge(Known(payment.state, payment.amount, payment.reference, payment.order.state, used), notice)


def _is_new_money(session: Session, provider_key: str, payment: Payment, notice: Notice) -> bool:
    """Whether money came that no earlier notice told of; without a number of the gateway, none for this payment."""
    if notice.kind != states.PAID or notice.amount <= 0:
        return False
    told = select(PaymentEvent.id).where(
        PaymentEvent.provider == provider_key, PaymentEvent.reference == notice.reference, PaymentEvent.money > 0
    )
    if not notice.reference:
        told = told.where(PaymentEvent.payment_id == payment.id)
    return session.scalar(told.limit(1)) is None


def _book(session: Session, payment: Payment, notice: Notice, verdict: Verdict, now: datetime) -> None:
    if verdict.outcome == states.PAID:
        states.move(session, payment.id, states.PAID, reference=notice.reference, confirmed_at=now)
        orders.mark_paid(session, payment.order_id, now)
    elif verdict.outcome in (states.FAILED, states.CLOSED):
        states.move(session, payment.id, verdict.outcome)
    elif verdict.outcome == states.ATTENTION:
        _set_aside(session, payment, notice, verdict.reason, now)


def _set_aside(session: Session, payment: Payment, notice: Notice, reason: str, now: datetime) -> None:
    """Money that pays nothing is marked for a person; where it can only go back, `refunds` proposes that."""
    payment.note = reason
    session.flush()
    states.move(session, payment.id, states.ATTENTION, reference=notice.reference)
    audit.record(session, None, "payment.attention", payment, after={"reason": reason})
    order = payment.order
    messages.post(session, order.buyer_id, "payment_attention", f"/orders/{order.number}", number=order.number)
