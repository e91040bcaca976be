"""The cookie side of a login: one SELECT per request reads the session row together with its account."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Flask, Response, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from portal import clock, db
from portal.access import service
from portal.access.models import LoginSession
from portal.people.models import Account, Learner
from portal.settings import Settings

COOKIE_KEY = "_user_id"  # where Flask-Login looks
TOUCH = timedelta(minutes=5)


@dataclass(frozen=True)
class Identity:
    """Who a cookie stands for, in numbers: all that a rule asks. `learner_id`: of learners only."""

    account_id: int
    kind: str
    learner_id: int | None


@dataclass(frozen=True, eq=False)
class Along:
    """What a view reads in the statement that asks who sends it: columns, and how their tables hang on Learner."""

    columns: tuple[Any, ...]
    onto: Callable[[Select[Any]], Select[Any]]


def load(token: str) -> Account | None:
    """Flask-Login's user loader: the account of a live login. Accounts that must change a password are nobody here."""
    account, learner = _person(token)
    if account is None or account.must_change:
        return None
    g.learner = learner
    return account


def identity(along: Along, values: Mapping[str, Any]) -> tuple[Identity, Sequence[Any]] | None:
    """The same in numbers, with the columns read along: for what is sent every few seconds. One SELECT, no session."""
    token = session.get(COOKIE_KEY, "")
    if not token:
        return None
    with db.alone() as connection:
        row = connection.execute(_facts(along), {**_asked(token), **values}).first()
    if row is None:
        return None
    account_id, kind, must_change, learner_id, *rest = _noted(row)
    return None if must_change else (Identity(account_id, kind, learner_id), rest)


def start(token: str, account: Account) -> None:
    """Puts a fresh login into the cookie; whatever the cookie held before is gone, but for the language."""
    language = session.get("locale")
    session.clear()
    session.permanent = True
    session[COOKIE_KEY] = token
    if language:
        session["locale"] = language


def end() -> None:
    """Logs this cookie out."""
    token = session.get(COOKIE_KEY)
    if token:
        with db.write() as writing:
            service.end_session(writing, token, clock.now())
    session.clear()


def _person(token: str) -> tuple[Account | None, Learner | None]:
    row = db.reader().execute(_whole(), _asked(token)).first() if token else None
    if row is None:
        return None, None
    account, learner = _noted(row)
    return account, learner


def _asked(token: str) -> dict[str, Any]:
    settings: Settings = current_app.extensions["portal_settings"]
    return {"digest": service.digest(token), "oldest": clock.now() - timedelta(days=settings.session_days)}


def _noted(row: Sequence[Any]) -> tuple[Any, ...]:
    """What was asked of a live login; which one it is, and whether it is time to say that it is used, `g` keeps."""
    login_id, last_seen, *wanted = row
    g.login_session_id = login_id
    if last_seen < clock.now() - TOUCH:
        g.touch_login = login_id
    return tuple(wanted)


# Built once: that takes longer than running them.
@cache
def _whole() -> Select[Any]:
    return _live(Account, Learner)


@cache
def _facts(along: Along) -> Select[Any]:
    return along.onto(_live(Account.id, Account.kind, Account.must_change, Learner.id, *along.columns))


def _live(*wanted: Any) -> Select[Any]:
    """Something of whoever holds a live login."""
    return (
        select(LoginSession.id, LoginSession.last_seen, *wanted)
        .select_from(LoginSession)
        .join(Account, Account.id == LoginSession.account_id)
        .outerjoin(Learner, Learner.account_id == Account.id)
        .where(
            LoginSession.token_digest == bindparam("digest"),
            LoginSession.ended_at.is_(None),
            LoginSession.credentials_version == Account.credentials_version,
            LoginSession.last_seen > bindparam("oldest"),
            Account.active,
        )
    )


def _touch(response: Response) -> Response:
    """The row is moved on now and then, not by every request; so is the cookie, which ends as late as the row."""
    login_id = g.pop("touch_login", None)
    if login_id is not None:
        session.modified = True
        # The answer stands; a database that is busy now is told by the next request.
        with suppress(OperationalError, InterfaceError, TimeoutError), db.write() as writing:
            writing.execute(update(LoginSession).where(LoginSession.id == login_id).values(last_seen=clock.now()))
    return response


class _Cookies(SecureCookieSessionInterface):
    """Flask's cookies with one signer for an application instead of two for each request."""

    def __init__(self, app: Flask) -> None:
        self._signer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._signer


def init_app(app: Flask, settings: Settings) -> None:
    """Binds logins to an application."""
    app.session_interface = _Cookies(app)
    app.config.update(
        SESSION_COOKIE_NAME="xueshi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.address.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        SESSION_REFRESH_EACH_REQUEST=False,  # _touch does it
    )
    manager = LoginManager()
    manager.login_view = "access.login"
    manager.session_protection = None  # the server row is the protection
    manager.user_loader(load)
    manager.init_app(app)
    app.after_request(_touch)
