"""How much of a plan is studied, in per cent of its seconds. Read-only; what a refund rule asks."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.catalogue.models import Lesson
from portal.study.models import Plan, PlanCourse, Progress


def of_lines(session: Session, line_ids: Iterable[int]) -> dict[int, int]:
    """Per cent studied of each order line's plan, rounded up: one second is 1. Lines without a plan are left out.

    Courses credited before the plan began count as not studied in it.
    """
    ids = list(line_ids)
    whole = dict.fromkeys(session.scalars(select(Plan.line_id).where(Plan.line_id.in_(ids))), 0)
    seconds = (
        select(Plan.line_id, func.sum(Lesson.seconds))
        .join(PlanCourse, PlanCourse.plan_id == Plan.id)
        .join(Lesson, Lesson.course_id == PlanCourse.course_id)
        .where(Plan.line_id.in_(ids))
        .group_by(Plan.line_id)
    )
    done = (
        select(Plan.line_id, func.sum(Progress.seconds))
        .join(PlanCourse, PlanCourse.plan_id == Plan.id)
        .join(Progress, Progress.plan_course_id == PlanCourse.id)
        .where(Plan.line_id.in_(ids))
        .group_by(Plan.line_id)
    )
    needed = {line_id: int(total or 0) for line_id, total in session.execute(seconds)}
    studied = {line_id: int(total or 0) for line_id, total in session.execute(done)}
    return {
        line_id: min(100, -(-100 * studied.get(line_id, 0) // max(needed.get(line_id, 0), 1)))
        for line_id in whole
        if line_id is not None
    }
