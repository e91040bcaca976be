"""Orders, payments, refunds, seats and plans under any sequence of what people, gateways and clocks do.

The model keeps what came and what was sent back outside the database; after every step all books must agree.
"""

from datetime import timedelta

from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import func, select

from portal import db
from portal.errors import Conflict, PortalError, Refused
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import ledger, refund_states, service
from portal.payments.models import Payment, Refund
from portal.payments.provider import Notice, RefundAnswer
from portal.payments.service import refunds
from tests.orders.shop import HOURS, NOON, buy, open_shop, register
from tests.payments.bank import Paper, paid

SEATS, PEOPLE = 4, 6


class Money(RuleBasedStateMachine):
    """The model: fen that came per payment, each transaction once, and fen the gateway has sent back."""

    placed = Bundle("placed")
    begun = Bundle("begun")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.came: dict[tuple[int, str], int] = {}
        self.sent: dict[int, int] = {}
        self.orders: list[int] = []
        with db.write() as session:
            self.shop = open_shop(session, seats=SEATS)
            self.people = [register(session) for _ in range(PEOPLE)]
            self.staff = register(session).account_id
        self.mark = f"{self.shop.class_id}"  # transactions of this run

    @rule(target=placed, chosen=st.frozensets(st.integers(0, PEOPLE - 1), min_size=1, max_size=3))
    def place(self, chosen: frozenset[int]) -> object:
        try:
            with db.write() as session:
                order = buy(session, self.shop, *[self.people[one] for one in sorted(chosen)], now=self.now)
            self.orders.append(order.id)
            return order.id
        except (Refused, Conflict):
            return multiple()

    @rule(target=placed, order_id=placed)
    def change(self, order_id: int) -> object:
        """Another order takes its place; money that was begun for it finds it closed."""
        try:
            with db.write() as session:
                old = session.get_one(Order, order_id)
                learners = [line.learner for line in old.lines]
                order = buy(session, self.shop, *learners, now=self.now, replaces=old.number)
            self.orders.append(order.id)
            return order.id
        except (Refused, Conflict):
            return multiple()

    @rule(target=begun, order_id=placed)
    def begin(self, order_id: int) -> object:
        try:
            with db.write() as session:
                return service.start(session, session.get_one(Order, order_id), Paper(), self.now).id
        except Conflict:
            return multiple()

    @rule(payment_id=begun, change=st.sampled_from([0, 0, 0, -1, 1, -4800]), transaction=st.integers(1, 2))
    def pay(self, payment_id: int, change: int, transaction: int) -> None:
        """The right amount or another, in time or late, once or again."""
        with db.write() as session:
            payment = session.get_one(Payment, payment_id)
            amount, mark = payment.amount + change, f"{self.mark}-{payment_id}-{transaction}"
            service.confirm(session, "paper", paid(payment, f"e{mark}-{change}", amount, f"r{mark}"), self.now)
        if amount > 0:
            self.came.setdefault((payment_id, mark), amount)

    @rule(payment_id=begun, kind=st.sampled_from(["failed", "closed"]))
    def end(self, payment_id: int, kind: str) -> None:
        with db.write() as session:
            payment = session.get_one(Payment, payment_id)
            said = Notice(f"{kind}-{self.mark}-{payment_id}", payment.number, kind, payment.amount, "")
            service.confirm(session, "paper", said, self.now)

    @rule(order_id=placed)
    def cancel(self, order_id: int) -> None:
        self._try(lambda session: orders.cancel(session, session.get_one(Order, order_id), self.now))
        with db.write() as session:
            service.propose_strays(session, order_id, self.now)

    @rule(hours=st.sampled_from([1, HOURS, 24 * 9]))
    def wait(self, hours: int) -> None:
        if self.now < NOON + timedelta(days=20):
            self.now += timedelta(hours=hours)
        with db.write() as session:
            orders.expire_due(session, self.now)
            for order_id in session.scalars(select(Order.id)).all():
                service.propose_strays(session, order_id, self.now)

    @rule(order_id=placed, which=st.integers(0, 2))
    def ask(self, order_id: int, which: int) -> None:
        def work(session):  # type: ignore[no-untyped-def]
            order = session.get_one(Order, order_id)
            refunds.ask(session, order, [order.lines[which % len(order.lines)].id], "", order.buyer_id, self.now)

        self._try(work)

    @rule(place=st.integers(0, 5), yes=st.booleans(), amount=st.sampled_from([None, None, 1, 4800, 4801]))
    def decide(self, place: int, yes: bool, amount: int | None) -> None:
        refund_id = self._any(place, refund_states.PROPOSED, refund_states.REFUSED)
        if refund_id and yes:
            self._try(lambda s: refunds.approve(s, refund_id, self.staff, self.now, amount=amount, answer="说明"))
        elif refund_id:
            self._try(lambda session: refunds.refuse(session, refund_id, self.staff, "说明", self.now))

    @rule(place=st.integers(0, 5), state=st.sampled_from(["done", "done", "failed", "pending"]))
    def send(self, place: int, state: str) -> None:
        """The gateway pays, or does not; asked for one that is done, it says so again."""
        refund_id = self._any(place, refund_states.APPROVED, refund_states.DONE, refund_states.FAILED)
        if refund_id is None:
            return
        with db.write() as session:
            booked = refunds.book(session, refund_id, RefundAnswer(state, f"s{refund_id}", state), self.now)
            if booked and state == "done":
                assert refund_id not in self.sent
                self.sent[refund_id] = session.get_one(Refund, refund_id).amount

    def _try(self, work) -> None:  # type: ignore[no-untyped-def]
        """What is refused changes nothing."""
        try:
            with db.write() as session:
                work(session)
        except PortalError:
            pass

    def _any(self, place: int, *in_states: str) -> int | None:
        with db.read() as session:
            mine = select(Refund.id).join(Payment).where(Payment.order_id.in_(self.orders), Refund.state.in_(in_states))
            found = session.scalars(mine.order_by(Refund.id)).all()
        return found[place % len(found)] if found else None

    @invariant()
    def every_book_agrees(self) -> None:
        with db.read() as session:
            assert ledger.faults(session) == []
            mine = select(Payment.id).where(Payment.id.in_([payment_id for payment_id, _ in self.came]))
            received = session.scalar(select(func.sum(Payment.received)).where(Payment.id.in_(mine))) or 0
            assert received == sum(self.came.values())
            done = select(func.sum(Refund.amount)).where(Refund.id.in_(self.sent), Refund.state == refund_states.DONE)
            assert (session.scalar(done) or 0) == sum(self.sent.values())
            assert sum(self.sent.values()) <= received


def test_money_follows_its_model(app: Flask) -> None:
    run_state_machine_as_test(Money, settings=settings(max_examples=12, stateful_step_count=25, deadline=None))
