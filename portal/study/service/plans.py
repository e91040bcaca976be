"""Opening plans: by a payment, by staff, by an import."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from portal import db
from portal.credits.models import Credit
from portal.people.models import Learner
from portal.study.models import Plan, PlanCourse
from portal.study.service.completion import complete_plan
from portal.study.specs import PlanSpec, SpecCourse

Places = Mapping[int, str | None]  # divisions by learner
Done = set[tuple[int, int | None, int]]  # (learner, course, year) that stand in the ledger


def open_plans(session: Session, specs: Sequence[PlanSpec], now: datetime) -> list[int]:
    """Opens plans in the caller's transaction and returns their ids in the order of `specs`.

    A line that has a plan keeps it. A course that is live in the ledger for its year opens as complete, so nobody
    studies the same hours twice; a plan of such courses alone completes at once. A handful of statements, however
    many plans.
    """
    known, credited, places = _standing(session, specs)
    fresh = [spec for spec in _once_a_line(specs) if spec.line_id is None or spec.line_id not in known]
    ids = db.insert_many(session, Plan, [_plan(spec, places, now) for spec in fresh])
    opened = list(zip(ids, fresh, strict=True))
    courses = [
        _course(plan_id, spec, course, credited, now) | {"division_code": places[spec.learner_id]}
        for plan_id, spec in opened
        for course in spec.courses
    ]
    db.fill(session, PlanCourse, courses)
    for plan_id, spec in opened:
        if spec.courses and all(_done(spec, course, credited) for course in spec.courses):
            complete_plan(session, session.get_one(Plan, plan_id), now)
    known |= {spec.line_id: plan_id for plan_id, spec in opened if spec.line_id is not None}
    grants = iter(plan_id for plan_id, spec in opened if spec.line_id is None)
    return [next(grants) if spec.line_id is None else known[spec.line_id] for spec in specs]


def _once_a_line(specs: Iterable[PlanSpec]) -> list[PlanSpec]:
    """Without what names a line a second time."""
    seen: set[int] = set()
    kept = []
    for spec in specs:
        if spec.line_id is None or spec.line_id not in seen:
            kept.append(spec)
        if spec.line_id is not None:
            seen.add(spec.line_id)
    return kept


def _standing(session: Session, specs: Iterable[PlanSpec]) -> tuple[dict[int, int], Done, Places]:
    """The plans these lines have already, what stands in the ledger of all these specs mention, and where their people
    are. One statement.
    """
    lines = [spec.line_id for spec in specs if spec.line_id is not None]
    learners = {spec.learner_id for spec in specs}
    courses = {course.course_id for spec in specs for course in spec.courses}
    plans = select(literal("plan"), Plan.line_id, Plan.id, literal(0), literal("")).where(db.among(Plan.line_id, lines))
    people = select(literal("person"), Learner.id, literal(0), literal(0), Learner.division_code).where(
        db.among(Learner.id, learners)
    )
    hours = select(literal("credit"), Credit.learner_id, Credit.course_id, Credit.year, literal("")).where(
        db.among(Credit.learner_id, learners),
        Credit.course_id.in_(courses),
        Credit.reversed_by.is_(None),
        Credit.hours > 0,
    )
    found: Sequence[Any] = session.execute(union_all(plans, hours, people)).all()
    known = {line_id: plan_id for kind, line_id, plan_id, *_rest in found if kind == "plan"}
    done = {(learner, course, year) for kind, learner, course, year, _code in found if kind == "credit"}
    return known, done, {learner: code for kind, learner, *_rest, code in found if kind == "person"}


def _done(spec: PlanSpec, course: SpecCourse, credited: Done) -> bool:
    return (spec.learner_id, course.course_id, course.year) in credited


def _plan(spec: PlanSpec, places: Places, now: datetime) -> dict[str, Any]:
    return {
        "learner_id": spec.learner_id,
        "division_code": places[spec.learner_id],
        "line_id": spec.line_id,
        "mode": spec.mode,
        "project_id": spec.project_id,
        "class_id": spec.class_id,
        "title": spec.title,
        "award": spec.award,
        "year": spec.year,
        "rule_set_id": spec.rule_set_id,
        "study_until": spec.study_until,
        "state": "open",
        "opened_at": now,
    }


def _course(plan_id: int, spec: PlanSpec, course: SpecCourse, credited: Done, now: datetime) -> dict[str, Any]:
    done_at = now if _done(spec, course, credited) else None
    return {
        "plan_id": plan_id,
        "course_id": course.course_id,
        "title": course.title,
        "kind": course.kind,
        "year": course.year,
        "hours": course.hours,
        "compulsory": course.compulsory,
        "needs_test": course.needs_test,
        "state": "complete" if done_at else "open",
        "studied_at": done_at,
        "completed_at": done_at,
    }
