"""What a learner already has of a course: counted hours, a plan to study it in, or an order to pay."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit import Learner, LineCourse, Order, OrderLine, Plan, PlanCourse, ledger

COUNTED, STUDYING, ORDERED = "counted", "studying", "ordered"


@dataclass(frozen=True)
class Holding:
    """kind: counted | studying | ordered; `url` leads to where it goes on, "" when nothing is left to do."""

    kind: str
    url: str = ""


def of(session: Session, learner: Learner, course_ids: Collection[int], changing: str = "") -> dict[int, Holding]:
    """What the learner has of these courses, by course id; what counts most wins. Three statements.

    :param changing: number of an order that is being changed: what it holds can be chosen anew
    """
    unpaid = _unpaid(session, learner.id, course_ids)
    found = {course_id: _ordered(number) for course_id, number in unpaid if number != changing}
    found |= {course_id: _studying(plan_course) for course_id, plan_course in _open(session, learner.id, course_ids)}
    counted = ledger.counted(session, [learner.id], course_ids)
    return found | {course_id: Holding(COUNTED) for _, course_id in counted}


def _ordered(number: str) -> Holding:
    return Holding(ORDERED, f"/pay/{number}")


def _studying(plan_course_id: int) -> Holding:
    return Holding(STUDYING, f"/study/{plan_course_id}")


def _unpaid(session: Session, learner_id: int, course_ids: Collection[int]) -> list[tuple[int, str]]:
    query = (
        select(LineCourse.course_id, Order.number)
        .join(OrderLine, OrderLine.id == LineCourse.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.learner_id == learner_id, LineCourse.course_id.in_(course_ids), Order.state == "placed")
    )
    return [(course_id, number) for course_id, number in session.execute(query)]


def _open(session: Session, learner_id: int, course_ids: Collection[int]) -> list[tuple[int, int]]:
    query = (
        select(PlanCourse.course_id, PlanCourse.id)
        .join(Plan, Plan.id == PlanCourse.plan_id)
        .where(Plan.learner_id == learner_id, Plan.state != "revoked", PlanCourse.course_id.in_(course_ids))
    )
    return [(course_id, plan_course_id) for course_id, plan_course_id in session.execute(query)]
