"""Whoever has an account is told when somebody changes how it is opened: each message, where it leads, what it says."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db
from portal.messages.models import Message
from portal.people import clerks, codes, passwords, service
from portal.people.models import Account, Agreement, Learner, LoginName, Organisation
from portal.people.registration import Registration, index
from portal.testing import PASSWORD, make_account

FRESH = "a new horse 7"


@pytest.fixture
def learner(right: Registration, client: FlaskClient) -> Learner:
    with db.write() as session:
        made = service.register(session, right, clock.now())
    assert client.post("/login", data={"name": right.phone, "password": PASSWORD}).status_code == 303
    return made


@contextmanager
def told(account_id: int, *expected: tuple[str, str]) -> Iterator[None]:
    """Inside, the account gets just these messages: kind and where it leads."""
    query = select(Message).where(Message.account_id == account_id).order_by(Message.id)
    with db.read() as session:
        before = {one.id for one in session.scalars(query)}
    yield
    with db.read() as session:
        new = [(one.kind, one.url) for one in session.scalars(query) if one.id not in before]
    assert new == list(expected)


def test_a_new_password_is_told(client: FlaskClient, learner: Learner) -> None:
    with told(learner.account_id):
        client.post("/me/password", data={"current": "wrong", "password": FRESH, "again": FRESH})
    with told(learner.account_id, ("password_changed", "/me")):
        client.post("/me/password", data={"current": PASSWORD, "password": FRESH, "again": FRESH})
    assert "您的密码已修改" in client.get("/messages").text


def test_a_new_phone_or_address_is_told_without_saying_which(client: FlaskClient, learner: Learner) -> None:
    form = {"current": PASSWORD, "phone": "13900007777", "email": "new@example.cn"}
    with told(learner.account_id):
        client.post("/me/contact", data={**form, "phone": "1390000"})
    with told(learner.account_id, ("contact_changed", "/me")):
        client.post("/me/contact", data=form)
    page = client.get("/messages").text
    assert "您的手机号码或邮箱已修改" in page
    assert "13900007777" not in page


def test_a_slip_is_told_to_whoever_it_opens(client: FlaskClient, learner: Learner) -> None:
    with told(learner.account_id), db.write() as session:
        codes.issue(session, learner.account_id, codes.MAIL, clock.now())
    with told(learner.account_id, ("slip_printed", "/me")), db.write() as session:
        code = codes.issue(session, learner.account_id, codes.SLIP, clock.now())
    page = client.get("/messages").text
    assert "已为您的账号打印激活单" in page
    assert code not in page


def test_another_role_is_told_to_the_clerk_alone(app: Flask, city: Agreement) -> None:
    with db.write() as session:
        boss = make_account(session, "organisation", "唐山市燕山设计院")
        here = Organisation(account_id=boss.id, name="唐山市燕山设计院", code="91130208MA00000090", state="approved")
        here.division_code = "130208"
        session.add(here)
        session.add(LoginName(account_id=boss.id, kind="credit_code", value=index("credit_code", here.code)))
        session.flush()
        clerk, _code = clerks.invite(session, here, "李芳", "clerk", boss.id, clock.now())
        hers = session.get_one(Account, clerk.account_id)
        hers.must_change, hers.password = False, passwords.digest(PASSWORD)
    with told(clerk.account_id, ("clerk_role_changed", "/organisation")), told(boss.id), db.write() as session:
        clerks.change_role(session, clerks.get(session, here.id, clerk.id), "viewer", boss.id)
    client = app.test_client()
    assert client.post("/login", data={"name": f"{here.code}-2", "password": PASSWORD}).status_code == 303
    assert "您替单位办理的权限有变动" in client.get("/messages").text
