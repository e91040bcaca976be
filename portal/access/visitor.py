"""Who is visiting: read once per request from the session row."""

from typing import Any

from flask import g, request
from flask_login import current_user

from portal import db
from portal.access import sessions
from portal.errors import Forbidden
from portal.people.models import Account, Learner, Organisation


def current_account() -> Account | None:
    """The account that is logged in, or None."""
    user: Any = current_user
    return user if user and user.is_authenticated else None


def account() -> Account:
    """The account, inside guarded views."""
    found = current_account()
    assert found is not None, "unguarded view"
    return found


def current_learner() -> Learner:
    """The learner of this login. :raises Forbidden: another kind of account."""
    if "learner" not in g or g.learner is None:
        g.learner = db.reader().query(Learner).filter_by(account_id=account().id).one_or_none()
    if g.learner is None:
        raise Forbidden
    learner: Learner = g.learner
    return learner


def kind() -> str:
    """The kind of the account that is logged in, "" when none is."""
    found = current_account()
    return found.kind if found else ""


def kind_in_numbers() -> str:
    """The same, for requests that come every few seconds: nothing but numbers is read."""
    found = sessions.identity()
    return found.kind if found else ""


def learner_id() -> int:
    """The learner of such a request. :raises Forbidden: another kind of account."""
    found = sessions.identity()
    if found is None or found.learner_id is None:
        raise Forbidden
    return found.learner_id


def visiting_learner() -> Learner | None:
    """The learner who looks at a page that is open to everybody, if one is logged in."""
    found = current_account()
    return current_learner() if found and found.kind == "learner" and not found.must_change else None


def current_organisation() -> Organisation:
    """The organisation of this login. :raises Forbidden: another kind of account."""
    found: Organisation | None = db.reader().query(Organisation).filter_by(account_id=account().id).one_or_none()
    if found is None:
        raise Forbidden
    return found


def safe_next(target: str | None, default: str = "/") -> str:
    """A path of this site, or the default: never another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\n" in target:
        return default
    return target


def address() -> str:
    """The network address of the visitor."""
    return request.remote_addr or ""


def device() -> str:
    """What the visitor's browser calls itself, short, to be recognised in the list of logins."""
    agent = request.user_agent.string
    systems = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
    browsers = ("MicroMessenger", "Edg", "Firefox", "Chrome", "Safari")
    found = [next((name for name in names if name in agent), "") for names in (systems, browsers)]
    return " ".join(filter(None, found))
