"""Events: written in the transaction that made them true, delivered to plugins after it.

One `event` row, one `delivery` row per subscribing plugin. Each delivery runs in a transaction of its own and is
retried, so one failing plugin loses neither the payment nor another plugin's work.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import db as database
from portal import jobs
from portal.clock import now
from portal.db import UtcDateTime
from portal.plugins import current_plugins
from portal.types import EVENTS, Event

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = 12  # attempts, about two days with doubling waits


class EventRow(Model):
    """Something that happened. Immutable but for the mark that its deliveries exist."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    hook: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    spread_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class Delivery(Model):
    """What one plugin still has to be told, or was."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("event_id", "plugin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    plugin: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(10), default="due", index=True)  # due | done | failed
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(300), default="")


def record(session: Session, event: Event) -> None:
    """Writes an event in the caller's transaction and wakes the worker after commit."""
    session.add(EventRow(hook=event.hook, data=asdict(event)))
    database.after_commit(session, jobs.wake)


def deliver_due(moment: datetime | None = None) -> int:
    """Delivers whatever is due. Returns how many deliveries succeeded."""
    moment = moment or now()
    _spread(moment)
    done = 0
    while (delivery := _claim(moment)) is not None:
        done += _deliver(*delivery, moment)
    return done


def _spread(moment: datetime) -> None:
    with database.read() as session:
        fresh = session.scalars(select(EventRow.id).where(EventRow.spread_at.is_(None)).limit(200)).all()
    if not fresh:
        return
    plugins = current_plugins()
    with database.write() as session:
        for row in session.scalars(select(EventRow).where(EventRow.id.in_(fresh), EventRow.spread_at.is_(None))):
            for plugin in plugins.subscribers(row.hook):
                session.add(Delivery(event_id=row.id, plugin=plugin, next_at=moment))
            row.spread_at = moment


def _claim(moment: datetime) -> tuple[int, str, str, dict[str, Any]] | None:
    """Takes one due delivery by a conditional UPDATE: its next attempt moves past the lease."""
    with database.read() as session:
        row = session.execute(
            select(Delivery, EventRow)
            .join(EventRow, EventRow.id == Delivery.event_id)
            .where(Delivery.state == "due", Delivery.next_at <= moment)
            .where(Delivery.plugin.in_([plugin.name for plugin in current_plugins().active]))
            .order_by(Delivery.id)
            .limit(1)
        ).first()
    if row is None:
        return None
    delivery, event = row
    with database.write() as session:
        due = (Delivery.id == delivery.id, Delivery.state == "due", Delivery.next_at == delivery.next_at)
        leased = {"next_at": moment + LEASE, "attempts": Delivery.attempts + 1}
        taken = database.changed(session, update(Delivery).where(*due).values(**leased))
    if not taken:
        return _claim(moment)
    return delivery.id, delivery.plugin, event.hook, event.data


def _deliver(delivery_id: int, plugin: str, hook: str, data: dict[str, Any], moment: datetime) -> int:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    try:
        with database.write() as session:
            current_plugins().tell(plugin, hook, session=session, event=EVENTS[hook](**values))
            session.execute(update(Delivery).where(Delivery.id == delivery_id).values(state="done", error=""))
    except Exception as error:
        log.exception("delivery_failed", plugin=plugin, hook=hook)
        with database.write() as session:
            row = session.get_one(Delivery, delivery_id)
            row.error = f"{type(error).__name__}: {error}"[:300]
            row.next_at = moment + timedelta(seconds=5 * 2**row.attempts)
            row.state = "failed" if row.attempts >= GIVE_UP_AFTER else "due"
        return 0
    return 1


def waiting(session: Session) -> int:
    """How many deliveries or fresh events are not done; 0 means every plugin knows everything."""
    due = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == "due"))
    fresh = session.scalar(select(func.count()).select_from(EventRow).where(EventRow.spread_at.is_(None)))
    return int(due or 0) + int(fresh or 0)
