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
from portal.payments.models import Payment
from portal.payments.provider import Notice
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


def ask_waiting(context: JobContext) -> None:
    """Asks about every payment whose end nobody told, and stops asking after some days."""
    with db.read() as session:
        open_ones = service.waiting(session, until=context.moment - FIRST_ASK)
    for done, payment in enumerate(open_ones, start=1):
        ask(payment, context.moment)
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


JOBS = (
    JobSpec("payments.query", ask_waiting, every=timedelta(minutes=10)),
    JobSpec("orders.expire", expire, every=timedelta(minutes=1)),
)


def _book(provider_key: str, notice: Notice, now: datetime) -> None:
    with db.write() as session:
        outcome = service.confirm(session, provider_key, notice, now)
    log.info("payment_notice", provider=provider_key, payment=notice.payment_number, outcome=outcome)
