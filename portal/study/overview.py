"""A learner's plans and year at a glance. Read-only; the sums are the ledger's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from portal.catalogue.models import Lesson, TrainingClass
from portal.errors import NotFound
from portal.rules.rules import Rules
from portal.study import standing
from portal.study.models import Plan, PlanCourse, Progress, StudySession
from portal.study.standing import Standing


@dataclass(frozen=True)
class Kind:
    """Hours (hundredths) of one kind: needed in the year, in the ledger, and in open plans."""

    key: str
    need: int
    done: int
    studying: int

    @property
    def missing(self) -> int:
        return max(0, self.need - self.done)

    @property
    def drawn(self) -> tuple[int, int]:
        """What of done and studying fits into the need."""
        done = min(self.done, self.need)
        return done, min(self.studying, self.need - done)


@dataclass(frozen=True)
class Year:
    """A year's goal. `counted` leaves out hours beyond the need of their kind."""

    year: int
    kinds: tuple[Kind, ...]

    @property
    def need(self) -> int:
        return sum(kind.need for kind in self.kinds)

    @property
    def counted(self) -> int:
        return sum(kind.drawn[0] for kind in self.kinds)

    @property
    def missing(self) -> int:
        return sum(kind.missing for kind in self.kinds)

    @property
    def gaps(self) -> dict[str, int]:
        """Hours per kind that neither the ledger nor an open plan promises."""
        left = {kind.key: kind.missing - kind.drawn[1] for kind in self.kinds}
        return {key: gap for key, gap in left.items() if gap > 0}


def of_year(year: int, rules: Rules, totals: Mapping[str, int], plans: Sequence[Plan]) -> Year:
    """The ledger's totals against the rules, with what open plans still promise."""
    studying: dict[str, int] = {}
    # One course in two plans is earned once.
    waiting = {course.course_id: course for plan in plans if plan.state == "open" for course in plan.courses}
    for course in waiting.values():
        if course.state != "complete" and course.year == year:
            studying[course.kind] = studying.get(course.kind, 0) + course.hours
    kinds = (Kind(key, need, totals.get(key, 0), studying.get(key, 0)) for key, need in rules.hours.items())
    return Year(year, tuple(kinds))


def plans_of(session: Session, learner_id: int) -> list[Plan]:
    """Open plans first, by their last day; then completed ones, newest first. One statement."""
    query = (
        select(Plan)
        .where(Plan.learner_id == learner_id, Plan.state != "revoked")
        .options(
            joinedload(Plan.training_class).joinedload(TrainingClass.division),
            joinedload(Plan.courses),
        )
        .order_by(Plan.state.desc(), Plan.study_until, Plan.id.desc())
    )
    return list(session.scalars(query).unique())


def own_plan(session: Session, learner_id: int, plan_id: int) -> Plan:
    """:raises NotFound: unknown or somebody else's."""
    found = next((plan for plan in plans_of(session, learner_id) if plan.id == plan_id), None)
    if found is None:
        raise NotFound(f"plan {plan_id}")
    return found


@dataclass(frozen=True)
class Resume:
    """Where the learner studied last."""

    plan_course_id: int
    lesson: Lesson
    standing: Standing


def resume(session: Session, learner_id: int) -> Resume | None:
    """The lesson of the newest session, if its course is still to be studied. One statement."""
    same = and_(Progress.plan_course_id == StudySession.plan_course_id, Progress.lesson_id == StudySession.lesson_id)
    row = session.execute(
        select(StudySession, Lesson, Progress)
        .join(Lesson, Lesson.id == StudySession.lesson_id)
        .outerjoin(Progress, same)
        .where(StudySession.learner_id == learner_id)
        .order_by(StudySession.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    player, lesson, progress = row
    return Resume(player.plan_course_id, lesson, standing.of_lesson(player.plan_course_id, lesson, progress, player))


def course_seconds(session: Session, courses: Sequence[PlanCourse]) -> dict[int, tuple[int, int]]:
    """(credited, needed) seconds per plan course. Two statements."""
    credited = session.execute(
        select(Progress.plan_course_id, func.sum(Progress.seconds))
        .where(Progress.plan_course_id.in_([course.id for course in courses]))
        .group_by(Progress.plan_course_id)
    )
    needed = session.execute(
        select(Lesson.course_id, func.sum(Lesson.seconds))
        .where(Lesson.course_id.in_([course.course_id for course in courses]))
        .group_by(Lesson.course_id)
    )
    done = {plan_course: int(seconds) for plan_course, seconds in credited}
    need = {course: int(seconds) for course, seconds in needed}
    return {course.id: (done.get(course.id, 0), need.get(course.course_id, 0)) for course in courses}
