"""Every fen of a buyer stands in exactly one sum, whatever happened to it."""

from dataclasses import astuple

from portal import db
from portal.orders.models import Order
from portal.payments import service, sums
from portal.payments.sums import Sums
from tests.orders.shop import NOON
from tests.payments.bank import Paper, paid
from tests.payments.conftest import Counter, counter
from tests.payments.sold import Sold, approve, ask, done, sold

__all__ = ["counter", "sold"]


def _sums(sold: Sold) -> Sums:
    with db.read() as session:
        [found] = sums.of_buyer(session, sold.buyer_id).values()
        assert sums.of_buyer(session, sold.buyer_id + 1000) == {}
    received, *rest = astuple(found)
    assert received == sum(rest)
    return found


def test_a_refund_moves_from_paid_over_its_way_to_back(sold: Sold) -> None:
    assert _sums(sold) == Sums(received=9600, pays=9600)
    [refund] = ask(sold, 0)
    assert _sums(sold) == Sums(received=9600, pays=4800, on_its_way=4800)
    approve(sold, refund)
    done(refund)
    assert _sums(sold) == Sums(received=9600, pays=4800, back=4800)


def test_money_that_pays_nothing_is_a_credit_until_it_is_proposed_to_go_back(counter: Counter) -> None:
    with db.write() as session:
        payment = service.start(session, counter.order, Paper(), counter.order.placed_at)
        service.confirm(session, "paper", paid(payment, amount=100), NOON)
    with db.read() as session:
        buyer_id = session.get_one(Order, counter.order.id).buyer_id
        assert sums.of_buyer(session, buyer_id) == {counter.order.id: Sums(received=100, credit=100)}


def test_the_list_of_orders_shows_each_fen_and_their_sum(counter: Counter) -> None:
    assert "收到的款项" not in counter.browser.get("/orders").text
    with db.write() as session:
        payment = service.start(session, counter.order, Paper(), counter.order.placed_at)
        service.confirm(session, "paper", paid(payment, amount=123), NOON)
    page = counter.browser.get("/orders").text
    assert "收到的款项" in page
    assert "尚未用于订单" in page
    assert "1.23" in page
