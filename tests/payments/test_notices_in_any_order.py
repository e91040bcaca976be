"""Gateways tell things twice, late and in any order: the books end the same."""

import itertools
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.orders import service as orders
from portal.orders.models import Order, OrderLine
from portal.payments import service
from portal.payments.models import Payment, Refund
from portal.payments.provider import Notice
from portal.payments.service import refunds
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


# What a gateway may say of an order that is paid and whose refund was agreed to.
SAID_LATER = {
    "refunded": Notice("e-back", "", "refunded", 4800, "s1"),
    "refunded, told in other words": Notice("e-back-again", "", "refunded", 4800, "s1"),
    "not refunded": Notice("e-not", "", "refund_failed", 4800, ""),
    "paid once more in words": Notice("e-again", "", "paid", 4800, "r1"),
    "one fen short": Notice("e-short", "", "paid", 4799, "r2"),
}


def _end(shop: Shop, names: tuple[str, ...], *, over: bool = False) -> tuple[object, ...]:
    """Where a fresh order ends after these notices; `over`: it was cancelled before the first."""
    with db.write() as session:
        order = buy(session, shop, register(session))
        payment = service.start(session, order, Paper(), NOON)
        if over:
            orders.cancel(session, order, NOON)
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


def _end_later(shop: Shop, names: tuple[str, ...]) -> tuple[object, ...]:
    """Where a paid order ends whose refund was agreed to, after these notices."""
    with db.write() as session:
        order = buy(session, shop, register(session))
        payment = service.start(session, order, Paper(), NOON)
        mark = f"{payment.id}-"
        service.confirm(session, "paper", Notice(f"{mark}e", payment.number, "paid", 4800, f"{mark}r1"), NOON)
        [refund] = refunds.ask(session, order, [order.lines[0].id], "", order.buyer_id, NOON)
        refunds.approve(session, refund.id, order.buyer_id, NOON)
    for name in names:
        said = SAID_LATER[name]
        own = {"payment_number": payment.number, "event_id": mark + said.event_id, "refund_number": refund.number}
        notice = replace(said, reference=said.reference and mark + said.reference, **own)
        with db.write() as session:
            service.confirm(session, "paper", notice, NOON)
    with db.read() as session:
        kept = session.get_one(Payment, payment.id)
        strays = select(func.count(Refund.id)).where(Refund.payment_id == payment.id, Refund.line_id.is_(None))
        state = session.get_one(Refund, refund.id).state
        return session.get_one(Order, order.id).state, kept.received, kept.returned, state, session.scalar(strays)


SIZES = pytest.mark.parametrize("size", [1, 2, 3, pytest.param(4, marks=SLOW), pytest.param(5, marks=SLOW)])


@SIZES
def test_every_order_of_notices_about_a_refund_ends_the_same(app: Flask, size: int) -> None:
    with db.write() as session:
        shop = open_shop(session, seats=None)
    for names in itertools.combinations(SAID_LATER, size):
        ends = {_end_later(shop, order) for order in itertools.permutations(names)}
        assert len(ends) == 1, (names, ends)
        [(order_state, received, returned, refund_state, strays)] = ends
        short = "one fen short" in names
        told = "refunded" in names or "refunded, told in other words" in names
        expected = "done" if told else "failed" if "not refunded" in names else "approved"
        extra = 4799 if short else 0
        assert (order_state, refund_state, received, returned) == ("refunded", expected, 4800 + extra, 4800 + extra)
        assert strays == int(short)


@SIZES
def test_every_order_of_notices_about_a_dead_order_ends_the_same(app: Flask, size: int) -> None:
    with db.write() as session:
        shop = open_shop(session, seats=None)
    for names in itertools.combinations(SAID, size):
        ends = {_end(shop, order, over=True) for order in itertools.permutations(names)}
        assert len({end[:1] + end[3:] for end in ends}) == 1, (names, ends)
        [(order_state, plans, back)] = {end[:1] + end[3:] for end in ends}
        came = ("paid" in names or "paid, told in other words" in names) + ("one fen short" in names)
        assert (order_state, plans, back) == ("cancelled", 0, came)  # booked, and proposed to go back


@SIZES
def test_every_order_of_notices_ends_the_same(app: Flask, size: int) -> None:
    with db.write() as session:
        shop = open_shop(session, seats=None)
    for names in itertools.combinations(SAID, size):
        ends = {_end(shop, order) for order in itertools.permutations(names)}
        assert len(ends) == 1, (names, ends)
        [(order_state, _, _, plans, _)] = ends
        assert (order_state == "paid", plans) == ("paid" in names or "paid, told in other words" in names,) * 2
