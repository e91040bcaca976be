"""Posting and reading messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.db import UtcDateTime
from portal.errors import NotFound, Refused
from portal.jobs import submit
from portal.messages import sms, texts
from portal.messages.models import Message, MessageText, Notice
from portal.settings import current_settings

COPY = "messages.mail"  # the job that sends a copy; people/mailing.py knows the addresses
COPY_SMS = "messages.sms"  # the same as a text; people/texting.py knows the numbers
_NOTICE = Notice.__table__.c  # the table, not the model, which would be looked up for each row
_PUBLISHED = (  # built once: that takes longer than running it, and the home page waits for it
    select(_NOTICE.id, _NOTICE.title, _NOTICE.pinned, _NOTICE.published_at)
    .where(_NOTICE.published_at <= bindparam("moment", type_=UtcDateTime))
    .order_by(_NOTICE.pinned.desc(), _NOTICE.published_at.desc())
    .limit(bindparam("most", type_=Integer))
)


def post(session: Session, account_id: int, kind: str, url: str = "", **params: Any) -> None:
    """Leaves a message. `kind` is a key of messages.texts; `params` fill its words.

    Where the site sends mail, a job sends a copy to whoever has an address; where a plugin sends texts of this kind,
    to whoever has a phone.
    """
    message = Message(account_id=account_id, kind=kind, url=url, params=params)
    session.add(message)
    copies = [COPY] if current_settings().mail_server else []
    copies += [COPY_SMS] if sms.sends(kind) else []
    if copies:
        session.flush()
    for job in copies:
        submit(session, job, {"message": message.id}, unique=f"{job}:{message.id}")


def forget(session: Session, account_id: int) -> None:
    """Removes all messages of somebody who leaves."""
    session.execute(delete(Message).where(Message.account_id == account_id))


def hand_over(session: Session, account_id: int, into_id: int) -> None:
    """Messages of one account become another's of the same person."""
    session.execute(update(Message).where(Message.account_id == account_id).values(account_id=into_id))


def unread(session: Session, *account_ids: int) -> int:
    """How many messages of these accounts wait unread."""
    mine = (Message.account_id.in_(account_ids), Message.read_at.is_(None))
    query = select(func.count()).select_from(Message).where(*mine)
    return session.scalar(query) or 0


def inbox(session: Session, *account_ids: int, limit: int = 50) -> list[Message]:
    """The newest messages of these accounts, newest first."""
    query = select(Message).where(Message.account_id.in_(account_ids)).order_by(Message.id.desc()).limit(limit)
    return list(session.scalars(query))


def mark_read(session: Session, moment: datetime, *account_ids: int) -> None:
    """Marks everything in the inboxes of these accounts as read."""
    session.execute(
        update(Message).where(Message.account_id.in_(account_ids), Message.read_at.is_(None)).values(read_at=moment)
    )


def notices(
    session: Session | Connection, moment: datetime, limit: int = 50
) -> Sequence[Row[int, str, bool, datetime]]:
    """通知公告 that are published, pinned ones first, newest first: (id, title, pinned, published_at)."""
    return session.execute(_PUBLISHED, {"moment": moment, "most": limit}).all()


def notice(session: Session, notice_id: int, moment: datetime) -> Notice:
    """One published notice. :raises NotFound: unknown, or not published yet."""
    found = session.get(Notice, notice_id)
    if found is None or found.published_at > moment:
        raise NotFound(f"notice {notice_id}")
    return found


def own_words(session: Session, kind: str, language: str) -> MessageText | None:
    """The office's own words for a kind of message in a language, if it has any."""
    found: MessageText | None = session.scalar(select(MessageText).filter_by(kind=kind, language=language))
    return found


def reword(
    session: Session,
    kind: str,
    language: str,
    title: str,
    body: str,
    now: datetime,
    actor_id: int | None = None,
) -> MessageText | None:
    """The office's own words for a kind of message in a language. Empty ones bring the portal's words back.

    :raises Refused: no such kind or language, one of both empty, too long, or a placeholder the message cannot fill.
    """
    title, body = " ".join(title.split()), body.strip()
    if problems := texts.problems(kind, language, title, body):
        raise Refused(problems=problems)
    found = own_words(session, kind, language)
    before = {"kind": kind, "language": language, "title": found.title, "body": found.body} if found else None
    if not title and not body:
        if found:
            audit.record(session, actor_id, "message_texts.removed", found, before=before)
            session.delete(found)
        return None
    if found is None:
        found = MessageText(kind=kind, language=language)
        session.add(found)
    found.title, found.body, found.changed_at = title, body, now
    after = {"kind": kind, "language": language, "title": title, "body": body}
    audit.record(session, actor_id, "message_texts.changed", found, before=before, after=after)
    return found
