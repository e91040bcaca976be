"""What an order that is paid opens: the plans of its lines, from what was frozen. Read-only, a few statements."""

from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import TrainingClass
from portal.orders.models import LineCourse, Order, OrderLine
from portal.rules import kept as rules
from portal.study.service import PlanSpec, SpecCourse

# Columns, not rows of the mapping: a large order has tens of thousands.
_LINE = (
    OrderLine.id,
    OrderLine.learner_id,
    OrderLine.mode,
    OrderLine.title,
    OrderLine.year,
    OrderLine.project_id,
    OrderLine.class_id,
    OrderLine.award,
)
_COURSE = (
    LineCourse.course_id,
    LineCourse.title,
    LineCourse.kind,
    LineCourse.year,
    LineCourse.hours,
    LineCourse.compulsory,
    LineCourse.needs_test,
)
_WIDTH = len(_LINE) + 1  # with the last day of study


def specs(session: Session, order: Order) -> list[PlanSpec]:
    """One plan per line, in the order of the lines. Its last day of study is the class's; without a class, the last on
    which hours of its year can be earned, if that ever ends."""
    query = (
        select(*_LINE, TrainingClass.study_until, *_COURSE)
        .outerjoin(TrainingClass, TrainingClass.id == OrderLine.class_id)
        .outerjoin(LineCourse, LineCourse.line_id == OrderLine.id)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.id, LineCourse.id)
    )
    return [_spec(order, list(rows)) for _, rows in groupby(session.execute(query), itemgetter(0))]


def _spec(order: Order, rows: list[Any]) -> PlanSpec:
    """The plan of one line; each of its rows ends with one of its courses."""
    line_id, learner_id, mode, title, year, project_id, class_id, award, study_until = rows[0][:_WIDTH]
    return PlanSpec(
        learner_id=learner_id,
        mode=mode,
        title=title,
        year=year,
        rule_set_id=order.rule_set_id,
        courses=tuple(SpecCourse(*row[_WIDTH:]) for row in rows if row[_WIDTH] is not None),
        line_id=line_id,
        project_id=project_id,
        class_id=class_id,
        award=award,
        study_until=study_until or rules.of_year(year, order.placed_at).last_day(year),
    )
