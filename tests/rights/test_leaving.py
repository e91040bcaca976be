"""Closing an account with something still open: what is settled by it, what must be settled before, in words."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db
from portal.catalogue.models import TrainingClass
from portal.orders.models import Order
from portal.payments.models import Payment, Refund
from portal.people.models import Account
from portal.testing import PASSWORD, log_in
from tests.staff.world import World

CLOSE = {"current": PASSWORD, "sure": "y"}


@pytest.fixture
def leaving(app: Flask, client: FlaskClient, world: World) -> FlaskClient:
    log_in(client, world.learner)
    return client


def _settle_refund() -> None:
    with db.write() as session:
        for refund in session.scalars(select(Refund)):
            refund.state = "done"


def _unpaid(world: World, *, begun: bool) -> None:
    with db.write() as session:
        order = session.get_one(Order, world.mine["orders"].id)
        order.state, order.paid_at, order.expires_at = "placed", None, clock.now() + timedelta(days=1)
        payment = session.get_one(Payment, world.mine["payments"].id)
        payment.state = "started" if begun else "closed"
        session.get_one(TrainingClass, world.mine["classes"].id).taken = 1


def _active(world: World) -> bool:
    with db.read() as session:
        return bool(session.get_one(Account, world.learner.id).active)


def test_a_refund_under_way_is_waited_for(leaving: FlaskClient, world: World) -> None:
    number = world.mine["orders"].number
    assert f"订单 {number} 正在退费" in leaving.get("/me/close").text
    answer = leaving.post("/me/close", data=CLOSE)
    assert answer.status_code == 422
    assert f"订单 {number} 正在退费" in answer.text
    assert _active(world)


def test_plans_under_way_are_said_and_end(leaving: FlaskClient, world: World) -> None:
    _settle_refund()
    assert "1 个正在学习的计划将终止" in leaving.get("/me/close").text
    assert leaving.post("/me/close", data=CLOSE).location == "/"
    assert not _active(world)


def test_an_unpaid_order_is_cancelled_and_frees_its_seat(leaving: FlaskClient, world: World) -> None:
    _settle_refund()
    _unpaid(world, begun=False)
    assert "1 个未支付的订单将被取消" in leaving.get("/me/close").text
    assert leaving.post("/me/close", data=CLOSE).location == "/"
    with db.read() as session:
        assert session.get_one(Order, world.mine["orders"].id).state == "cancelled"
        assert session.get_one(TrainingClass, world.mine["classes"].id).taken == 0


def test_money_on_its_way_is_waited_for(leaving: FlaskClient, world: World) -> None:
    _settle_refund()
    _unpaid(world, begun=True)
    answer = leaving.post("/me/close", data=CLOSE)
    assert answer.status_code == 422
    assert "已开始付款" in answer.text
    with db.read() as session:
        assert session.get_one(Order, world.mine["orders"].id).state == "placed"


def test_a_payment_in_doubt_is_waited_for(leaving: FlaskClient, world: World) -> None:
    _settle_refund()
    with db.write() as session:
        session.get_one(Payment, world.mine["payments"].id).state = "attention"
    assert "正在核对" in leaving.post("/me/close", data=CLOSE).text
    assert _active(world)
