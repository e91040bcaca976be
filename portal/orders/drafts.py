"""Half-done forms of selection modes: one per account, mode and key, found again on any device."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal import db
from portal.errors import Conflict
from portal.orders.models import Draft

_MOVED_ON = _l("This form was changed in another window. What you see now is the newest version.")


def load(session: Session, account_id: int, mode: str, key: str, now: datetime) -> Draft | None:
    """The draft as it was saved last; None when there is none or it has expired."""
    found: Draft | None = session.scalar(_draft(account_id, mode, key).where(Draft.expires_at > now))
    return found


def save(
    session: Session,
    account_id: int,
    mode: str,
    key: str,
    step: str,
    data: dict[str, Any],
    version: int,
    now: datetime,
    days: int,
) -> Draft:
    """Keeps a form for `days` from now. `version` is that of the draft the form was filled from, 0 when there was none.

    :raises Conflict: the draft was saved elsewhere since; nothing is overwritten.
    """
    values = {"step": step, "data": data, "updated_at": now, "expires_at": now + timedelta(days=days)}
    drop_expired(session, now)
    if version == 0:
        if session.scalar(_draft(account_id, mode, key)) is not None:
            raise Conflict(_MOVED_ON)
        draft = Draft(account_id=account_id, mode=mode, key=key, version=1, **values)
        session.add(draft)
        session.flush()
        return draft
    mine = (Draft.account_id == account_id, Draft.mode == mode, Draft.key == key)
    unmoved = update(Draft).where(*mine, Draft.version == version)
    if not db.changed(session, unmoved.values(version=version + 1, **values)):
        raise Conflict(_MOVED_ON)
    newest: Draft = session.scalars(_draft(account_id, mode, key).execution_options(populate_existing=True)).one()
    return newest


def drop(session: Session, account_id: int, mode: str, key: str) -> None:
    """Forgets a draft, because it became an order or was given up."""
    session.execute(delete(Draft).where(Draft.account_id == account_id, Draft.mode == mode, Draft.key == key))


def drop_expired(session: Session, now: datetime) -> int:
    """Forgets what nobody came back for. Returns how many."""
    return db.changed(session, delete(Draft).where(Draft.expires_at <= now))


def _draft(account_id: int, mode: str, key: str) -> Any:
    return select(Draft).where(Draft.account_id == account_id, Draft.mode == mode, Draft.key == key)
