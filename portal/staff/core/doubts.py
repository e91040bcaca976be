"""ID numbers that two accounts gave: staff say whose they are (people/claims.py). Joining both stands in merging.py."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session, object_session

from portal.people import claims
from portal.people.models import Learner
from portal.staff.actions import Action, Ask
from portal.staff.core.merging import in_reach
from portal.staff.screens import RowColumn
from portal.staff.shapes import NOTHING, Shape

CHOICES = {"true": _l("In doubt"), "false": _l("Not in doubt")}
_WHY = (Ask("reason", _l("What was looked at"), hint=_l("It stands in the audit trail")),)
Run = Callable[[Session, Learner, Mapping[str, Any], int, datetime], Any]


def _in_doubt(row: Learner) -> bool:
    return row.in_doubt


def _first(row: Learner) -> Learner | None:
    session = object_session(row)
    return claims.holder(session, row) if session is not None and row.in_doubt else None


def _named(row: Learner) -> object:
    """The other account, to be compared; of one in other divisions, which its staff decide about, the place alone."""
    first = _first(row)
    if first is None or not in_reach(first):
        return first.division.name if first and first.division else NOTHING
    return Markup('<a href="{}">{}</a>').format(url_for("staff_learners.show", pk=first.id), first.name)


FIRST = RowColumn(
    "first", _l("Who registered the number first"), Shape(_named, lambda _row: "", lambda _row: None), path="id"
)


def _give(session: Session, row: Learner, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    claims.give(session, row, actor_id, str(said["reason"]))


def _apart(session: Session, row: Learner, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    claims.keep_apart(session, row, actor_id, str(said["reason"]))


def _refuse(session: Session, row: Learner, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    claims.refuse(session, row, actor_id, str(said["reason"]), now)


def _step(key: str, label: object, confirm: object, run: Run, done: object, *, grave: bool = False) -> Action:
    return Action(key, label, confirm, run, done, applies=_in_doubt, asks=_WHY, grave=grave)


ACTIONS = (
    _step(
        "number_theirs",
        _l("The ID number is theirs"),
        _l("Somebody else registered this number first. From now on it belongs here, and the other account waits."),
        _give,
        _l("The number belongs to this account now."),
    ),
    _step(
        "number_apart",
        _l("Two people have this number"),
        _l("Papers of different kinds may have the same digits. Both accounts stay."),
        _apart,
        _l("Both accounts stay."),
    ),
    _step(
        "number_refused",
        _l("The ID number is not theirs"),
        _l("This account is closed: nobody logs in with it any more. The other one stays as it is."),
        _refuse,
        _l("The account is closed."),
        grave=True,
    ),
)
