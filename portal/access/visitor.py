"""Who is visiting: read once per request from the session row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from portal import db
from portal.access import sessions
from portal.errors import Forbidden
from portal.people import clerks
from portal.people.models import Account, Learner, Organisation

LOOKS_ONLY = _l("Your login may look, not change anything. The owner of your organisation's logins can change that.")
_STRANGE = re.compile(r"[\x00-\x1f\x7f\\]")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Acting:
    """For which organisation a login acts, and as what. `account_id`: the organisation's own, which buys."""

    clerk_id: int
    organisation_id: int
    account_id: int
    role: str


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


def kind_in_numbers(along: sessions.Along, values: Mapping[str, Any]) -> str:
    """The same, for requests that come every few seconds: nothing is read but numbers, and what the view asks for."""
    g.reporting = sessions.identity(along, values)
    return g.reporting[0].kind if g.reporting else ""


def reporting() -> tuple[int, Sequence[Any]]:
    """The learner of such a request, and what was read along. :raises Forbidden: another kind of account."""
    who, found = g.reporting
    if who.learner_id is None:
        raise Forbidden
    return who.learner_id, found


def visiting_learner() -> Learner | None:
    """The learner who looks at a page that is open to everybody, if one is logged in."""
    found = current_account()
    return current_learner() if found and found.kind == "learner" and not found.must_change else None


def current_organisation() -> Organisation:
    """The organisation of this login. :raises Forbidden: another kind of account."""
    mine = acting()
    if mine is None:
        raise Forbidden
    found: Organisation = db.reader().get_one(Organisation, mine.organisation_id)
    return found


def acting() -> Acting | None:
    """For which organisation the visitor acts, if for any. Read once per request."""
    if "acting" not in g:
        visitor = current_account()
        found = clerks.present(db.reader(), visitor.id) if visitor and visitor.kind == "organisation" else None
        g.acting = (
            Acting(found.id, found.organisation_id, found.organisation.account_id or 0, found.role) if found else None
        )
    mine: Acting | None = g.acting
    return mine


def may_act() -> bool:
    """Whether the visitor may do more than look: everybody but an organisation's viewer."""
    mine = acting()
    return mine is None or mine.role != clerks.VIEWER


def buyer_id() -> int:
    """The account whose orders the visitor sees: their own, or that of the organisation they act for.

    :raises Forbidden: a viewer sends something.
    """
    mine = acting()
    if mine is not None and request.method not in _READING and not may_act():
        raise Forbidden(LOOKS_ONLY)
    return mine.account_id if mine else account().id


def colleagues() -> set[int]:
    """Accounts whose deeds are the visitor's own: of everybody who acts or has acted for the same organisation."""
    mine = acting()
    return {account().id} | (clerks.colleagues(db.reader(), mine.organisation_id) if mine else set())


def mailboxes() -> set[int]:
    """Accounts whose messages the visitor reads."""
    mine = acting()
    return {account().id, mine.account_id} if mine else {account().id}


def safe_next(target: str | None, default: str = "/") -> str:
    """A path of this site, or the default: never another host.

    Control characters and backslashes are left out or turned round on the way to a browser, so nothing with one passes.
    """
    if not target or not target.startswith("/") or target.startswith("//") or _STRANGE.search(target):
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
