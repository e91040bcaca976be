"""Counting what is looked up from an address, so that nobody reads the register through."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.kit import current_vault
from portal_certs.models import LookUp

WINDOW = timedelta(minutes=15)


def count_look_up(session: Session, address: str, cost: int, now: datetime) -> None:
    """Adds to what an address has looked up in this window."""
    key = look_up_key(address)
    row = session.get(LookUp, key)
    if row is None:
        session.add(LookUp(key=key, cost=cost, window_start=now))
    elif row.window_start <= now - WINDOW:
        row.cost, row.window_start = cost, now
    else:
        row.cost += cost


def look_up_key(address: str) -> str:
    """What stands for a network address in the table."""
    return current_vault().blind("verify-from", address)


def forget_look_ups(session: Session, now: datetime) -> None:
    """Deletes windows that are over."""
    session.execute(delete(LookUp).where(LookUp.window_start <= now - WINDOW))
