"""Starting and confirming payments; what a notice comes to is decided in judgement.py.

No provider is called here: notices were read, and gateways asked, before the transaction began.
"""

from dataclasses import asdict
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

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
from portal.payments.service import hearing, holding, refunds
from portal.people.models import Account
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
    begun = select(Order, Payment).outerjoin(Payment, Payment.order_id == Order.id).where(Order.id == order.id)
    rows = session.execute(begun.order_by(Payment.id)).all()
    order, attempts = rows[0][0], [attempt for _, attempt in rows if attempt is not None]
    if order.state != PLACED or order.expires_at <= now:
        raise Conflict(_l("This order is no longer waiting for payment."))
    if any(attempt.state == states.ATTENTION for attempt in attempts):
        raise Conflict(_l("A payment for this order is being looked into. Please do not pay again."))
    for attempt in attempts:
        if attempt.state == states.STARTED and attempt.provider == provider.key:
            return _of(order, attempt)
    if patience := provider.patience():
        orders.keep_until(session, order.id, now + patience)
    values = {
        "order_id": order.id,
        "provider": provider.key,
        "amount": order.total,
        "state": states.STARTED,
        "division_code": order.division_code,
        "started_at": now,
    }
    return _of(order, numbers.insert(session, Payment, numbers.PAYMENT, values, now))


def confirm(session: Session, provider_key: str, notice: Notice, now: datetime) -> str:
    """Books what a gateway said, once. Acknowledge to the gateway only after this was committed.

    :returns: "paid" (this notice paid the order), "failed", "closed", "known" (nothing new), or "attention":
        the money is on record, the order is not paid by it, and a person must look. Of refunds: "refunded" or
        "refund_failed".
    """
    payment = _by_number(session, provider_key, notice.payment_number)
    heard = hearing.heard(session, provider_key, notice, payment)
    if heard.same:
        return states.KNOWN
    if heard.again:
        return states.ATTENTION
    if notice.kind in (states.REFUNDED, states.REFUND_FAILED):
        outcome, money = _refund_told(session, payment, notice, now), 0
    else:
        outcome, money = _payment_told(session, payment, notice, heard, now)
    session.add(
        PaymentEvent(
            provider=provider_key,
            event_id=heard.event_id,
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
    if payment is not None and money and (heard.arrivals or outcome != states.PAID):
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


def under_way(session: Session, order_id: int) -> bool:
    """Whether money for an order may be on its way, or lies here unused: it must find the order it was sent for."""
    query = select(Payment.id).where(Payment.order_id == order_id)
    moving = or_(Payment.state.in_((states.STARTED, states.ATTENTION)), Payment.received > Payment.returned)
    return session.scalar(query.where(moving).limit(1)) is not None


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
    return sum(states.move(session, payment_id, states.CLOSED) is not None for payment_id in old.all())


def begin_again(session: Session, order: Order, provider_key: str, number: str, now: datetime) -> Payment:
    """A payment the gateway's bill knows and a restored backup does not, under its old number."""
    payment = Payment(
        number=number,
        order=order,
        provider=provider_key,
        amount=order.total,
        state=states.STARTED,
        started_at=now,
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


def _of(order: Order, payment: Payment) -> Payment:
    """A payment that knows its order without asking the database again."""
    set_committed_value(payment, "order", order)
    return payment


def _by_number(session: Session, provider_key: str, number: str) -> Payment | None:
    """A payment with its order and what is asked about its buyer."""
    buyer = joinedload(Payment.order).joinedload(Order.buyer).load_only(Account.kind)
    query = select(Payment).options(buyer).where(Payment.number == number, Payment.provider == provider_key)
    found: Payment | None = session.scalar(query)
    return found


def _payment_told(
    session: Session, payment: Payment | None, notice: Notice, heard: hearing.Heard, now: datetime
) -> tuple[str, int]:
    """Books a notice about a payment: the outcome, and the fen that are new with it."""
    if payment is None:
        return states.ATTENTION, 0
    order, elsewhere = payment.order, heard.elsewhere
    known = Known(payment.state, payment.amount, payment.reference, order.state, elsewhere)
    verdict = Verdict(states.ATTENTION, states.REUSED) if heard.reused else judge(known, notice)
    money = notice.amount if _is_new_money(notice, heard) else 0
    _book(session, payment, notice, verdict, money, now)
    return verdict.outcome, money


def _refund_told(session: Session, payment: Payment | None, notice: Notice, now: datetime) -> str:
    """Books a notice about a refund. One that does not fit is for a person."""
    refund = session.scalar(select(Refund).where(Refund.number == notice.refund_number))
    if payment is None or refund is None or refund.payment_id != payment.id or refund.amount != notice.amount:
        return states.ATTENTION
    done = notice.kind == states.REFUNDED
    answer = RefundAnswer("done" if done else "failed", notice.reference)
    return notice.kind if refunds.book(session, refund.id, answer, now) else states.KNOWN


def _is_new_money(notice: Notice, heard: hearing.Heard) -> bool:
    """Whether money came that no earlier notice told of."""
    return notice.kind == states.PAID and notice.amount > 0 and not heard.reused and not heard.told_of_money


def _book(session: Session, payment: Payment, notice: Notice, verdict: Verdict, money: int, now: datetime) -> None:
    if verdict.outcome == states.PAID:
        came = {"received": Payment.received + money, "reference": notice.reference, "confirmed_at": now}
        states.move(session, payment.id, states.PAID, **came)
        orders.mark_paid(session, payment.order_id, now)
        return
    if money:
        session.execute(
            update(Payment)
            .where(Payment.id == payment.id)
            .values(received=Payment.received + money)
            .execution_options(synchronize_session=False)
        )
        session.refresh(payment, ["received"])
    if verdict.outcome in (states.FAILED, states.CLOSED):
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
