from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import UtcDateTime
from portal.vault import Sealed


class Message(Model):
    """A message by kind and parameters; its words come from the catalogue in the reader's language."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_unread", "account_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    url: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Notice(Model):
    """通知公告: what the office tells everybody. Shown from `published_at` on."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)  # plain paragraphs, blank lines between
    pinned: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)

    def __str__(self) -> str:
        return self.title


class MessageText(Model):
    """The office's own words for a kind of message in one language; they win over those that come with the portal."""

    __tablename__ = "message_text"
    __table_args__ = (UniqueConstraint("kind", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))  # zh_Hans_CN | en
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(String(600))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Mail(Model):
    """An e-mail, or (kind "sms ...") a text, to be sent by a job.

    Encrypted until it is sent, emptied afterwards; only that it was sent is kept.
    """

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str | None] = mapped_column(Sealed)
    subject: Mapped[str | None] = mapped_column(Sealed)
    body: Mapped[str | None] = mapped_column(Sealed)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
