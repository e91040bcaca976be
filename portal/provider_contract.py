"""What every payment provider promises, as tests: subclass it in a test module and say how its payer pays.

    class TestMine(ProviderContract):
        provider = Mine
        def pay(self, payment): ...           # the payer pays the whole amount, at the provider
        def forgeries(self, payment): ...     # (headers, body) pairs nobody may believe; optional

Works on the test kit's fixture `app`; pytest collects only the subclasses.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import ClassVar

import pytest
from flask import Flask, current_app
from sqlalchemy.orm import Session

from portal import clock, db
from portal.errors import Refused
from portal.orders.models import Order, OrderLine
from portal.orders.states import PLACED
from portal.payments import gateways, ledger, service
from portal.payments.models import Payment, Refund
from portal.payments.provider import PaymentProvider
from portal.rules.models import RuleSet
from portal.testing import make_learner

PRICE = 4800
BACK, NOTIFY = "http://127.0.0.1/pay/back/x", "http://127.0.0.1/pay/notify/x"


class ProviderContract:
    """The promises of a PaymentProvider; `refunds` and `closes` are False for one that leaves that to the office."""

    provider: ClassVar[type[PaymentProvider]]
    refunds: ClassVar[bool] = True
    closes: ClassVar[bool] = True

    def pay(self, payment: Payment) -> None:
        """The payer pays the whole amount; afterwards `query` knows it."""
        raise AssertionError("say how one pays here")

    def forgeries(self, payment: Payment) -> Iterable[tuple[Mapping[str, str], bytes]]:
        """Notifications that are not this gateway's."""
        return [({}, b""), ({}, b"{}"), ({}, b"\xff\x00")]

    @pytest.fixture
    def payment(self, app: Flask) -> Payment:
        """A payment that was just begun, for an order of one line."""
        with db.write() as session:
            payment = service.start(session, _order(session), self.provider(), clock.now())
        self._start(payment)
        return payment

    def test_starting_twice_is_the_same_page(self, payment: Payment) -> None:
        assert len({self._start(payment) for _ in range(3)}) == 1

    def test_starting_moves_no_money(self, payment: Payment) -> None:
        assert self.provider().query(payment) is None

    def test_a_payment_is_known_and_told_alike_each_time(self, payment: Payment) -> None:
        self.pay(payment)
        notices = [self.provider().query(payment) for _ in range(3)]
        assert notices[0] is not None
        assert notices == notices[:1] * 3
        assert (notices[0].kind, notices[0].amount, notices[0].payment_number) == ("paid", PRICE, payment.number)
        assert 0 < len(notices[0].event_id) <= 80
        assert 0 < len(notices[0].reference) <= 80

    def test_the_order_is_paid_once_however_often_it_is_asked(self, payment: Payment) -> None:
        self.pay(payment)
        for _ in range(3):
            gateways.ask(payment, clock.now())
        assert _order_state(payment) == "paid"
        assert _unbalanced() == []

    def test_forged_words_are_refused(self, payment: Payment) -> None:
        self.pay(payment)
        for headers, body in self.forgeries(payment):
            with pytest.raises(Refused):
                self.provider().read_notice(headers, body)

    def test_what_is_closed_cannot_be_paid(self, payment: Payment) -> None:
        if not self.closes:
            assert self.provider().close(payment) is None
            return
        notices = [self.provider().close(payment) for _ in range(2)]
        assert [notice.kind if notice else "" for notice in notices] == ["closed"] * 2
        self.pay(payment)
        again = self.provider().query(payment)
        assert again is not None
        assert again.kind == "closed"

    def test_money_that_was_faster_than_closing_is_told(self, payment: Payment) -> None:
        self.pay(payment)
        notice = self.provider().close(payment)
        assert notice is not None
        assert (notice.kind, notice) == ("paid", self.provider().query(payment))

    def test_a_refund_is_paid_once_for_its_number(self, payment: Payment) -> None:
        refund = self._approved(payment)
        answers = [self.provider().refund(refund.payment, refund) for _ in range(4)]
        if not self.refunds:
            assert {answer.state for answer in answers} == {"by_hand"}
            return
        assert answers[-1].state == "done"
        assert len({answer.reference for answer in answers if answer.state == "done"}) == 1

    def test_more_than_was_paid_never_goes_back(self, payment: Payment) -> None:
        refund = self._approved(payment)
        self.provider().refund(refund.payment, refund)
        refund.number, refund.amount = "R99-0000-0001", 1
        expected = "failed" if self.refunds else "by_hand"
        assert self.provider().refund(refund.payment, refund).state == expected

    def test_the_bill_has_what_moved_that_day_and_no_other(self, payment: Payment) -> None:
        refund = self._approved(payment)
        for _ in range(2):  # a slow gateway pays when it is asked again
            self.provider().refund(refund.payment, refund)
        day = clock.today(clock.now())
        lines = self.provider().bill(day)
        if lines is None:
            return
        said = [(line.kind, line.payment_number, line.amount) for line in lines]
        expected = [("paid", payment.number, PRICE)]
        expected += [("refunded", payment.number, PRICE)] if self.refunds else []
        assert said == expected
        assert list(self.provider().bill(day - timedelta(days=3)) or ()) == []

    def _start(self, payment: Payment) -> str:
        with current_app.test_request_context():
            return self.provider().start(payment, BACK, NOTIFY)

    def _approved(self, payment: Payment) -> Refund:
        self.pay(payment)
        gateways.ask(payment, clock.now())
        with db.write() as session:
            order = session.get_one(Order, payment.order_id)
            [refund] = service.refunds.ask(session, order, [order.lines[0].id], "", order.buyer_id, clock.now())
            service.refunds.approve(session, refund.id, order.buyer_id, clock.now())
            [due] = service.refunds.due(session, refund.id)
        return due


def _order(session: Session) -> Order:
    """An unpaid order of one line without courses."""
    learner = make_learner(session)
    rules = RuleSet(year=2026, version=1, title="2026", data={}, effective_at=clock.now())
    session.add(rules)
    session.flush()
    order = Order(
        number="D26-CNTR-ACT0",
        buyer_id=learner.account_id,
        mode="contract",
        proposal_key="contract",
        state=PLACED,
        total=PRICE,
        rule_set_id=rules.id,
        placed_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=1),
        lines=[OrderLine(learner_id=learner.id, mode="contract", title="contract", year=2026, price=PRICE)],
    )
    session.add(order)
    session.flush()
    return order


def _order_state(payment: Payment) -> str:
    with db.read() as session:
        return session.get_one(Order, payment.order_id).state


def _unbalanced() -> list[str]:
    with db.read() as session:
        return ledger.faults(session)
