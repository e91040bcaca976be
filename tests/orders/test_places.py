"""An order, and what hangs on it, lies where its people are, also after they have moved."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal import db, migrations
from portal.divisions.models import Division
from portal.orders import handover
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import service as payments
from portal.payments.models import InvoiceRequest, Payment
from portal.payments.service import holding
from portal.people import service as people
from portal.people.models import Learner
from portal.testing import make_learner
from tests.orders.shop import NOON, buy, open_shop
from tests.payments.bank import Paper

CITY, HERE, THERE = "130200", "130208", "130207"


@dataclass
class Bought:
    """Somebody of each county, and an order with a payment, a refund and a request for an invoice."""

    here: Learner
    there: Learner
    order: Order


@pytest.fixture
def bought(app: Flask) -> Bought:
    """An order of one county."""
    with db.write() as session:
        session.add(Division(code=CITY, name="唐山市", level="city"))
        session.flush()
        session.add_all(Division(code=one, name=one, level="county", parent_code=CITY) for one in (HERE, THERE))
        session.flush()
        here, there = make_learner(session, division=HERE), make_learner(session, division=THERE)
        order = buy(session, open_shop(session), here)
        payment = payments.start(session, order, Paper(), NOON)
        payment.received = payment.amount
        session.flush()
        holding.set_aside(session, payment, 100, "staff", NOON)
        wish = InvoiceRequest(order_id=order.id, title="-", kind="plain", amount=1, division_code=order.division_code)
        session.add(wish)
    return Bought(here, there, order)


def places(order_id: int) -> set[str | None]:
    """Where the order and all that hangs on it lie."""
    said = (
        "SELECT division_code FROM orders WHERE id = :id",
        "SELECT division_code FROM payment WHERE order_id = :id",
        "SELECT r.division_code FROM refund r JOIN payment p ON p.id = r.payment_id WHERE p.order_id = :id",
        "SELECT division_code FROM invoice_request WHERE order_id = :id",
    )
    with db.read() as session:
        rows = [session.execute(text(one), {"id": order_id}).all() for one in said]
    assert all(rows)
    return {row[0] for found in rows for row in found}


def test_an_order_of_one_county_is_that_countys(bought: Bought) -> None:
    assert places(bought.order.id) == {HERE}


def test_an_order_of_several_counties_is_the_citys(bought: Bought) -> None:
    with db.write() as session:
        mixed = buy(session, open_shop(session), bought.here, bought.there)
    assert mixed.division_code == CITY


def test_where_no_division_holds_all_an_order_is_nobodys(bought: Bought) -> None:
    with db.write() as session:
        stranger = make_learner(session, division="440300")
        assert buy(session, open_shop(session), bought.here, stranger).division_code is None


def test_an_order_follows_a_new_employer(bought: Bought) -> None:
    with db.write() as session:
        people.change_employer(session, bought.here.id, "唐山市第二中学", THERE, None, NOON)
    assert places(bought.order.id) == {THERE}


def test_an_order_follows_a_corrected_employer(bought: Bought) -> None:
    with db.write() as session:
        people.correct_employer(session, session.get_one(Learner, bought.here.id), "唐山市第二中学", THERE)
    assert places(bought.order.id) == {THERE}


def test_an_order_follows_the_person_a_line_is_passed_on_to(bought: Bought) -> None:
    with db.write() as session:
        orders.mark_paid(session, bought.order.id, NOON)
    with db.write() as session:
        order = session.get_one(Order, bought.order.id)
        orders.replace(session, order, order.lines[0].id, bought.there.id, order.buyer_id)
    assert places(bought.order.id) == {THERE}


def test_an_order_follows_the_account_that_is_kept(bought: Bought) -> None:
    with db.write() as session:
        other, kept = (session.get_one(Learner, one.id) for one in (bought.here, bought.there))
        handover.hand_over(session, other, kept)
    assert places(bought.order.id) == {THERE}


def test_orders_of_before_are_given_their_places(app: Flask, bought: Bought) -> None:
    with db.write() as session:
        mixed = buy(session, open_shop(session), bought.here, bought.there)
    plugins = app.extensions["portal_plugins"]
    migrations.downgrade(db.engine(), plugins, migrations.CORE, "core_0011")
    migrations.upgrade(db.engine(), plugins)
    assert places(bought.order.id) == {HERE}
    with db.read() as session:
        assert session.scalar(select(Order.division_code).where(Order.id == mixed.id)) == CITY
        assert session.scalars(select(Payment.division_code).distinct()).all() == [HERE]
