"""Writing and chaining the audit trail."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock, db
from portal.audit import anchor
from portal.audit.models import AuditRow
from portal.jobs import JobContext


def record(
    session: Session,
    actor_id: int | None,
    verb: str,
    subject: Any,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Adds one row about `subject` (a mapped object with an id) to the caller's transaction."""
    session.flush()
    key = getattr(subject, "id", getattr(subject, "code", ""))
    row = AuditRow(actor_id=actor_id, verb=verb, object_type=subject.__tablename__, object_id=str(key))
    row.before, row.after, row.reason = before, after, reason
    session.add(row)


def record_table(
    session: Session, actor_id: int | None, verb: str, table: str, *, after: dict[str, Any], reason: str = ""
) -> None:
    """Adds one row about rows of a table that have no name of their own: a list, a file of them."""
    row = AuditRow(actor_id=actor_id, verb=verb, object_type=table, object_id="")
    row.after, row.reason = after, reason
    session.add(row)


def record_many(session: Session, actor_id: int | None, verb: str, table: str, ids: Iterable[int]) -> None:
    """One row about each of many objects of a table, in one statement."""
    same = {"at": clock.now(), "actor_id": actor_id, "verb": verb, "object_type": table, "reason": ""}
    db.fill(session, AuditRow, ({**same, "object_id": str(one)} for one in ids))


def chain(_context: JobContext | None = None) -> None:
    """Numbers and chains the rows that are not yet chained, and keeps the new head. Run by one job at a time."""
    with db.write() as session:
        head = anchor.last(session)
        sequence, link = (head.sequence, head.chain) if head else (0, "")
        for row in session.scalars(select(AuditRow).where(AuditRow.sequence.is_(None)).order_by(AuditRow.id)):
            sequence += 1
            link = _link(link, row)
            row.sequence, row.chain = sequence, link
    with db.read() as session:
        anchor.advance(session)


def accept(session: Session, reason: str) -> None:
    """Says in the trail that it is taken as the database holds it. The caller chains and keeps the head anew."""
    known = anchor.fault(session)
    record_table(session, None, "audit.accepted", AuditRow.__tablename__, after={"fault": known}, reason=reason)


def first_broken(session: Session) -> int | None:
    """Sequence of the first row whose chain value does not fit, or None when all do."""
    link = ""
    for row in session.scalars(select(AuditRow).where(AuditRow.sequence.is_not(None)).order_by(AuditRow.sequence)):
        link = _link(link, row)
        if link != row.chain:
            return row.sequence
    return None


def unchained(session: Session) -> int:
    """How many rows wait for the chaining job."""
    return session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.sequence.is_(None))) or 0


def _link(previous: str | None, row: AuditRow) -> str:
    values = [row.actor_id, row.at.isoformat(), row.verb, row.object_type, row.object_id]
    text = json.dumps([*values, row.before, row.after, row.reason], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{previous or ''}\n{text}".encode()).hexdigest()
