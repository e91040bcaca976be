"""考核测试: the courses of plans with their tests, and one more attempt for whoever has used all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session, object_session

from portal import clock
from portal.assessment import service as assessment
from portal.assessment import standing
from portal.assessment.standing import TestStanding
from portal.staff.actions import Action, Ask
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, Screen
from portal.staff.shapes import CLIP, HOURS, MOMENT, NUMBER, YES_NO
from portal.study.models import PlanCourse


def _standing(row: PlanCourse) -> TestStanding:
    session = object_session(row)
    assert session is not None  # rows of screens are never detached
    return standing.of_course(session, row, clock.now())


@dataclass(frozen=True)
class Attempts(Column):
    """Attempts at the test of a course: used and allowed. Counted for one row, so only on its own page."""

    def value(self, row: Any) -> Any:
        """ "3 / 3", or nothing where there is no test."""
        found = _standing(row)
        return f"{found.used} / {found.allowed}" if found.state != "none" else None


def _used_up(row: PlanCourse) -> bool:
    return row.plan.state != "revoked" and _standing(row).state == "used_up"


def _grant(session: Session, row: PlanCourse, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    assessment.grant_attempt(session, row.id, actor_id, said["reason"], now)


class PlanCourses(Screen):
    """Read only but for attempts: what is studied and passed, study and tests write."""

    key = "plan_courses"
    model = PlanCourse
    title = _l("Courses and tests")
    menu = "study"
    scope = "division_code"
    personal = True
    weight = 52
    columns = (
        Column("learner", _l("Name"), path="plan.learner.name"),
        Column("title", _l("Course"), CLIP),
        Column("division", _l("Division"), path="plan.learner.division.name"),
        Column("year", _l("Year"), NUMBER),
        Column("hours", _l("Hours"), HOURS),
        Column("needs_test", _l("With a test"), YES_NO),
        Column("state", _l("State"), words.COURSE_STATE),
        Column("extra_attempts", _l("Attempts granted"), NUMBER),
    )
    detail = (
        *columns,
        Attempts("attempts", _l("Attempts used"), path="extra_attempts"),
        Column("studied_at", _l("Studied"), MOMENT),
        Column("completed_at", _l("Completed"), MOMENT),
    )
    find = (Find("plan.learner.name"),)
    filters = (
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("year", _l("Year"), "number"),
        Filter("state", _l("State"), choices=words.choices(words.COURSE_STATES)),
    )
    actions = (
        Action(
            "grant",
            _l("Grant one more attempt"),
            _l("All attempts are used. One more opens at once, and the learner is told."),
            _grant,
            _l("One more attempt is open. The learner was told."),
            _used_up,
            (Ask("reason", _l("Why"), hint=_l("It stands in the audit trail")),),
        ),
    )
    empty = _l("Courses appear here with the plans they belong to.")


SCREENS = (PlanCourses,)
