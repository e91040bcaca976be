"""A roster whose order is not paid yet opens again: to be changed, left as it was, or because its order is over.

A service of this plugin beside `service`: it writes its rows.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit import Conflict, Order, audit
from portal_group_reg import keeping, service, states
from portal_group_reg.models import Batch
from portal_group_reg.terms import Terms


def rework(session: Session, order_id: int, account_id: int, now: datetime) -> Batch | None:
    """Opens the roster of an unpaid order again; the order stays until the roster is sent anew. Twice is once."""
    batch = session.scalar(select(Batch).where(Batch.order_id == order_id))
    if batch is not None and states.move(session, batch.id, states.CHECKED, updated_at=now):
        batch = session.get_one(Batch, batch.id)
        batch.version += 1
        keeping.become(session, batch.id, keeping.SENT, keeping.GOOD)
        audit.record(session, account_id, "roster.reopened", batch)
    return batch


def leave(session: Session, batch: Batch, now: datetime) -> None:
    """Thinks better of a change: the order stays as it is. :raises Conflict: the list or the order has moved on."""
    order = session.get(Order, batch.order_id) if batch.order_id else None
    if order is None or order.state != "placed" or not states.move(session, batch.id, states.SENT, updated_at=now):
        raise Conflict(service.MOVED_ON)
    keeping.become(session, batch.id, keeping.GOOD, keeping.SENT)


def repack(
    session: Session, batch: Batch, courses: Sequence[int], version: int, terms: Callable[[], Terms], now: datetime
) -> None:
    """Another package for everybody of a roster. :raises Conflict: another window was quicker, or it is not open."""
    if batch.state != states.CHECKED or batch.version != version:
        raise Conflict(service.MOVED_ON)
    batch.courses = list(courses)
    session.flush()
    service.rejudge(session, batch, terms(), now)


def reopen(session: Session, order_id: int, now: datetime) -> None:
    """The order was given up or ran out: its people can be sent again. Twice is once."""
    batch = session.scalar(select(Batch).where(Batch.order_id == order_id))
    if batch is not None and states.move(session, batch.id, states.CHECKED, order_id=None, updated_at=now):
        batch = session.get_one(Batch, batch.id)
        batch.version += 1
        keeping.become(session, batch.id, keeping.SENT, keeping.GOOD)
