"""Keeping and finding ID photos."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.photos.checks import Checked
from portal.photos.models import Photo
from portal.storage import current_storage, delete_after


def current(session: Session, account_id: int) -> Photo | None:
    """The photo that counts, or None while there is none."""
    query = select(Photo).where(Photo.account_id == account_id, Photo.replaced_at.is_(None))
    return session.scalar(query.order_by(Photo.id.desc()).limit(1))


def content(photo: Photo) -> bytes:
    """The JPEG itself. :raises NotFound: the file is gone."""
    return current_storage().get(photo.storage_key)


def keep(session: Session, account_id: int, checked: Checked, now: datetime) -> Photo:
    """Stores a checked photo as the one that counts; the former one is kept, marked as replaced."""
    key = f"photos/{now:%Y/%m}/{secrets.token_hex(16)}.jpg"
    former = update(Photo).where(Photo.account_id == account_id, Photo.replaced_at.is_(None))
    session.execute(former.values(replaced_at=now))
    photo = Photo(
        account_id=account_id,
        storage_key=key,
        sha256=current_storage().put(key, checked.data, personal=True),
        created_at=now,
    )
    session.add(photo)
    session.flush()
    return photo


def hand_over(session: Session, account_id: int, into_id: int, now: datetime) -> None:
    """Photos of one account become another's of the same person; the one that account has counts on."""
    if current(session, into_id) is not None:
        former = update(Photo).where(Photo.account_id == account_id, Photo.replaced_at.is_(None))
        session.execute(former.values(replaced_at=now))
    session.execute(update(Photo).where(Photo.account_id == account_id).values(account_id=into_id))


def shred(session: Session, account_id: int) -> int:
    """Removes every photo of an account, rows and files. Returns how many."""
    return _remove(session, list(session.scalars(select(Photo).where(Photo.account_id == account_id))))


def shred_replaced(session: Session, before: datetime) -> int:
    """Removes photos that were replaced before a moment. Returns how many."""
    return _remove(session, list(session.scalars(select(Photo).where(Photo.replaced_at < before))))


def _remove(session: Session, found: list[Photo]) -> int:
    for photo in found:
        session.delete(photo)
    delete_after(session, [photo.storage_key for photo in found])
    return len(found)
