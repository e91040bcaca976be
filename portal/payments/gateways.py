"""Talking to gateways, outside any transaction; what they say is then booked by one short one.

Called by views and jobs. Also holds this room's periodic jobs.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from portal import db
from portal.jobs import JobContext
from portal.orders import drafts
from portal.orders import service as orders
from portal.orders.models import Order
from portal.orders.states import PLACED
from portal.payments import service, states
from portal.payments.models import Payment, Refund
from portal.payments.provider import Notice, RefundAnswer
from portal.types import JobSpec

log = structlog.get_logger(__name__)

FIRST_ASK = timedelta(minutes=1)  # a notification usually comes sooner
GIVE_UP = timedelta(days=3)


def take_notice(provider_key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Reads and books a notification. Returns the words the gateway wants to hear once it is safely on record.

    :raises NotFound: no such provider.
    :raises Refused: forged, stale or unreadable.
    """
    provider = service.provider(provider_key)
    notice = provider.read_notice(headers, body)
    _book(provider_key, notice, now)
    return provider.acknowledgement


def ask(payment: Payment, now: datetime) -> None:
    """Asks the gateway about a payment that is still open, and books its answer. A silent gateway changes nothing."""
    if payment.state != states.STARTED:
        return
    try:
        notice = service.provider(payment.provider).query(payment)
    except Exception:  # a gateway's failure is its own; the next round asks again
        log.exception("gateway_silent", provider=payment.provider, payment=payment.number)
        return
    if notice is not None:
        _book(payment.provider, notice, now)


def ask_about(order: Order, now: datetime) -> None:
    """Asks about every open payment of an order."""
    with db.read() as session:
        open_ones = service.waiting(session, order_id=order.id)
    for payment in open_ones:
        ask(payment, now)


def close(payment: Payment, now: datetime) -> None:
    """Has the gateway collect no more for a payment that is still open. Money that was faster is booked."""
    try:
        notice = service.provider(payment.provider).close(payment)
    except Exception:  # as in ask(); the periodic question closes it later
        log.exception("gateway_silent", provider=payment.provider, payment=payment.number)
        return
    if notice is not None:
        _book(payment.provider, notice, now)


def close_about(order: Order, now: datetime) -> None:
    """Closes every open payment of an order that is over: nobody can pay it any more by a page left open."""
    with db.read() as session:
        open_ones = service.waiting(session, order_id=order.id)
    for payment in open_ones:
        close(payment, now)


def settle(order: Order, now: datetime) -> None:
    """Brings the open payments of an order to an end where a gateway can tell one at once: it collects no more, or has
    collected already. What may be on its way for days is only asked about.
    """
    with db.read() as session:
        open_ones = service.waiting(session, order_id=order.id)
    for payment in open_ones:
        (ask if _patient(payment) else close)(payment, now)


def hear(provider_key: str, notice: Notice, now: datetime) -> str:
    """Books what a provider learned by itself: a bank statement, a clerk's word. As often as it likes."""
    return _book(provider_key, notice, now)


def pay_back(refund: Refund, now: datetime) -> None:
    """Asks the gateway to pay one refund, and books the answer. Asked again it pays once, by the refund's number."""
    try:
        answer = service.provider(refund.payment.provider).refund(refund.payment, refund)
    except Exception as failure:  # the next round asks again
        log.exception("gateway_silent", provider=refund.payment.provider, refund=refund.number)
        answer = RefundAnswer("pending", reason=type(failure).__name__)
    with db.write() as session:
        service.refunds.book(session, refund.id, answer, now)
    log.info("refund_answer", provider=refund.payment.provider, refund=refund.number, answer=answer.state)


def send_refund(context: JobContext) -> None:
    """Sends one refund as soon as it is approved."""
    with db.read() as session:
        due = service.refunds.due(session, context.payload["refund_id"])
    for refund in due:
        pay_back(refund, context.moment)


def send_refunds(context: JobContext) -> None:
    """Sends what is still due: refunds whose gateway was silent or undecided, or whose job was lost."""
    with db.read() as session:
        due = service.refunds.due(session)
    for done, refund in enumerate(due, start=1):
        pay_back(refund, context.moment)
        context.progress(done, len(due))


def ask_waiting(context: JobContext) -> None:
    """Asks about every payment whose end nobody told, closes those nobody needs, and stops asking after some days."""
    with db.read() as session:
        open_ones = service.waiting(session, until=context.moment - FIRST_ASK)
    for done, payment in enumerate(open_ones, start=1):
        (ask if payment.order.state == PLACED else close)(payment, context.moment)
        context.progress(done, len(open_ones))
    with db.write() as session:
        service.give_up(session, context.moment - GIVE_UP)


def expire(context: JobContext) -> None:
    """Expires unpaid orders, after asking once more about payments under way: money on its way wins."""
    with db.read() as session:
        due = session.scalars(select(Order).where(Order.state == PLACED, Order.expires_at <= context.moment)).all()
    for order in due:
        ask_about(order, context.moment)
    with db.write() as session:
        orders.expire_due(session, context.moment)
        drafts.drop_expired(session, context.moment)
    for order in due:
        close_about(order, context.moment)
        with db.write() as session:
            service.propose_strays(session, order.id, context.moment)


JOBS = (
    JobSpec("payments.query", ask_waiting, every=timedelta(minutes=10)),
    JobSpec("orders.expire", expire, every=timedelta(minutes=1)),
    JobSpec(service.refunds.SEND, send_refund),
    JobSpec("payments.refunds", send_refunds, every=timedelta(minutes=5)),
)


def _patient(payment: Payment) -> bool:
    """Whether a payment's provider has money on its way for days; one that is off tells nothing any more."""
    found = next((one for one in service.providers() if one.key == payment.provider), None)
    return found is None or bool(found.patience())


def _book(provider_key: str, notice: Notice, now: datetime) -> str:
    with db.write() as session:
        outcome = service.confirm(session, provider_key, notice, now)
    log.info("payment_notice", provider=provider_key, payment=notice.payment_number, outcome=outcome)
    return outcome
