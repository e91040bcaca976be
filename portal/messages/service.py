"""Posting and reading messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.messages.models import Message, Notice


def post(session: Session, account_id: int, kind: str, url: str = "", **params: Any) -> None:
    """Leaves a message. `kind` is a key of messages.texts; `params` fill its words."""
    session.add(Message(account_id=account_id, kind=kind, url=url, params=params))


def unread(session: Session, account_id: int) -> int:
    """How many messages wait unread."""
    query = select(func.count()).select_from(Message).where(Message.account_id == account_id, Message.read_at.is_(None))
    return session.scalar(query) or 0


def inbox(session: Session, account_id: int, limit: int = 50) -> list[Message]:
    """The newest messages, newest first."""
    query = select(Message).where(Message.account_id == account_id).order_by(Message.id.desc()).limit(limit)
    return list(session.scalars(query))


def mark_read(session: Session, account_id: int, moment: datetime) -> None:
    """Marks everything in the inbox as read."""
    session.execute(
        update(Message).where(Message.account_id == account_id, Message.read_at.is_(None)).values(read_at=moment)
    )


def notices(session: Session, moment: datetime, limit: int = 50) -> list[Notice]:
    """通知公告 that are published, pinned ones first, newest first."""
    query = select(Notice).where(Notice.published_at <= moment)
    return list(session.scalars(query.order_by(Notice.pinned.desc(), Notice.published_at.desc()).limit(limit)))


def notice(session: Session, notice_id: int, moment: datetime) -> Notice:
    """One published notice. :raises NotFound: unknown, or not published yet."""
    found = session.get(Notice, notice_id)
    if found is None or found.published_at > moment:
        raise NotFound(f"notice {notice_id}")
    return found
