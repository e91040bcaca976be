"""Opening plans: by a payment, by staff, by an import."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.credits.models import Credit
from portal.study.models import Plan, PlanCourse
from portal.study.service.completion import complete_plan
from portal.study.specs import PlanSpec, SpecCourse


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
    complete_plan(session, plan, now)
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
