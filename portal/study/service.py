"""Opening plans, crediting study, completing courses. The only writer of this room."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import events
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.messages import service as messages
from portal.people.models import Employment, Learner
from portal.study.models import Plan, PlanCourse
from portal.study.plans import PlanSpec, SpecCourse
from portal.types import PlanCompleted

__all__ = ["PlanSpec", "SpecCourse", "open_plans", "pass_test"]


def open_plans(session: Session, specs: Sequence[PlanSpec], now: datetime) -> list[int]:
    """Opens plans in the caller's transaction and returns their ids in the order of `specs`.

    A line that has a plan keeps it. A course that is live in the ledger for its year opens as complete, so nobody
    studies the same hours twice; a plan of such courses alone completes at once.
    """
    known = _plans_of_lines(session, [spec.line_id for spec in specs if spec.line_id is not None])
    credited = _credited(session, specs)
    ids: list[int] = []
    for spec in specs:
        plan_id = known.get(spec.line_id) if spec.line_id is not None else None
        if plan_id is None:
            plan_id = _open_plan(session, spec, credited, now).id
            if spec.line_id is not None:
                known[spec.line_id] = plan_id
        ids.append(plan_id)
    return ids


def _plans_of_lines(session: Session, line_ids: list[int]) -> dict[int, int]:
    rows = session.execute(select(Plan.line_id, Plan.id).where(Plan.line_id.in_(line_ids)))
    return {line_id: plan_id for line_id, plan_id in rows if line_id is not None}


def _credited(session: Session, specs: Iterable[PlanSpec]) -> set[tuple[int, int | None, int]]:
    """(learner, course, year) that stand in the ledger, of everything these specs mention."""
    learners = {spec.learner_id for spec in specs}
    courses = {course.course_id for spec in specs for course in spec.courses}
    rows = session.execute(
        select(Credit.learner_id, Credit.course_id, Credit.year).where(
            Credit.learner_id.in_(learners),
            Credit.course_id.in_(courses),
            Credit.reversed_by.is_(None),
            Credit.hours > 0,
        )
    )
    return {(learner, course, year) for learner, course, year in rows}


def _open_plan(session: Session, spec: PlanSpec, credited: set[tuple[int, int | None, int]], now: datetime) -> Plan:
    plan = Plan(
        learner_id=spec.learner_id,
        line_id=spec.line_id,
        mode=spec.mode,
        project_id=spec.project_id,
        class_id=spec.class_id,
        title=spec.title,
        award=spec.award,
        year=spec.year,
        rule_set_id=spec.rule_set_id,
        study_until=spec.study_until,
        state="open",
        opened_at=now,
    )
    session.add(plan)
    for course in spec.courses:
        done = (spec.learner_id, course.course_id, course.year) in credited
        plan.courses.append(_plan_course(course, now if done else None))
    session.flush()
    _complete_plan(session, plan, now)
    return plan


def _plan_course(course: SpecCourse, done_at: datetime | None) -> PlanCourse:
    return PlanCourse(
        course_id=course.course_id,
        title=course.title,
        kind=course.kind,
        year=course.year,
        hours=course.hours,
        compulsory=course.compulsory,
        needs_test=course.needs_test,
        state="complete" if done_at else "open",
        studied_at=done_at,
        completed_at=done_at,
    )


def pass_test(session: Session, plan_course_id: int, now: datetime) -> None:
    """The 考核测试 of a studied course is passed: the course counts. Twice is once; an unstudied course stays open."""
    course = session.get_one(PlanCourse, plan_course_id)
    if course.state == "studied" and course.needs_test:
        _complete_course(session, course, now)


def _complete_course(session: Session, course: PlanCourse, now: datetime) -> None:
    """Books the hours, once, and marks the course complete in every open plan of this learner that holds it."""
    plan = course.plan
    credits_.earn(
        session,
        learner_id=plan.learner_id,
        year=course.year,
        kind=course.kind,
        hours=course.hours,
        title=course.title,
        source="plan",
        employer_name=_employer(session, plan.learner_id, now),
        now=now,
        course_id=course.course_id,
        plan_id=plan.id,
    )
    same = (
        select(PlanCourse)
        .join(Plan)
        .where(
            Plan.learner_id == plan.learner_id,
            Plan.state == "open",
            PlanCourse.course_id == course.course_id,
            PlanCourse.year == course.year,
            PlanCourse.state != "complete",
        )
    )
    for row in session.scalars(same).all():
        row.state, row.studied_at, row.completed_at = "complete", row.studied_at or now, now
        _complete_plan(session, row.plan, now)


def _complete_plan(session: Session, plan: Plan, now: datetime) -> None:
    """A plan whose courses are all complete is complete: told once to the plugins and to the learner."""
    if plan.state != "open" or not plan.courses or any(course.state != "complete" for course in plan.courses):
        return
    plan.state, plan.completed_at = "complete", now
    session.flush()
    events.record(session, PlanCompleted(plan_id=plan.id))
    account_id = session.scalar(select(Learner.account_id).where(Learner.id == plan.learner_id))
    assert account_id is not None
    messages.post(session, account_id, "plan_completed", url=f"/centre/projects/{plan.id}", title=plan.title)


def _employer(session: Session, learner_id: int, now: datetime) -> str:
    """The employer's name at that moment; "" when none is on file."""
    query = (
        select(Employment.employer_name)
        .where(Employment.learner_id == learner_id, Employment.valid_from <= now)
        .where(Employment.valid_to.is_(None) | (Employment.valid_to > now))
        .order_by(Employment.id.desc())
        .limit(1)
    )
    return session.scalar(query) or ""
