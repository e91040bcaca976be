"""The day's end (对账): a provider's bill against our books. What is missing here is booked, the rest is listed.

Works after a restored backup: a payment the backup does not know is begun again under the bill's numbers when its
order is known, and then booked like any other notice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import db
from portal.clock import SHANGHAI
from portal.orders.models import Order
from portal.payments import gateways, ledger, refund_states, service, states
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.provider import BillLine, Notice, PaymentProvider, RefundAnswer

log = structlog.get_logger(__name__)

BOOKED, UNKNOWN, AMOUNT, NOT_BILLED, NO_BILL, BOOKS = "booked", "unknown", "amount", "not_billed", "no_bill", "books"
DONE = frozenset({BOOKED, NO_BILL})  # kinds that leave nothing to do


@dataclass(frozen=True)
class Difference:
    """One line of the result. `ours` and `theirs` in fen; `number` is a payment's, a refund's or an order's."""

    kind: str
    provider: str
    number: str
    ours: int | None = None
    theirs: int | None = None
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether a person has to look at it."""
        return self.kind not in DONE


def reconcile(day: date, now: datetime) -> list[Difference]:
    """Compares a day in China with every provider's bill, books what is missing, and lists what differs.

    May be repeated: what was booked is no difference the second time.
    """
    found: list[Difference] = []
    for provider in service.providers():
        try:
            bill = provider.bill(day)
        except Exception:  # a gateway's failure is its own; the others are compared all the same
            log.exception("gateway_silent", provider=provider.key, bill=day.isoformat())
            bill = None
        if bill is None:
            found.append(Difference(NO_BILL, provider.key, day.isoformat()))
            continue
        lines = list(bill)
        found += [difference for line in lines if (difference := _settle(provider, line, now))]
        # What was paid before midnight and told after it stands in the bill of the day before.
        found += _not_billed(provider.key, day, [*lines, *(provider.bill(day - timedelta(days=1)) or ())])
    with db.read() as session:
        found += [Difference(BOOKS, "", "", note=fault) for fault in ledger.faults(session)]
    return found


def _settle(provider: PaymentProvider, line: BillLine, now: datetime) -> Difference | None:
    """Books one line if it is missing here; None when it stood here already."""
    with db.read() as session:
        ours = _ours(session, provider.key, line)
    if ours == line.amount:
        return None
    number = line.refund_number or line.payment_number
    if ours is not None:
        return Difference(AMOUNT, provider.key, number, ours, line.amount)
    booked = _book_refund(line, now) if line.kind == "refunded" else _book_payment(provider, line, now)
    return Difference(BOOKED if booked else UNKNOWN, provider.key, number, None, line.amount, line.order_number)


def _ours(session: Session, provider_key: str, line: BillLine) -> int | None:
    """What our books have for a line of the bill; None when nothing."""
    if line.kind == "refunded":
        return session.scalar(
            select(Refund.amount).where(Refund.number == line.refund_number, Refund.state == refund_states.DONE)
        )
    return session.scalar(
        select(PaymentEvent.money).where(
            PaymentEvent.provider == provider_key,
            PaymentEvent.reference == line.reference,
            PaymentEvent.money > 0,
        )
    )


def _book_payment(provider: PaymentProvider, line: BillLine, now: datetime) -> bool:
    with db.write() as session:
        if not _known_again(session, provider.key, line, now):
            return False
    event_id = f"bill-{line.reference}"[:80]
    notice = Notice(event_id, line.payment_number, states.PAID, line.amount, line.reference)
    gateways.hear(provider.key, notice, now)
    with db.read() as session:
        return _ours(session, provider.key, line) == line.amount


def _known_again(session: Session, provider_key: str, line: BillLine, now: datetime) -> bool:
    """Whether the payment of a line stands here, if need be begun again for the order the bill names."""
    if session.scalar(select(Payment.id).where(Payment.number == line.payment_number)) is not None:
        return True
    order = session.scalar(select(Order).where(Order.number == line.order_number)) if line.order_number else None
    if order is None:
        return False
    service.begin_again(session, order, provider_key, line.payment_number, now)
    return True


def _book_refund(line: BillLine, now: datetime) -> bool:
    with db.write() as session:
        refund = session.scalar(select(Refund).where(Refund.number == line.refund_number))
        if refund is None or refund.amount != line.amount:
            return False
        return service.refunds.book(session, refund.id, RefundAnswer("done", line.reference), now)


def _not_billed(provider_key: str, day: date, lines: Iterable[BillLine]) -> Iterator[Difference]:
    """Money our books have for that day and the bill has not."""
    start = datetime.combine(day, time(), SHANGHAI)
    end = start + timedelta(days=1)
    billed = {line.reference for line in lines}
    with db.read() as session:
        came = session.execute(
            select(PaymentEvent.reference, PaymentEvent.money, Payment.number)
            .join(Payment, Payment.id == PaymentEvent.payment_id)
            .where(PaymentEvent.provider == provider_key, PaymentEvent.money > 0)
            .where(PaymentEvent.received_at >= start, PaymentEvent.received_at < end)
        ).all()
        went = session.execute(
            select(Refund.reference, Refund.amount, Refund.number)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Payment.provider == provider_key, Refund.state == refund_states.DONE, Refund.by_hand.is_(False))
            .where(Refund.settled_at >= start, Refund.settled_at < end)
        ).all()
    for reference, amount, number in [*came, *went]:
        if reference not in billed:
            yield Difference(NOT_BILLED, provider_key, number, amount, None)
