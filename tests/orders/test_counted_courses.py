"""Hours count once, so nobody pays for a course whose hours they have."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.choice import Offer, fill, price
from portal.catalogue.models import Course
from portal.credits import service as ledger
from portal.orders import service as orders
from portal.orders.models import LineCourse, Order, OrderLine
from portal.orders.quote import quote
from portal.orders.summary import summarise
from portal.people.models import Learner
from portal.rules.rules import Pricing, Rules
from portal.study.models import Plan, PlanCourse
from tests.orders.shop import HOURS, NOON, Shop, buy, nothing_wrong, open_shop, propose, register


def _earn(session: Session, learner: Learner, *course_ids: int) -> None:
    for course_id in course_ids:
        course = session.get_one(Course, course_id)
        ledger.earn(
            session,
            learner_id=learner.id,
            year=course.year,
            kind=course.kind,
            hours=course.hours,
            title=course.title,
            source="plan",
            employer_name="",
            now=NOON - timedelta(days=9),
            course_id=course.id,
        )


def test_a_counted_course_costs_nothing_and_opens_complete(app: Flask) -> None:
    with db.write() as session:
        shop, learner = open_shop(session, prices=(2800, 2000)), register(session)
        first, second = shop.prices
        _earn(session, learner, first)
        assert quote(session, propose(shop, learner)).total == 2000
        order = buy_at(session, shop, learner, 2000)
        prices = {row.course_id: row.price for row in session.scalars(select(LineCourse))}
        assert prices == {first: 0, second: 2000}
        assert order.total == 2000


def test_a_line_of_counted_courses_is_paid_and_complete_at_once(app: Flask) -> None:
    with db.write() as session:
        shop, learner = open_shop(session, prices=(2800, 2000)), register(session)
        _earn(session, learner, *shop.prices)
        order = buy_at(session, shop, learner, 0)
        assert (order.total, session.get_one(Order, order.id).state) == (0, "paid")
        plan = session.scalars(select(Plan)).one()
        assert plan.state == "complete"
        assert set(session.scalars(select(PlanCourse.state))) == {"complete"}


def test_reversed_hours_are_charged_again_and_others_hours_are_not_ours(app: Flask) -> None:
    with db.write() as session:
        shop, learner, other = open_shop(session, prices=(2800,)), register(session), register(session, "李四")
        (course_id,) = shop.prices
        _earn(session, other, course_id)
        assert quote(session, propose(shop, learner)).total == 2800
        _earn(session, learner, course_id)
        assert quote(session, propose(shop, learner)).total == 0
        ledger.reverse(session, ledger.live(session, learner.id)[0], NOON)
        assert quote(session, propose(shop, learner)).total == 2800


@pytest.mark.parametrize(
    ("pricing", "total"), [(Pricing(by="hour", amount=100), 1200), (Pricing(by="project", amount=900), 900)]
)
def test_other_prices(app: Flask, pricing: Pricing, total: int) -> None:
    with db.write() as session:
        shop, learner = open_shop(session, prices=(2800, 2000), pricing=pricing), register(session)
        _earn(session, learner, next(iter(shop.prices)))
        assert quote(session, propose(shop, learner)).total == total


def test_the_choice_shows_the_same(app: Flask) -> None:
    dear = Course(id=1, code="a", title="甲", kind="major", year=2026, hours=1000, price=9000)
    cheap = Course(id=2, code="b", title="乙", kind="major", year=2026, hours=1000, price=100)
    offers = [Offer(dear, counted=True), Offer(cheap)]
    rules = Rules(project_hours={"major": 1000})
    assert price(offers, rules) == 100
    found = fill(offers, (), rules)
    assert found is not None
    assert [offer.course.id for offer in found.offers] == [1]  # what is counted already fills a gap first
    assert price([offers[0]], Rules(pricing=Pricing(by="project", amount=900))) == 0


def test_one_person_with_two_lines_is_one_person(app: Flask) -> None:
    with db.write() as session:
        shop, learner = open_shop(session), register(session)
        order = buy(session, shop, learner)
        session.add(OrderLine(order_id=order.id, learner_id=learner.id, mode="m", title="另一门", year=2026, price=0))
        session.flush()
        assert summarise(session, order).people == 1


def buy_at(session: Session, shop: Shop, learner: Learner, total: int) -> Order:
    """A placed order at the price the buyer was shown."""
    return orders.place(session, propose(shop, learner, total=total), nothing_wrong, NOON, HOURS)
