"""学习异常: patterns with their evidence, what staff ask, what learners say, and the decision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.claims import column, reviewed, taken
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, RowColumn, Screen
from portal.staff.shapes import CLIP, MOMENT, Shape
from portal.study import suspicions
from portal.study.models import Suspicion
from portal.study.words import seen

KINDS = {
    "parallel": _l("Several players at once"),
    "clock": _l("Faster than time"),
    "machine": _l("Presence confirmed at once"),
    "fast": _l("Test answered too fast"),
    "even": _l("Answers at equal distances"),
}
STATES = {
    "found": (_l("To be looked at"), "wait"),
    "asked": (_l("Learner asked"), "run"),
    "explained": (_l("To be decided"), "wait"),
    "cleared": (_l("All is well"), "ok"),
    "upheld": (_l("It stands"), "bad"),
}
WHY = Ask("reason", _l("Why"), hint=_l("The learner reads this"))


def _seen(row: Suspicion) -> str:
    return seen(row.kind, row.evidence)


def _ask(session: Session, row: Suspicion, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    suspicions.ask(session, row.id, actor_id, said["question"], now)


def _clear(session: Session, row: Suspicion, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    suspicions.clear(session, row.id, actor_id, said["reason"], now)


def _uphold(session: Session, row: Suspicion, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    suspicions.uphold(session, row.id, actor_id, said["reason"], now)


class Suspicions(Screen):
    """What looks unlike a person. A row takes nothing away; decided ones stay."""

    key = "suspicions"
    model = Suspicion
    title = _l("Unusual study")
    menu = "study"
    scope = "division_code"
    personal = True
    weight = 54
    columns = (
        Column("learner", _l("Name"), path="learner.name"),
        Column("division", _l("Division"), path="learner.division.name"),
        Column("kind", _l("What was seen"), shapes.words(KINDS)),
        Column("course", _l("Course"), CLIP, path="plan_course.title"),
        Column("state", _l("State"), shapes.states(STATES)),
        column(model, key),
        Column("found_at", _l("Seen on"), MOMENT, sort=True),
    )
    detail = (
        *columns,
        RowColumn("evidence", _l("Evidence"), Shape(_seen, _seen, lambda row: row.evidence)),
        Column("question", _l("What the office asks")),
        Column("explanation", _l("What the learner says")),
        Column("reason", _l("Why")),
        Column("decided_at", _l("Decided on"), MOMENT),
    )
    find = (Find("learner.name"),)
    filters = (
        Filter("state", _l("State"), choices=words.choices(STATES)),
        Filter("kind", _l("What was seen"), choices=KINDS),
        Filter("division", _l("Division"), "division", "division_code"),
        taken(model, key),
    )
    actions = reviewed(
        key,
        Action(
            "ask",
            _l("Ask the learner"),
            _l("The learner sees the evidence and has seven days to explain. Nothing is taken away."),
            _ask,
            _l("Asked. The learner was told."),
            lambda row: row.state == suspicions.FOUND,
            (Ask("question", _l("Question"), hint=_l("The learner reads this")),),
        ),
        Action(
            "clear",
            _l("All is well"),
            _l("The entry is closed. Who was asked is told."),
            _clear,
            _l("Closed."),
            lambda row: row.state in (suspicions.FOUND, suspicions.ASKED, suspicions.EXPLAINED),
            (WHY,),
        ),
        Action(
            "uphold",
            _l("It stands"),
            _l("The learner reads why. Hours stay until a plan is revoked, which is a step of its own."),
            _uphold,
            _l("Decided. The learner was told."),
            lambda row: row.state in (suspicions.ASKED, suspicions.EXPLAINED),
            (WHY,),
            grave=True,
        ),
    )
    empty = _l("Patterns that people do not make appear here, with their evidence.")


SCREENS = (Suspicions,)
