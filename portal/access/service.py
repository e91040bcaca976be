"""Logging in and out. The cookie carries a random token; the row keeps its digest."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from portal.access.models import LoginSession
from portal.errors import NotFound, Refused
from portal.people import login_names, passwords
from portal.people.models import Account, LoginName


def digest(token: str) -> str:
    """What the session row keeps of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(session: Session, name: str, kinds: Iterable[str] = login_names.KINDS) -> Account | None:
    """The account with this login name, whichever of these kinds of name it is; of two, as the earlier kind says."""
    values = login_names.indexes(name, kinds)
    query = select(Account).join(LoginName, LoginName.account_id == Account.id).where(LoginName.value.in_(values))
    rank = case({value: place for place, value in enumerate(values)}, value=LoginName.value)
    found: Account | None = session.scalar(query.order_by(rank).limit(1))
    return found


def log_in(session: Session, name: str, password: str) -> Account:
    """Checks a name and a password. The caller has counted the attempt (attempts.py).

    :raises Refused: wrong name or password; which of both is not told.
    """
    return opened(everybody(session, name), password)


def opened(accounts: Sequence[Account], password: str) -> Account:
    """Which of these accounts the password opens. :raises Refused: none."""
    place = passwords.whose([one.password for one in accounts], password)
    account = accounts[place] if place is not None else None
    if account is None or account.must_change or not account.active:
        raise Refused(_l("The user name or the password is wrong."))
    return account


def everybody(session: Session, name: str) -> list[Account]:
    """The account this name opens, then those that are in doubt beside it (people/claims.py): the password decides.

    One that waits for activation is named by its ID number only: its phone is the second fact of the activation, so it
    may not be what named the account too. To a visitor it is the name of nobody.
    """
    values, doubtful = login_names.indexes(name), login_names.places(login_names.CLAIM, name)
    query = select(LoginName.value, Account).select_from(LoginName).join(Account, Account.id == LoginName.account_id)
    rows = session.execute(query.where(LoginName.value.in_([*values, *doubtful])))
    found: dict[str, Account] = {row[0]: row[1] for row in rows}
    of_ids = login_names.indexes(name, login_names.OF_IDS)
    named = [found[value] for value in values if value in found]
    first = [one for one in named[:1] if not one.must_change] or [found[value] for value in of_ids if value in found]
    return first[:1] + [found[value] for value in doubtful if value in found]


def open_session(session: Session, account: Account, device: str, now: datetime) -> str:
    """Opens a login and returns the token for its cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_digest=digest(token),
            account_id=account.id,
            credentials_version=account.credentials_version,
            created_at=now,
            last_seen=now,
            device=device,
        )
    )
    return token


def end_session(session: Session, token: str, now: datetime) -> None:
    """Ends one login. Unknown tokens are nobody's."""
    query = update(LoginSession).where(LoginSession.token_digest == digest(token), LoginSession.ended_at.is_(None))
    session.execute(query.values(ended_at=now))


def live_sessions(session: Session, account: Account, now: datetime, days: int) -> list[LoginSession]:
    """Logins that still open this account, the latest used first. `days`: how long an unused one lasts."""
    query = select(LoginSession).where(
        LoginSession.account_id == account.id,
        LoginSession.ended_at.is_(None),
        LoginSession.credentials_version == account.credentials_version,
        LoginSession.last_seen > now - timedelta(days=days),
    )
    return list(session.scalars(query.order_by(LoginSession.last_seen.desc())))


def end_others(session: Session, account_id: int, kept_id: int, now: datetime) -> None:
    """Ends every login of an account but one."""
    query = update(LoginSession).where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
    session.execute(query.where(LoginSession.id != kept_id).values(ended_at=now))


def end_one(session: Session, account_id: int, login_id: int, now: datetime) -> None:
    """Ends one login of an account. Twice is once. :raises NotFound: unknown, or somebody else's."""
    found = session.get(LoginSession, login_id)
    if found is None or found.account_id != account_id:
        raise NotFound(f"login {login_id}")
    found.ended_at = found.ended_at or now


def end_all(session: Session, account_id: int) -> None:
    """Ends every login of an account: a new password, deactivation or a change of roles."""
    query = update(Account).where(Account.id == account_id)
    session.execute(query.values(credentials_version=Account.credentials_version + 1))
