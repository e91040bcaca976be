"""Money that pays nothing: set aside for a person, back when it can only go back."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db, jobs
from portal.errors import Conflict
from portal.payments import ledger, service, states
from portal.payments.models import Payment, Refund
from portal.payments.provider import RefundAnswer
from portal.payments.service import refunds
from tests.orders.shop import NOON, buy, open_shop, register
from tests.payments.bank import Paper, paid
from tests.payments.sold import Sold, done, look, sold

__all__ = ["sold"]


def test_money_that_paid_twice_goes_back_whole_by_the_office(sold: Sold) -> None:
    with db.write() as session:
        payment = session.get_one(Payment, sold.payment_id)
        assert service.confirm(session, "paper", paid(payment, "e2", reference="r2"), NOON) == "attention"
        [refund] = refunds.give_back(session, payment.id, sold.staff_id, "重复付款", NOON)
        assert (refund.amount, refund.transaction, refund.reason) == (9600, "r2", states.PAID_TWICE)
    assert look(sold) == ("paid", "paid", 9600, 2, 2)
    done(refund)
    with db.write() as session:
        service.dismiss(session, sold.payment_id, sold.staff_id, "已退", NOON)
        assert service.attention(session) == []


def test_a_wrong_amount_can_go_back_and_the_order_be_paid_again(app: Flask) -> None:
    with db.write() as session:
        order = buy(session, open_shop(session), register(session))
        payment = service.start(session, order, Paper(), NOON)
        service.confirm(session, "paper", paid(payment, amount=1), NOON)
        with pytest.raises(Conflict):
            service.start(session, order, Paper(), NOON)
        with pytest.raises(Conflict):
            service.dismiss(session, payment.id, order.buyer_id, "?", NOON)
        [refund] = refunds.give_back(session, payment.id, order.buyer_id, "金额不符", NOON)
        refunds.book(session, refund.id, RefundAnswer("done", "SR1"), NOON)
        again = service.start(session, order, Paper(), NOON)
        assert again.number != payment.number
        assert service.confirm(session, "paper", paid(again, "e9", reference="r9"), NOON) == "paid"
    with db.read() as session:
        assert ledger.faults(session) == []


def test_a_wrong_amount_goes_back_when_the_order_ends(app: Flask) -> None:
    with db.write() as session:
        order = buy(session, open_shop(session), register(session))
        payment = service.start(session, order, Paper(), NOON)
        service.confirm(session, "paper", paid(payment, amount=1), NOON)
        assert service.propose_strays(session, order.id, NOON) == []
        jobs.submit(session, "orders.expire", run_at=order.expires_at)
    jobs.run_due(order.expires_at)
    with db.read() as session:
        assert [(one.amount, one.reason) for one in session.scalars(select(Refund))] == [(1, states.ORDER_CLOSED)]
        assert ledger.faults(session) == []
