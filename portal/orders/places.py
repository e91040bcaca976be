"""Where an order lies: in the division of all its people, else in the nearest one above them all.

The order keeps it, so that a county's list begins with an index however many orders there are. An order for people of
several counties is the city's: its page names them all.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ScalarSelect, case, func, select, update
from sqlalchemy.orm import Session

from portal import db
from portal.divisions import following
from portal.divisions import service as divisions
from portal.orders.models import Order, OrderLine
from portal.people.models import Learner


def of_one(learner_ids: Iterable[int]) -> ScalarSelect[str | None]:
    """The division all these people are of, or NULL where they are of several: a part of the order's INSERT."""
    codes = func.min(Learner.division_code), func.count(Learner.division_code.distinct())
    return select(case((codes[1] == 1, codes[0]))).where(db.among(Learner.id, set(learner_ids))).scalar_subquery()


def settle(session: Session, order_ids: Sequence[int]) -> None:
    """Brings orders to where their people are now."""
    moved = [order_id for order_id in order_ids if _settle(session, order_id)]
    following.moved(session, "orders", moved)


@following.follows("learner")
def follow(session: Session, learner_ids: Sequence[int]) -> None:
    """Learners moved to another division: so do their orders."""
    query = select(OrderLine.order_id).where(OrderLine.learner_id.in_(learner_ids)).distinct()
    settle(session, session.scalars(query).all())


def _settle(session: Session, order_id: int) -> bool:
    people = select(Learner.division_code).join(OrderLine, OrderLine.learner_id == Learner.id)
    codes = session.scalars(people.where(OrderLine.order_id == order_id).distinct()).all()
    code = divisions.above_all(session, codes)
    lies = update(Order).where(Order.id == order_id, Order.division_code.is_distinct_from(code))
    return bool(db.changed(session, lies.values(division_code=code)))
