"""Placing orders: once, at the price shown, with a seat, and refused with all reasons at once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import Course, TrainingClass
from portal.errors import Conflict, NotFound, Refused
from portal.events import EventRow
from portal.orders import service as orders
from portal.orders.models import LineCourse, Order
from portal.orders.quote import Quote
from portal.rules.models import RuleSet
from portal.rules.rules import MAJOR, Pricing, Rules
from portal.study.models import Plan
from portal.types import OrderProposal, Problem
from tests.orders.shop import HOURS, NOON, Shop, buy, nothing_wrong, open_shop, propose, register

LATER = NOON + timedelta(hours=HOURS)


@pytest.fixture
def shop(app: Flask) -> Shop:
    with db.write() as session:
        return open_shop(session)


def _taken(session: Session, shop: Shop) -> int:
    return session.scalar(select(TrainingClass.taken).where(TrainingClass.id == shop.class_id)) or 0


def _count(model: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_lines_and_courses_are_frozen(shop: Shop) -> None:
    with db.write() as session:
        order = buy(session, shop, register(session))
    with db.write() as session:
        for course in session.scalars(select(Course)):
            course.title, course.price, course.hours = "renamed", 1, 1
    with db.read() as session:
        kept = orders.find(session, order.number, order.buyer_id)
        assert (kept.state, kept.total, kept.expires_at) == ("placed", 4800, LATER)
        assert [(course.title, course.price, course.hours) for course in kept.lines[0].courses] == [
            ("课程0", 2800, 1200),
            ("课程1", 2000, 1200),
            ("课程2", 0, 1200),
        ]
        assert _taken(session, shop) == 1


def test_the_same_key_is_the_same_order(shop: Shop) -> None:
    with db.write() as session:
        learner = register(session)
    numbers = set()
    for _ in range(2):
        with db.write() as session:
            numbers.add(buy(session, shop, learner, key="once").number)
    assert len(numbers) == 1
    assert _count(Order) == 1


def test_a_key_of_somebody_else_is_not_found(shop: Shop) -> None:
    with db.write() as session:
        buy(session, shop, register(session), key="mine")
    with pytest.raises(NotFound), db.write() as session:
        buy(session, shop, register(session), key="mine")


def test_all_problems_come_at_once_and_nothing_is_written(shop: Shop) -> None:
    def ask(_proposal: OrderProposal, _quote: Quote) -> list[Problem]:
        return [Problem("a plugin's reason")]

    with db.write() as session:
        learner = register(session)
        first = buy(session, shop, learner)
    with pytest.raises(Refused) as refused, db.write() as session:
        orders.place(session, propose(shop, learner, total=1), ask, NOON, HOURS)
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["project", "total", ""]
    assert refused.value.problems[0].url == f"/orders/{first.number}"
    assert _count(Order) == 1


def test_a_failing_plugin_refuses_the_order(shop: Shop) -> None:
    def ask(_proposal: OrderProposal, _quote: Quote) -> list[Problem]:
        raise ZeroDivisionError

    with db.write() as session:
        learner = register(session)
    with pytest.raises(ZeroDivisionError), db.write() as session:
        orders.place(session, propose(shop, learner), ask, NOON, HOURS)
    assert _count(Order) == 0


def test_another_buyer_sees_no_link_to_the_unpaid_order(shop: Shop) -> None:
    with db.write() as session:
        learner, colleague = register(session), register(session)
        buy(session, shop, learner)
    with pytest.raises(Refused) as refused, db.write() as session:
        buy(session, shop, colleague, learner)
    assert [problem.url for problem in refused.value.problems] == [""]


@pytest.mark.parametrize("state", ["open", "complete"])
def test_who_is_enrolled_is_not_enrolled_again(shop: Shop, state: str) -> None:
    with db.write() as session:
        learner = register(session)
        [plan_id] = orders.mark_paid(session, buy(session, shop, learner).id, NOON)
        session.get_one(Plan, plan_id).state = state
    with pytest.raises(Refused) as refused, db.write() as session:
        buy(session, shop, learner)
    assert [problem.url for problem in refused.value.problems] == [f"/centre/projects/{plan_id}"]


def test_a_revoked_plan_does_not_stand_in_the_way(shop: Shop) -> None:
    with db.write() as session:
        learner = register(session)
        [plan_id] = orders.mark_paid(session, buy(session, shop, learner).id, NOON)
        session.get_one(Plan, plan_id).state = "revoked"
        assert buy(session, shop, learner).state == "placed"


def test_one_person_twice_in_an_order(shop: Shop) -> None:
    with db.write() as session:
        learner = register(session)
    with pytest.raises(Refused), db.write() as session:
        buy(session, shop, learner, learner)


def test_a_full_class_is_a_conflict_and_leaves_nothing(shop: Shop) -> None:
    with db.write() as session:
        third = [register(session) for _ in range(3)]
    with pytest.raises(Conflict) as full, db.write() as session:
        buy(session, shop, *third)
    assert full.value.status == 409
    with db.write() as session:
        assert _taken(session, shop) == 0
        buy(session, shop, *third[:2])
        assert _taken(session, shop) == 2
    with pytest.raises(Conflict), db.write() as session:
        buy(session, shop, third[2])
    assert _count(Order) == 1


def test_a_class_without_a_limit(app: Flask) -> None:
    with db.write() as session:
        shop = open_shop(session, seats=None)
        buy(session, shop, *[register(session) for _ in range(5)])
        assert _taken(session, shop) == 5


def test_a_course_that_is_gone_is_named(shop: Shop) -> None:
    with db.write() as session:
        learner = register(session)
        session.get_one(Course, next(iter(shop.prices))).published = False
    with pytest.raises(Refused) as refused, db.write() as session:
        buy(session, shop, learner)
    assert [problem.field for problem in refused.value.problems] == ["courses"]


def test_another_projects_class_is_not_found(shop: Shop) -> None:
    with db.write() as session:
        other, learner = open_shop(session), register(session)
    with pytest.raises(NotFound), db.write() as session:
        orders.place(session, propose(shop, learner, class_id=other.class_id), nothing_wrong, NOON, HOURS)


def test_enrolment_ends_with_the_day_in_china(shop: Shop) -> None:
    last_minute = NOON.replace(month=12, day=20, hour=15, minute=59)
    with db.write() as session:
        late, later = register(session), register(session)
        buy(session, shop, late, now=last_minute)
    with pytest.raises(Refused), db.write() as session:
        buy(session, shop, later, now=last_minute + timedelta(minutes=1))


def test_a_rule_set_that_prices_by_project(app: Flask) -> None:
    with db.write() as session:
        shop = open_shop(session, pricing=Pricing(by="project", amount=10_000))
        order = orders.place(session, propose(shop, register(session), total=10_000), nothing_wrong, NOON, HOURS)
        assert [line.price for line in order.lines] == [10_000]
        assert sum(session.scalars(select(LineCourse.price))) == 10_000


def test_what_costs_nothing_is_paid_at_once(app: Flask) -> None:
    with db.write() as session:
        shop = open_shop(session, prices=(0, 0))
        order = buy(session, shop, register(session))
        assert (order.state, order.paid_at) == ("paid", NOON)
    assert (_count(Plan), _count(EventRow)) == (1, 1)


def test_paying_opens_one_plan_for_each_line_and_tells_once(shop: Shop) -> None:
    with db.write() as session:
        order = buy(session, shop, register(session), register(session))
        plan_ids = orders.mark_paid(session, order.id, NOON)
        plans = [session.get_one(Plan, plan_id) for plan_id in plan_ids]
        assert [plan.line_id for plan in plans] == [line.id for line in order.lines]
        assert [plan.study_until.isoformat() for plan in plans if plan.study_until] == ["2026-12-31"] * 2
        assert {(course.compulsory, course.needs_test) for plan in plans for course in plan.courses} == {(True, True)}
        [event] = session.scalars(select(EventRow))
        assert (event.hook, event.data) == ("order_paid", {"order_id": order.id, "plan_ids": plan_ids})
    with pytest.raises(Conflict), db.write() as session:
        orders.mark_paid(session, order.id, NOON)
    assert _count(Plan) == 2


def test_the_rules_say_which_courses_need_a_test_when_an_order_is_placed(shop: Shop) -> None:
    """By the rule set of the order; a course of another year by its own year's."""
    none = Rules(tested={MAJOR: "none"}).model_dump(mode="json")
    other = {"year": 2025, "title": "2025", "version": 1, "effective_at": NOON, "data": Rules().model_dump(mode="json")}
    *_, last = shop.prices
    with db.write() as session:
        session.get_one(RuleSet, shop.rule_set_id).data = none
        session.get_one(Course, last).year = 2025
        session.add(RuleSet(**other))
        placed = buy(session, shop, register(session))
        assert [course.needs_test for course in placed.lines[0].courses] == [False, False, True]
        assert all(course.compulsory for course in placed.lines[0].courses)
    with db.write() as session:
        session.add(RuleSet(**other | {"version": 2, "data": none}))
        (plan_id,) = orders.mark_paid(session, placed.id, NOON)
        plan = session.get_one(Plan, plan_id)
        assert [course.needs_test for course in plan.courses] == [False, False, True]  # as it was sold


def test_cancelling_frees_the_seat_and_tells_once(shop: Shop) -> None:
    with db.write() as session:
        order = buy(session, shop, register(session))
        orders.cancel(session, order, NOON)
        orders.cancel(session, order, NOON)
        assert (order.state, order.closed_at, _taken(session, shop)) == ("cancelled", NOON, 0)
        assert [row.data["reason"] for row in session.scalars(select(EventRow))] == ["cancelled"]


def test_a_paid_order_is_not_cancelled_nor_expired(shop: Shop) -> None:
    with db.write() as session:
        order = buy(session, shop, register(session))
        orders.mark_paid(session, order.id, NOON)
    with pytest.raises(Conflict), db.write() as session:
        orders.cancel(session, session.get_one(Order, order.id), NOON)
    with db.write() as session:
        assert orders.expire_due(session, LATER) == 0
        assert _taken(session, shop) == 1


def test_time_is_over(shop: Shop) -> None:
    with db.write() as session:
        order = buy(session, shop, register(session))
        assert orders.expire_due(session, LATER - timedelta(seconds=1)) == 0
        assert orders.expire_due(session, LATER) == 1
        assert orders.expire_due(session, LATER) == 0
        assert (order.state, _taken(session, shop)) == ("expired", 0)
        assert [row.data["reason"] for row in session.scalars(select(EventRow))] == ["expired"]


def test_foreign_and_unknown_orders_look_alike(shop: Shop) -> None:
    with db.write() as session:
        owner, stranger = register(session), register(session)
        order = buy(session, shop, owner)
    with db.read() as session:
        assert orders.find(session, order.number.lower(), owner.account_id).id == order.id
        for number in (order.number, "D26-0000-0000", "../../etc", ""):
            with pytest.raises(NotFound):
                orders.find(session, number, stranger.account_id)
