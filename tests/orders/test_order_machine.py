"""Orders against a model of ten lines: any sequence of placing, paying, cancelling and waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import TrainingClass
from portal.errors import Conflict, PortalError, Refused
from portal.events import EventRow
from portal.orders import service as orders
from portal.orders.models import Order, OrderLine
from portal.study.models import Plan
from tests.orders.shop import HOURS, NOON, buy, open_shop, register

SEATS, PEOPLE = 3, 5


@contextmanager
def _expecting(error: type[PortalError] | None) -> Iterator[Session]:
    """A write that ends as the model says: committed, or refused with just this error."""
    raised: type[Exception] | None = None
    try:
        with db.write() as session:
            yield session
    except PortalError as refusal:
        raised = type(refusal)
    assert raised is error


class Orders(RuleBasedStateMachine):
    """The model: order id -> (state, people, moment of expiry)."""

    placed = Bundle("placed")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.book: dict[int, tuple[str, frozenset[int], object]] = {}
        with db.write() as session:
            self.shop = open_shop(session, seats=SEATS)
            self.people = [register(session) for _ in range(PEOPLE)]

    def in_states(self, *states: str) -> list[frozenset[int]]:
        return [people for state, people, _ in self.book.values() if state in states]

    @property
    def taken(self) -> int:
        return sum(len(people) for people in self.in_states("placed", "paid"))

    @rule(target=placed, chosen=st.frozensets(st.integers(0, PEOPLE - 1), min_size=1, max_size=3))
    def place(self, chosen: frozenset[int]) -> object:
        busy = any(people & chosen for people in self.in_states("placed", "paid"))
        error = Refused if busy else Conflict if self.taken + len(chosen) > SEATS else None
        order = None
        with _expecting(error) as session:
            order = buy(session, self.shop, *[self.people[place] for place in sorted(chosen)], now=self.now)
        if order is None or error:
            return multiple()
        self.book[order.id] = ("placed", chosen, order.expires_at)
        return order.id

    @rule(target=placed, order_id=placed)
    def change(self, order_id: int) -> object:
        """Another order of the same people takes its place, its seats and its moment."""
        state, people, ends = self.book[order_id]
        error = None if state == "placed" and ends > self.now else Conflict  # type: ignore[operator]
        order = None
        with _expecting(error) as session:
            number = session.get_one(Order, order_id).number
            learners = [self.people[place] for place in sorted(people)]
            order = buy(session, self.shop, *learners, now=self.now, replaces=number)
        if order is None or error:
            return multiple()
        self.book[order_id] = ("cancelled", people, ends)
        self.book[order.id] = ("placed", people, order.expires_at)
        assert order.expires_at == ends
        return order.id

    @rule(order_id=placed)
    def pay(self, order_id: int) -> None:
        state, people, ends = self.book[order_id]
        with _expecting(None if state == "placed" else Conflict) as session:
            orders.mark_paid(session, order_id, self.now)
        self.book[order_id] = ("paid" if state == "placed" else state, people, ends)

    @rule(order_id=placed)
    def cancel(self, order_id: int) -> None:
        state, people, ends = self.book[order_id]
        with _expecting(Conflict if state in ("paid", "expired") else None) as session:
            orders.cancel(session, session.get_one(Order, order_id), self.now)
        self.book[order_id] = ("cancelled" if state == "placed" else state, people, ends)

    @rule(hours=st.integers(0, HOURS))
    def wait(self, hours: int) -> None:
        if self.now < NOON + timedelta(days=20):
            self.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        with db.write() as session:
            orders.expire_due(session, self.now)
        for order_id, (state, people, ends) in self.book.items():
            if state == "placed" and ends <= self.now:  # type: ignore[operator]
                self.book[order_id] = ("expired", people, ends)

    @invariant()
    def the_books_agree(self) -> None:
        with db.read() as session:
            taken = session.scalar(select(TrainingClass.taken).where(TrainingClass.id == self.shop.class_id))
            assert taken == self.taken
            assert 0 <= self.taken <= SEATS
            rows = session.execute(select(Order.id, Order.state).where(Order.id.in_(self.book)))
            states = {row.id: row.state for row in rows}
            assert states == {order_id: state for order_id, (state, _, _) in self.book.items()}
            self._one_plan_per_paid_line(session)
            self._told_once(session)

    def _one_plan_per_paid_line(self, session: Session) -> None:
        rows = session.execute(
            select(Order.state, OrderLine.id, func.count(Plan.id))
            .join(OrderLine, OrderLine.order_id == Order.id)
            .outerjoin(Plan, Plan.line_id == OrderLine.id)
            .where(Order.id.in_(self.book))
            .group_by(Order.state, OrderLine.id)
        )
        assert all(plans == (1 if state == "paid" else 0) for state, _, plans in rows)

    def _told_once(self, session: Session) -> None:
        told = [
            (row.hook, row.data["order_id"])
            for row in session.scalars(select(EventRow))
            if row.data.get("order_id") in self.book
        ]
        expected = {"paid": "order_paid", "cancelled": "order_closed", "expired": "order_closed"}
        assert sorted(told) == sorted(
            (expected[state], order_id) for order_id, (state, _, _) in self.book.items() if state in expected
        )


def test_orders_follow_their_model(app: Flask) -> None:
    run_state_machine_as_test(Orders, settings=settings(max_examples=40, stateful_step_count=25, deadline=None))
