"""Seats of classes move only here, by conditional UPDATE: never above what there is, never below nought."""

from collections import Counter
from collections.abc import Iterable

import structlog
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

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
        taken = session.execute(
            update(TrainingClass)
            .where(TrainingClass.id == class_id)
            .where(or_(TrainingClass.seats.is_(None), TrainingClass.taken + number <= TrainingClass.seats))
            .values(taken=TrainingClass.taken + number)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return class_id
    return None


def release(session: Session, held: Counter[int]) -> None:
    """Gives seats back. More than are taken means somebody wrote past this module: said loudly, changed nothing."""
    for class_id, number in sorted(held.items()):
        given = session.execute(
            update(TrainingClass)
            .where(TrainingClass.id == class_id, TrainingClass.taken >= number)
            .values(taken=TrainingClass.taken - number)
        )
        if not given.rowcount:  # type: ignore[attr-defined]
            log.error("seats_do_not_fit", training_class=class_id, number=number)
