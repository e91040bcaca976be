"""What a learner may do about a test: locked, ready, running, passed or used up. Read-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, defer, joinedload

from portal import clock
from portal.assessment.models import Attempt, PaperRule
from portal.rules import kept as rules
from portal.rules.rules import Testing
from portal.study.models import PlanCourse


@dataclass(frozen=True)
class TestStanding:
    """`state`: none (no test) | locked (lessons first) | ready | running | passed | used_up
    | early | over (not in its days) | waiting (after a failed attempt).
    """

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
    opens_on: date | None = None
    closes_on: date | None = None
    again_at: datetime | None = None  # while waiting

    @property
    def left(self) -> int:
        return max(0, self.allowed - self.used)


def of_courses(session: Session, courses: Sequence[PlanCourse], now: datetime) -> dict[int, TestStanding]:
    """Standings by plan course, in one statement however many. Their plans must be loaded."""
    tested = {course.id: course for course in courses if course.needs_test}
    attempts: dict[int, list[Attempt]] = {course_id: [] for course_id in tested}
    own: dict[int, Terms] = {}
    for course_id, attempt, rule in session.execute(_sat(), {"courses": list(tested)}).unique() if tested else ():
        if attempt is not None:
            attempts[course_id].append(attempt)
        if rule is not None:
            own[course_id] = _own(rule)
    return {
        course.id: _standing(course, attempts[course.id], own.get(course.id) or _usual(session, course), now)
        for course in tested.values()
    }


@cache
def _sat() -> Select[int, Attempt | None, PaperRule | None]:
    """Each course with each of its attempts, and its own rule if it has one."""
    return (
        select(PlanCourse.id, Attempt, PaperRule)
        .outerjoin(Attempt, Attempt.plan_course_id == PlanCourse.id)
        .outerjoin(PaperRule, PaperRule.course_id == PlanCourse.course_id)
        .where(PlanCourse.id.in_(bindparam("courses", expanding=True)))
        .options(defer(Attempt.paper), defer(Attempt.solution), joinedload(PaperRule.parts))
        .order_by(Attempt.number)
    )


def of_course(session: Session, course: PlanCourse, now: datetime) -> TestStanding:
    """The standing of one course; state "none" when it needs no test."""
    return of_courses(session, [course], now).get(course.id) or TestStanding(course.id, "none", Testing(), 0, 0, None)


@dataclass(frozen=True)
class Terms:
    """How and when a course is tested."""

    testing: Testing
    opens_on: date | None = None
    closes_on: date | None = None


def _usual(session: Session, course: PlanCourse) -> Terms:
    """What the plan's rule set says, for a course without a rule of its own."""
    return Terms(rules.of_set(session, course.plan.rule_set_id).testing)


def _own(rule: PaperRule) -> Terms:
    testing = Testing(
        questions=sum(part.questions for part in rule.parts) or rule.questions,
        minutes=rule.minutes,
        pass_mark=rule.pass_mark,
        attempts=rule.attempts,
        wait_minutes=rule.wait_minutes,
    )
    return Terms(testing, rule.opens_on, rule.closes_on)


def _standing(course: PlanCourse, attempts: list[Attempt], terms: Terms, now: datetime) -> TestStanding:
    rule = terms.testing
    allowed = rule.attempts + course.extra_attempts
    open_ones = [attempt for attempt in attempts if attempt.state == "open" and attempt.deadline > now]
    graded = [attempt for attempt in attempts if attempt.state == "graded"]
    again_at = _again_at(graded, rule)
    state = _state(course, bool(open_ones), len(attempts) < allowed)
    if state == "ready":
        state = _timed(terms, again_at, now)
    return TestStanding(
        plan_course_id=course.id,
        state=state,
        rule=rule,
        used=len(attempts),
        allowed=allowed,
        best=max((attempt.score or 0 for attempt in graded), default=None),
        running=open_ones[0].token if open_ones else "",
        deadline=open_ones[0].deadline if open_ones else None,
        last=graded[-1].token if graded else "",
        opens_on=terms.opens_on,
        closes_on=terms.closes_on,
        again_at=again_at if state == "waiting" else None,
    )


def _again_at(graded: Sequence[Attempt], rule: Testing) -> datetime | None:
    """When another attempt may begin after the last one failed."""
    last = graded[-1].submitted_at if graded else None
    return last + timedelta(minutes=rule.wait_minutes) if last and rule.wait_minutes else None


def _timed(terms: Terms, again_at: datetime | None, now: datetime) -> str:
    """Whether the days and the waiting time let an attempt begin."""
    today = clock.today(now)
    if terms.opens_on is not None and today < terms.opens_on:
        return "early"
    if terms.closes_on is not None and today > terms.closes_on:
        return "over"
    return "waiting" if again_at is not None and now < again_at else "ready"


def _state(course: PlanCourse, running: bool, may_start: bool) -> str:
    if course.state == "complete":
        return "passed"
    if course.state != "studied":
        return "locked"
    if running:
        return "running"
    return "ready" if may_start else "used_up"
