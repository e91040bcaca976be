"""A group order is changed before it is paid: other people, another package; one order in the end."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db, jobs
from portal.catalogue.models import TrainingClass
from portal.orders import service as orders_
from portal.orders.models import LineCourse, Order, OrderLine
from tests.group_reg.conftest import FEE, PACKAGE, batch, employer, enter, orders, person, rows, send, sheet, upload


@pytest.fixture
def ordered(clerk: FlaskClient) -> Order:
    """One unpaid order of two people."""
    upload(clerk, sheet([person(1), person(2)]))
    send(clerk)
    (order,) = orders()
    return order


def change(client: FlaskClient, order: Order):  # type: ignore[no-untyped-def]
    return client.post(f"/group/orders/{order.number}/change")


def names(order: Order) -> list[str]:
    with db.read() as session:
        return sorted(line.learner.name for line in session.get_one(Order, order.id).lines)


def taken() -> int:
    with db.read() as session:
        return session.get_one(TrainingClass, 2).taken


def test_other_people_for_the_same_order(clerk: FlaskClient, ordered: Order) -> None:
    mine, before = batch(), taken()
    assert f'action="/group/orders/{ordered.number}/change"' in clerk.get(f"/orders/{ordered.number}").text
    assert change(clerk, ordered).location == f"/group/enrol/lists/{mine.id}"
    page = clerk.get(f"/group/enrol/lists/{mine.id}").text
    for words in (f"正在修改订单 {ordered.number}", "提交修改后的名单", "修改前"):
        assert words in page
    clerk.post(
        f"/group/enrol/lists/{mine.id}/file",
        data={"file": (io.BytesIO(sheet([person(2), person(3), person(4)])), "新名单.xlsx")},
    )
    jobs.drain()
    assert {state for state, _ in rows().values()} == {"good"}  # one's own unpaid order does not stand in the way
    assert [(order.state, order.total) for order in orders()] == [("placed", 2 * FEE)]  # nothing has happened yet
    send(clerk)
    old, new = orders()
    assert (old.state, new.state, new.total, new.expires_at) == ("cancelled", "placed", 3 * FEE, ordered.expires_at)
    assert len(names(new)) == 3
    assert taken() == before + 1
    assert clerk.get(f"/group/enrol/lists/{mine.id}").location == f"/pay/{new.number}"
    jobs.drain()  # that the old one is closed is told, and opens nothing
    assert batch().state == "sent"


def test_another_package_for_everybody(clerk: FlaskClient, ordered: Order) -> None:
    change(clerk, ordered)
    mine = batch()
    less = f"/group/enrol/lists/{mine.id}/package"
    clerk.post(less, data={"version": mine.version, "courses": list(PACKAGE)[:1]})
    assert batch().courses == mine.courses  # too few hours: said, and nothing changed
    with db.read() as session:
        more = sorted({course.course_id for course in session.scalars(select(LineCourse))} | {*PACKAGE})
    clerk.post(less, data={"version": mine.version, "courses": more})
    assert (batch().courses, batch().version) == (more, mine.version + 1)
    clerk.post(less, data={"version": mine.version, "courses": list(PACKAGE)})
    assert batch().courses == more  # a stale window


def test_thinking_better_of_it_leaves_the_order(clerk: FlaskClient, ordered: Order) -> None:
    change(clerk, ordered)
    change(clerk, ordered)
    assert clerk.post(f"/group/enrol/lists/{batch().id}/leave").location == f"/orders/{ordered.number}"
    assert (batch().state, [order.state for order in orders()]) == ("sent", ["placed"])


def test_an_order_cancelled_meanwhile_leaves_an_ordinary_list(clerk: FlaskClient, ordered: Order) -> None:
    change(clerk, ordered)
    with db.write() as session:
        orders_.cancel(session, session.get_one(Order, ordered.id), clock.now())
    jobs.drain()
    page = clerk.get(f"/group/enrol/lists/{batch().id}").text
    assert "正在修改订单" not in page
    assert clerk.post(f"/group/enrol/lists/{batch().id}/leave").location == f"/group/enrol/lists/{batch().id}"
    assert batch().state == "checked"
    send(clerk)
    assert [order.state for order in orders()] == ["cancelled", "placed"]


def test_once_paid_nobody_is_enrolled_twice(clerk: FlaskClient, ordered: Order) -> None:
    change(clerk, ordered)
    with db.write() as session:
        orders_.mark_paid(session, ordered.id, clock.now())
    send(clerk)
    assert [order.state for order in orders()] == ["paid"]
    assert {state for state, _ in rows().values()} == {"bad"}
    assert change(clerk, ordered).location == f"/orders/{ordered.number}"


def test_a_payment_under_way_refuses_the_change(clerk: FlaskClient, ordered: Order) -> None:
    change(clerk, ordered)
    clerk.post(f"/pay/{ordered.number}", data={"provider": "sandbox"})
    send(clerk)
    assert (batch().state, [order.state for order in orders()]) == ("checked", ["placed"])
    assert "正在进行" in batch().refusal


def test_orders_of_others_are_unknown(clerk: FlaskClient, ordered: Order, app: Flask) -> None:
    with db.write() as session:
        other = employer(session, "唐山市另一家公司", "91350100M000100Y43")
    stranger = enter(app.test_client(), other)
    for number in (ordered.number, "D26-0000-0000"):
        assert change(stranger, Order(number=number)).status_code == 404
    for step in ("leave", "package"):
        assert stranger.post(f"/group/enrol/lists/{batch().id}/{step}").status_code == 404
    with db.read() as session:
        assert session.scalars(select(OrderLine.order_id).distinct()).all() == [ordered.id]
