from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import UtcDateTime


class LoginSession(Model):
    """A login on the server: the cookie carries a token, this row its digest. Ending the row ends the login.

    Logout, a new password, deactivation or a role change raise `account.credentials_version` or set `ended_at`.
    """

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    credentials_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)  # written at most every five minutes
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(80), default="")


class LoginAttempt(Model):
    """Failures per login name and per address, counted in a window; keys are blind indexes."""

    __tablename__ = "login_attempt"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime)
