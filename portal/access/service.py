"""Logging in and out. The cookie carries a random token; the row keeps its digest."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from portal.access.models import LoginAttempt, LoginSession
from portal.errors import NotFound, Refused, TooMany
from portal.people import login_names, passwords
from portal.people.models import Account, LoginName
from portal.vault import current_vault

WINDOW = timedelta(minutes=15)
PER_NAME, PER_ADDRESS = 8, 100  # failures in a window
# Sorts of failures, counted apart: guesses, codes that were asked for, look-ups by registering.
LOGIN, CODES, LOOK_UP = "attempt", "attempt-code", "attempt-look-up"


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


def log_in(session: Session, name: str, password: str, address: str, now: datetime) -> Account:
    """Checks a name and a password.

    A failure must be counted although the log-in is refused, so the caller counts it with `count_failure` in a
    transaction of its own.

    :raises Refused: wrong name or password; which of both is not told.
    :raises TooMany: too many failures for this name or from this address.
    """
    accounts = everybody(session, name)
    _check(session, _keys(accounts, name, address, LOGIN), now)
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


def check_limits(session: Session, name: str, address: str, now: datetime, what: str = LOGIN) -> None:
    """An empty name asks about the address alone.

    :raises TooMany: too many failures of this sort for this name or from this address.
    """
    _check(session, _keys(everybody(session, name) if name else [], name, address, what), now)


def _check(session: Session, keys: Iterable[tuple[str, int]], now: datetime) -> None:
    limits = dict(keys)
    query = select(LoginAttempt.key, LoginAttempt.failures)
    recent = query.where(LoginAttempt.key.in_(limits), LoginAttempt.window_start > now - WINDOW)
    for key, failures in session.execute(recent):
        if failures >= limits[key]:
            raise TooMany(_l("Too many failed attempts. Try again in 15 minutes."))


def count_failure(session: Session, name: str, address: str, now: datetime, what: str = LOGIN) -> None:
    """Counts a failed attempt for the account of that name, else for the name given, if any, and for the address."""
    for key, _limit in _keys(everybody(session, name) if name else [], name, address, what):
        row = session.get(LoginAttempt, key)
        if row is None:
            session.add(LoginAttempt(key=key, failures=1, window_start=now))
        elif row.window_start <= now - WINDOW:
            row.failures, row.window_start = 1, now
        else:
            row.failures += 1


def _keys(accounts: Sequence[Account], name: str, address: str, what: str) -> list[tuple[str, int]]:
    """What is counted, with its limit: no account has more tries for having more names or spellings of one."""
    vault = current_vault()
    from_there = (vault.blind(f"{what}-from", address), PER_ADDRESS)
    if not name:
        return [from_there]
    named = [f"account {one.id}" for one in accounts] or [login_names.any_form(name)]
    return [*((vault.blind(what, one), PER_NAME) for one in named), from_there]


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
