"""What is on record already when a notice comes: read at once, by one statement. Read-only."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.payments.models import Payment, PaymentEvent
from portal.payments.provider import Notice


@dataclass(frozen=True)
class Heard:
    """`event_id` is the name the notice is kept under; `arrivals` is all money that came for the order before."""

    event_id: str
    same: bool  # word for word
    again: bool  # the second notice of a reused number, told once more
    reused: bool  # another notice had the number
    elsewhere: bool  # the transaction's money came for another payment
    told_of_money: bool  # an earlier notice told of the transaction's money
    arrivals: tuple[PaymentEvent, ...]


def heard(session: Session, provider_key: str, notice: Notice, payment: Payment | None) -> Heard:
    """What is known of a notice's number and transaction, and of its payment's order."""
    other = _other_event_id(notice)
    rows = _read(session, provider_key, notice, (notice.event_id, other), payment)
    told = {row.event_id: row for row in rows if row.provider == provider_key}
    first = told.get(notice.event_id)
    same = first is not None and _says_the_same(first, notice)
    money = [row for row in rows if row.money > 0 and (row.provider, row.reference) == (provider_key, notice.reference)]
    if not notice.reference:  # without a number of the gateway only the payment's own says anything
        money = [row for row in money if payment is not None and row.payment_id == payment.id]
    return Heard(
        event_id=notice.event_id if first is None else other,
        same=same,
        again=first is not None and not same and other in told,
        reused=first is not None,
        elsewhere=any(payment is not None and row.payment_id != payment.id for row in money),
        told_of_money=bool(money),
        arrivals=tuple(row for row in rows if row.money > 0),
    )


def _read(
    session: Session, provider_key: str, notice: Notice, event_ids: tuple[str, str], payment: Payment | None
) -> Sequence[PaymentEvent]:
    ours = PaymentEvent.provider == provider_key
    wanted = [and_(ours, PaymentEvent.event_id.in_(event_ids))]
    if notice.reference:
        wanted.append(and_(ours, PaymentEvent.reference == notice.reference, PaymentEvent.money > 0))
    if payment is not None:
        attempts = select(Payment.id).where(Payment.order_id == payment.order_id)
        wanted.append(and_(PaymentEvent.payment_id.in_(attempts), PaymentEvent.money > 0))
    return session.scalars(select(PaymentEvent).where(or_(*wanted))).all()


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
