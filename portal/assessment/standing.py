"""What a learner may do about a test: locked, ready, running, passed or used up. Read-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assessment.models import Attempt, PaperRule
from portal.rules.models import RuleSet
from portal.rules.rules import Testing
from portal.study.models import PlanCourse


@dataclass(frozen=True)
class TestStanding:
    """`state`: none (no test) | locked (lessons first) | ready | running | passed | used_up."""

    __test__ = False  # not a test class of pytest

    plan_course_id: int
    state: str
    rule: Testing
    used: int
    allowed: int
    best: int | None
    running: str = ""  # token of the open attempt
    deadline: datetime | None = None
    last: str = ""  # token of the last graded attempt

    @property
    def left(self) -> int:
        return max(0, self.allowed - self.used)


def of_courses(session: Session, courses: Sequence[PlanCourse], now: datetime) -> dict[int, TestStanding]:
    """Standings by plan course, in three statements however many. Their plans must be loaded."""
    tested = [course for course in courses if course.needs_test]
    attempts = _attempts(session, tested)
    rules = _rules(session, tested)
    return {course.id: _standing(course, attempts.get(course.id, []), rules[course.id], now) for course in tested}


def of_course(session: Session, course: PlanCourse, now: datetime) -> TestStanding:
    """The standing of one course; state "none" when it needs no test."""
    return of_courses(session, [course], now).get(course.id) or TestStanding(course.id, "none", Testing(), 0, 0, None)


def _rules(session: Session, courses: Sequence[PlanCourse]) -> dict[int, Testing]:
    """The course's own paper rule, else what the plan's rule set says."""
    if not courses:
        return {}
    own = {
        rule.course_id: Testing(
            questions=rule.questions, minutes=rule.minutes, pass_mark=rule.pass_mark, attempts=rule.attempts
        )
        for rule in session.scalars(select(PaperRule).where(PaperRule.course_id.in_([c.course_id for c in courses])))
    }
    wanted = {course.plan.rule_set_id for course in courses}
    sets = {row.id: row.rules.testing for row in session.scalars(select(RuleSet).where(RuleSet.id.in_(wanted)))}
    return {course.id: own.get(course.course_id) or sets[course.plan.rule_set_id] for course in courses}


def _attempts(session: Session, courses: Sequence[PlanCourse]) -> dict[int, list[Attempt]]:
    if not courses:
        return {}
    query = select(Attempt).where(Attempt.plan_course_id.in_([course.id for course in courses]))
    found: dict[int, list[Attempt]] = {}
    for attempt in session.scalars(query.order_by(Attempt.number)):
        found.setdefault(attempt.plan_course_id, []).append(attempt)
    return found


def _standing(course: PlanCourse, attempts: list[Attempt], rule: Testing, now: datetime) -> TestStanding:
    allowed = rule.attempts + course.extra_attempts
    open_ones = [attempt for attempt in attempts if attempt.state == "open" and attempt.deadline > now]
    graded = [attempt for attempt in attempts if attempt.state == "graded"]
    return TestStanding(
        plan_course_id=course.id,
        state=_state(course, bool(open_ones), len(attempts) < allowed),
        rule=rule,
        used=len(attempts),
        allowed=allowed,
        best=max((attempt.score or 0 for attempt in graded), default=None),
        running=open_ones[0].token if open_ones else "",
        deadline=open_ones[0].deadline if open_ones else None,
        last=graded[-1].token if graded else "",
    )


def _state(course: PlanCourse, running: bool, may_start: bool) -> str:
    if course.state == "complete":
        return "passed"
    if course.state != "studied":
        return "locked"
    if running:
        return "running"
    return "ready" if may_start else "used_up"
