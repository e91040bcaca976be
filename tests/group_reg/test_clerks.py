"""Colleagues work on the same lists and orders; who may only look changes nothing; who left leaves everything."""

import io

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db, jobs
from portal.audit.models import AuditRow
from portal.orders.models import OrderLine
from portal.people import clerks
from portal.people.models import Account, Clerk, Organisation
from portal.testing import PASSWORD, log_in, make_account
from tests.group_reg.conftest import FEE, PACKAGE, batch, orders, person, rows, send, sheet, upload


def colleague(app: Flask, organisation: Organisation, role: str) -> tuple[FlaskClient, Account]:
    with db.write() as session:
        account = make_account(session, "organisation", role)
        mine = session.get_one(Organisation, organisation.id)
        mine.clerks.append(Clerk(account_id=account.id, role=role, number=len(mine.clerks) + 1))
    client = app.test_client()
    log_in(client, account)
    return client, account


def actors(verb: str) -> list[int | None]:
    with db.read() as session:
        return list(session.scalars(select(AuditRow.actor_id).where(AuditRow.verb == verb).order_by(AuditRow.id)))


def test_what_one_began_the_other_finishes_and_each_signs_for_it(
    app: Flask, clerk: FlaskClient, organisation: Organisation
) -> None:
    other, account = colleague(app, organisation, "clerk")
    upload(clerk, sheet([person(1), person(2, phone="139")]))
    mine = batch()
    assert "139" in other.get(f"/group/enrol/lists/{mine.id}").text
    other.post(f"/group/enrol/lists/{mine.id}/rows", data={"version": mine.version, "r3-phone": "13912340002"})
    assert {state for state, _codes in rows().values()} == {"good"}
    send(other)
    (order,) = orders()
    assert (order.total, order.buyer_id) == (FEE * 2, organisation.account_id)
    assert actors("roster.uploaded") == [organisation.account_id]
    assert actors("roster.sent") == [account.id]
    assert order.number in other.get("/orders").text
    gateway = other.post(f"/pay/{order.number}", data={"provider": "sandbox"}).location
    other.get(other.post(gateway, data={"decision": "pay"}).location)
    assert orders()[0].state == "paid"
    for client in (clerk, other):
        assert order.number in client.get("/messages").text
        assert "张二" in client.get("/group/people").text
    asked = {"lines": [_line()], "words": "离职", "sure": "y"}
    assert other.post(f"/orders/{order.number}/refund", data=asked).status_code == 303
    assert actors("refund.proposed") == [account.id]
    assert "withdraw" in clerk.get(f"/orders/{order.number}").text  # whoever of them asked


def _line() -> int:
    with db.read() as session:
        return session.scalars(select(OrderLine.id).order_by(OrderLine.id)).all()[0]


def test_an_order_is_given_up_by_name(app: Flask, clerk: FlaskClient, organisation: Organisation) -> None:
    other, account = colleague(app, organisation, "clerk")
    upload(clerk, sheet([person(1)]))
    send(clerk)
    assert other.post(f"/orders/{orders()[0].number}/cancel").status_code == 303
    assert actors("order.cancelled") == [account.id]


def test_a_viewer_sees_everything_and_changes_nothing(
    app: Flask, clerk: FlaskClient, organisation: Organisation
) -> None:
    looks, _account = colleague(app, organisation, "viewer")
    upload(clerk, sheet([person(1)]))
    mine = batch()
    base = f"/group/enrol/lists/{mine.id}"
    assert looks.get(base).status_code == 200
    data = {"version": mine.version, "total": FEE, "courses": list(PACKAGE)}
    for path in (f"{base}/rows", f"{base}/file", f"{base}/send", f"{base}/drop", "/group/enrol?class=2"):
        sent = {**data, "file": (io.BytesIO(sheet([person(2)])), "a.xlsx")}
        assert looks.post(path, data=sent).status_code == 403, path
    assert looks.get(f"{base}/repair.xlsx").status_code == 403  # it holds whole numbers
    assert looks.get("/group/enrol").status_code == 403
    send(clerk)
    number = orders()[0].number
    for page in ("/group/", "/group/people", "/orders", f"/orders/{number}", f"/pay/{number}", "/messages"):
        assert looks.get(page).status_code == 200, page
    assert looks.post("/group/people", data={"q": "张"}).status_code == 200
    answers = [looks.post(f"/pay/{number}", data={"provider": "sandbox"}), looks.post(f"/orders/{number}/cancel")]
    assert [(one.status_code, "只能查看" in one.text) for one in answers] == [(403, True)] * 2
    for path in ("/group/people/remind", f"/group/people/{_line()}/replace", "/organisation/slips/1"):
        assert looks.post(path).status_code == 403, path
    assert looks.post(f"/orders/{number}/invoice", data={"title": "x"}).status_code == 403
    assert "立即支付" not in looks.get(f"/orders/{number}").text
    assert orders()[0].state == "placed"


def test_whoever_left_leaves_lists_and_orders_behind(
    app: Flask, clerk: FlaskClient, organisation: Organisation
) -> None:
    upload(clerk, sheet([person(1)]))
    send(clerk)
    other, _account = colleague(app, organisation, "clerk")
    with db.write() as session:
        giver, taker = session.scalars(select(Clerk).order_by(Clerk.number)).all()
        clerks.hand_over(session, giver, taker, giver.account_id, clock.now())
        clerks.remove(session, giver, taker.account_id, clock.now())
    assert "/login" in clerk.get("/orders").location
    assert "/login" in other.get("/orders").location  # its login showed another role
    fresh = app.test_client()
    assert fresh.post("/login", data={"name": organisation.code, "password": PASSWORD}).status_code == 303
    number = orders()[0].number
    assert number in fresh.get("/orders").text
    upload(fresh, sheet([person(2)]))
    send(fresh)
    jobs.drain()
    assert {order.buyer_id for order in orders()} == {organisation.account_id}
