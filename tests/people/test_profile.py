"""个人资料: what is on file, and what its owner may change."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db
from portal.access import attempts
from portal.access import service as access
from portal.access.models import LoginSession
from portal.errors import Refused
from portal.people import service
from portal.people.models import Account, Learner
from portal.people.registration import Registration
from portal.testing import PASSWORD, log_in, make_account

FRESH = "a new horse 7"


@pytest.fixture
def learner(right: Registration, client: FlaskClient) -> Learner:
    with db.write() as session:
        made = service.register(session, right, clock.now())
    enter(client)
    return made


def enter(client: FlaskClient, name: str = "13831552067", password: str = PASSWORD) -> int:
    return client.post("/login", data={"name": name, "password": password}).status_code


def test_numbers_are_masked(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/me").text
    assert "110105 ******** 002X" in page
    assert "138 **** 2067" in page
    assert "11010519491231002X" not in page
    assert "13831552067" not in page


def test_a_new_password_ends_other_logins_and_keeps_this_one(app: Flask, client: FlaskClient, learner: Learner) -> None:
    other = app.test_client()
    enter(other)
    done = client.post("/me/password", data={"current": PASSWORD, "password": FRESH, "again": FRESH})
    assert (done.status_code, done.location) == (303, "/me")
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 303
    assert enter(app.test_client(), password=FRESH) == 303
    assert enter(app.test_client()) == 422


def test_one_login_is_ended_and_nobody_elses(app: Flask, client: FlaskClient, learner: Learner) -> None:
    lost, tablet = app.test_client(), app.test_client()
    for one in (lost, tablet):
        enter(one)
    with db.write() as session:
        logins = access.live_sessions(session, session.get_one(Account, learner.account_id), clock.now(), 30)
        stranger = access.open_session(session, make_account(session), "", clock.now())
        other = session.scalars(select(LoginSession).where(LoginSession.token_digest == access.digest(stranger))).one()
    first, second, _third = sorted(logins, key=lambda one: one.id)
    page = client.get("/me").text
    assert f"/me/logins/{second.id}/end" in page
    assert f"/me/logins/{first.id}/end" not in page
    assert client.post(f"/me/logins/{second.id}/end").location == "/me"
    assert [one.get("/me").status_code for one in (client, lost, tablet)] == [200, 303, 200]
    assert client.post(f"/me/logins/{other.id}/end").status_code == 404
    assert client.post("/me/logins/999999/end").status_code == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"current": "wrong", "password": FRESH, "again": FRESH}, "现在的密码不对"),
        ({"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "不能与原密码相同"),
        ({"current": PASSWORD, "password": "12345678", "again": "12345678"}, "不能全是数字"),
        ({"current": PASSWORD, "password": FRESH, "again": "x"}, "两次输入的密码不一样"),
        (
            {"current": PASSWORD, "password": "11010519491231002x", "again": "11010519491231002x"},
            "证件号码、手机号码",
        ),
        ({}, "请输入现在的密码"),
    ],
)
def test_a_bad_change_of_password_changes_nothing(
    client: FlaskClient, learner: Learner, data: dict[str, str], words: str
) -> None:
    page = client.post("/me/password", data=data)
    assert page.status_code == 422
    assert words in page.text
    with db.read() as session:
        assert access.log_in(session, "13831552067", PASSWORD).id == learner.account_id


def test_guessing_the_present_password_is_stopped(client: FlaskClient, learner: Learner) -> None:
    data = {"current": "wrong", "password": FRESH, "again": FRESH}
    answers = [client.post("/me/password", data=data).status_code for _ in range(attempts.PER_NAME + 1)]
    assert answers == [422] * attempts.PER_NAME + [429]


def test_logins_on_other_devices_can_be_ended(app: Flask, client: FlaskClient, learner: Learner) -> None:
    other = app.test_client()
    enter(other)
    assert "退出其他设备" in client.get("/me").text
    client.post("/me/logins/end")
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 303


def test_phone_and_mail_can_be_changed_with_the_password(app: Flask, client: FlaskClient, learner: Learner) -> None:
    data = {"phone": "139 0000 1111", "email": "", "current": PASSWORD}
    assert client.post("/me/contact", data={**data, "current": "x"}).status_code == 422
    assert client.post("/me/contact", data=data).location == "/me"
    assert enter(app.test_client(), "13900001111") == 303
    assert enter(app.test_client(), "13831552067") == 422
    assert enter(app.test_client(), "zxl@example.cn") == 422


def test_a_phone_of_somebody_else_is_refused(app: Flask, client: FlaskClient, right: Registration) -> None:
    with db.write() as session:
        mine = service.register(session, right, clock.now())
        other = replace(right, id_number="130208198703120285", phone="13900001111", email="")
        service.register(session, other, clock.now())
    with pytest.raises(Refused), db.write() as session:
        service.change_contact(session, mine.id, "13900001111", "zxl@example.cn")
    with db.write() as session:
        service.change_contact(session, mine.id, "13831552067", "zxl@example.cn")
    assert enter(client) == 303


def test_the_employer_can_be_changed(client: FlaskClient, learner: Learner) -> None:
    assert 'value="唐山市第三中学"' in client.get("/me/employer").text
    assert "公章一致" in client.post("/me/employer", data={"employer": "一中", "division_code": "130203"}).text
    done = client.post("/me/employer", data={"employer": "唐山市第一中学", "division_code": "130203"})
    assert done.location == "/me"
    page = client.get("/me").text
    assert "已在名录中" in page
    assert "以前的单位" in page
    assert page.index("唐山市第一中学") < page.index("唐山市第三中学")


def test_other_kinds_of_account_have_a_small_profile(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        account = make_account(session, "organisation", "唐山市第一中学")
    log_in(client, account)
    assert client.get("/me").status_code == 200
    assert client.get("/me/employer").status_code == 403
