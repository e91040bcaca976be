"""Limits on attempts: one is counted before it is looked at, and taken back once it was right.

So thirty at once are no more tries than one after the other. Guesses, codes that were asked for and look-ups by
registering are counted apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, or_, update
from sqlalchemy.orm import Session

from portal import db
from portal.access import service
from portal.access.models import LoginAttempt
from portal.errors import TooMany
from portal.people import login_names
from portal.people.models import Account
from portal.vault import current_vault

WINDOW = timedelta(minutes=15)
PER_NAME, PER_ADDRESS = 8, 100  # failures in a window
LOGIN, CODES, LOOK_UP = "attempt", "attempt-code", "attempt-look-up"


@dataclass(frozen=True)
class Attempt:
    """One that was counted. `accounts`: whom the name means, see service.everybody."""

    keys: tuple[str, ...]
    accounts: Sequence[Account]

    def forgive(self, session: Session) -> None:
        """It was right, or none of those that count."""
        counted = update(LoginAttempt).where(LoginAttempt.key.in_(self.keys), LoginAttempt.failures > 0)
        session.execute(counted.values(failures=LoginAttempt.failures - 1))


def begin(name: str, address: str, now: datetime, what: str = LOGIN) -> Attempt:
    """Counts an attempt in a transaction of its own, whatever comes of it.

    :raises TooMany: as for `count`.
    """
    with db.write() as session:
        return count(session, name, address, now, what)


def count(session: Session, name: str, address: str, now: datetime, what: str = LOGIN) -> Attempt:
    """Counts an attempt for the account of that name, else for the name given, if any, and for the address.

    :raises TooMany: too many of this sort for this name or from this address. The caller's transaction must fall.
    """
    accounts = service.everybody(session, name) if name else []
    limits = _limits(accounts, name, address, what)
    if not _count(session, limits, now):
        raise TooMany(_l("Too many failed attempts. Try again in 15 minutes."))
    return Attempt(tuple(limits), accounts)


def _count(session: Session, limits: Mapping[str, int], now: datetime) -> bool:
    """One more under each key, but for those that have as many as there may be: one statement. Whether all had room."""
    rows = [{"key": key, "failures": 1, "window_start": now} for key in limits]
    over = LoginAttempt.window_start <= now - WINDOW
    begun = {
        "failures": case((over, 1), else_=LoginAttempt.failures + 1),
        "window_start": case((over, now), else_=LoginAttempt.window_start),
    }
    room = or_(over, LoginAttempt.failures < case(dict(limits), value=LoginAttempt.key))
    said = db.insert_or(LoginAttempt).values(rows)
    counted = said.on_conflict_do_update(index_elements=["key"], set_=begun, where=room).returning(LoginAttempt.key)
    return len(session.scalars(counted).all()) == len(limits)


def _limits(accounts: Sequence[Account], name: str, address: str, what: str) -> dict[str, int]:
    """What is counted, with its limit: no account has more tries for having more names or spellings of one."""
    vault = current_vault()
    from_there = {vault.blind(f"{what}-from", address): PER_ADDRESS}
    if not name:
        return from_there
    named = [f"account {one.id}" for one in accounts] or [login_names.any_form(name)]
    return {vault.blind(what, one): PER_NAME for one in named} | from_there
