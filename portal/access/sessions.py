"""The cookie side of a login: one SELECT per request reads the session row together with its account."""

from datetime import timedelta

from flask import Flask, Response, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import bindparam, select, update

from portal import clock, db
from portal.access import service
from portal.access.models import LoginSession
from portal.people.models import Account
from portal.settings import Settings

COOKIE_KEY = "_user_id"  # where Flask-Login looks
ACTIVATION_KEY = "activation"
TOUCH = timedelta(minutes=5)


def load(token: str) -> Account | None:
    """Flask-Login's user loader: the account of a live login. Accounts that must change a password are nobody here."""
    found = _read(token)
    return None if found is None or found.must_change else found


def start(token: str, account: Account) -> None:
    """Puts a fresh login into the cookie; whatever the cookie held before is gone, but for the language.

    An account that must still be activated gets a login that opens nothing but the activation page.
    """
    language = session.get("locale")
    session.clear()
    session.permanent = True
    session[ACTIVATION_KEY if account.must_change else COOKIE_KEY] = token
    if language:
        session["locale"] = language


def activating() -> Account | None:
    """The account whose activation this cookie began."""
    found = _read(session.get(ACTIVATION_KEY, ""))
    return found if found is not None and found.must_change else None


def end() -> None:
    """Logs this cookie out."""
    token = session.get(COOKIE_KEY) or session.get(ACTIVATION_KEY)
    if token:
        with db.write() as writing:
            service.end_session(writing, token, clock.now())
    session.clear()


# Built once: each request of somebody who is logged in asks it.
_LIVE = (
    select(Account, LoginSession.id, LoginSession.last_seen)
    .join(LoginSession, LoginSession.account_id == Account.id)
    .where(
        LoginSession.token_digest == bindparam("digest"),
        LoginSession.ended_at.is_(None),
        LoginSession.credentials_version == Account.credentials_version,
        LoginSession.last_seen > bindparam("since"),
        Account.active,
    )
)


def _read(token: str) -> Account | None:
    if not token:
        return None
    settings: Settings = current_app.extensions["portal_settings"]
    now = clock.now()
    asked = {"digest": service.digest(token), "since": now - timedelta(days=settings.session_days)}
    row = db.reader().execute(_LIVE, asked).first()
    if row is None:
        return None
    account, login_id, last_seen = row
    g.login_session_id = login_id
    if last_seen < now - TOUCH:
        g.touch_login = login_id
    return account


def _touch(response: Response) -> Response:
    login_id = g.pop("touch_login", None)
    if login_id is not None:
        with db.write() as writing:
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
    )
    manager = LoginManager()
    manager.login_view = "access.login"
    manager.session_protection = None  # the server row is the protection
    manager.user_loader(load)
    manager.init_app(app)
    app.after_request(_touch)
