"""Seats of classes move only here, by conditional UPDATE: never above what there is, never below nought."""

from collections import Counter
from collections.abc import Iterable

import structlog
from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.orm import Session

from portal import versions
from portal.catalogue import service as catalogue
from portal.catalogue.models import TrainingClass

log = structlog.get_logger(__name__)


def count(class_ids: Iterable[int | None]) -> Counter[int]:
    """How many seats of which class; lines without a class need none."""
    return Counter(class_id for class_id in class_ids if class_id is not None)


def hold(session: Session, wanted: Counter[int]) -> int | None:
    """Takes all these seats. Returns the first class that has too few left; the caller must roll back then.

    Classes are taken in the order of their ids, so that two orders never wait for each other.
    """
    for class_id, number in sorted(wanted.items()):
        free = or_(TrainingClass.seats.is_(None), TrainingClass.taken + number <= TrainingClass.seats)
        if not _move(session, class_id, number, free):
            return class_id
    return None


def release(session: Session, held: Counter[int]) -> None:
    """Gives seats back. More than are taken means somebody wrote past this module: said loudly, changed nothing."""
    for class_id, number in sorted(held.items()):
        if not _move(session, class_id, -number, TrainingClass.taken >= number):
            log.error("seats_do_not_fit", training_class=class_id, number=number)


def _move(session: Session, class_id: int, number: int, possible: ColumnElement[bool]) -> bool:
    """Takes or gives so many seats where that is possible. Pages end only where few are left: above, they show none."""
    moved = session.execute(
        update(TrainingClass)
        .where(TrainingClass.id == class_id, possible)
        .values(taken=TrainingClass.taken + number)
        .returning(TrainingClass.seats, TrainingClass.taken)
        .execution_options(**versions.QUIET)
    ).one_or_none()
    if moved is None:
        return False
    seats, taken = moved
    if seats is not None and seats - max(taken, taken - number) <= catalogue.FEW:
        versions.touch(session, TrainingClass.__tablename__)
    return True
