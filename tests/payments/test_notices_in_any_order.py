"""Gateways tell things twice, late and in any order: the books end the same."""

import itertools
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.orders.models import Order, OrderLine
from portal.payments import service
from portal.payments.models import Payment, Refund
from portal.payments.provider import Notice
from portal.study.models import Plan
from tests.orders.shop import NOON, Shop, buy, open_shop, register
from tests.payments.bank import Paper

SLOW = pytest.mark.slow  # 240 orders of notices; `make test` runs them
SAID = {
    "paid": Notice("e-paid", "", "paid", 4800, "r1"),
    "paid, told in other words": Notice("e-again", "", "paid", 4800, "r1"),
    "failed": Notice("e-failed", "", "failed", 4800, ""),
    "closed": Notice("e-closed", "", "closed", 4800, ""),
    "one fen short": Notice("e-short", "", "paid", 4799, "r2"),
}


def _end(shop: Shop, names: tuple[str, ...]) -> tuple[object, ...]:
    """Where a fresh order ends after these notices."""
    with db.write() as session:
        order = buy(session, shop, register(session))
        payment = service.start(session, order, Paper(), NOON)
    for name in names:
        # Every payment has its own transactions and events; only their order differs.
        said = SAID[name]
        mark = f"{payment.id}-"
        notice = replace(
            said,
            payment_number=payment.number,
            event_id=mark + said.event_id,
            reference=said.reference and mark + said.reference,
        )
        with db.write() as session:
            service.confirm(session, "paper", notice, NOON)
    with db.read() as session:
        plans = select(func.count(Plan.id)).join(OrderLine, OrderLine.id == Plan.line_id)
        kept = session.get_one(Payment, payment.id)
        return (
            session.get_one(Order, order.id).state,
            kept.state,
            kept.note,
            session.scalar(plans.where(OrderLine.order_id == order.id)),
            session.scalar(select(func.count(Refund.id)).where(Refund.payment_id == payment.id)),
        )


@pytest.mark.parametrize("size", [1, 2, 3, pytest.param(4, marks=SLOW), pytest.param(5, marks=SLOW)])
def test_every_order_of_notices_ends_the_same(app: Flask, size: int) -> None:
    with db.write() as session:
        shop = open_shop(session, seats=None)
    for names in itertools.combinations(SAID, size):
        ends = {_end(shop, order) for order in itertools.permutations(names)}
        assert len(ends) == 1, (names, ends)
        [(order_state, _, _, plans, _)] = ends
        assert (order_state == "paid", plans) == ("paid" in names or "paid, told in other words" in names,) * 2
