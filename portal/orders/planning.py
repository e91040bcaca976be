"""What an order that is paid opens: the plans of its lines, from what was frozen. Read-only, a few statements."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import TrainingClass
from portal.orders.models import LineCourse, Order, OrderLine
from portal.study.service import PlanSpec, SpecCourse


def specs(session: Session, order: Order) -> list[PlanSpec]:
    """One plan per line, in the order of the lines. Its last day of study is the class's; without a class none."""
    courses = _courses(session, order)
    query = (
        select(OrderLine.__table__, TrainingClass.study_until)
        .outerjoin(TrainingClass, TrainingClass.id == OrderLine.class_id)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.id)
    )
    return [
        PlanSpec(
            learner_id=line.learner_id,
            mode=line.mode,
            title=line.title,
            year=line.year,
            rule_set_id=order.rule_set_id,
            courses=tuple(courses[line.id]),
            line_id=line.id,
            project_id=line.project_id,
            class_id=line.class_id,
            award=line.award,
            study_until=line.study_until,
        )
        for line in session.execute(query)
    ]


def _courses(session: Session, order: Order) -> dict[int, list[SpecCourse]]:
    """The courses of each line. Columns, not rows of the mapping: a large order has tens of thousands."""
    query = (
        select(
            LineCourse.line_id,
            LineCourse.course_id,
            LineCourse.title,
            LineCourse.kind,
            LineCourse.year,
            LineCourse.hours,
            LineCourse.compulsory,
            LineCourse.needs_test,
        )
        .join(OrderLine, OrderLine.id == LineCourse.line_id)
        .where(OrderLine.order_id == order.id)
        .order_by(LineCourse.id)
    )
    found: dict[int, list[SpecCourse]] = defaultdict(list)
    for row in session.execute(query):
        found[row.line_id].append(SpecCourse(*row[1:]))
    return found
