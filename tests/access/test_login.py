"""Logging in, staying in, being out."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, db
from portal.access import attempts, service
from portal.app import create_app
from portal.people import passwords, registration
from portal.people.models import LoginName
from portal.settings import Settings
from portal.testing import PASSWORD, log_in, make_account, make_learner, under_test


def test_one_form_and_the_name_shows(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        learner = make_learner(session)
    log_in(client, learner.account)
    assert "周晓岚" in client.get("/").text


@pytest.mark.parametrize(("address", "secure"), [("http://127.0.0.1:8000", False), ("https://xue.example.cn", True)])
def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    settings: Settings, address: str, *, secure: bool
) -> None:
    """And stays on the encrypted line where the portal has one."""
    app = under_test(create_app(settings.model_copy(update={"public_url": address})))
    with app.app_context():
        with db.write() as session:
            name = make_account(session).username
        said = app.test_client().post("/login", base_url=address, data={"name": name, "password": PASSWORD})
        db.engine().dispose()
    assert said.status_code == 303
    flags = {one.strip() for one in said.headers["Set-Cookie"].split(";")[1:]}
    assert {"HttpOnly", "SameSite=Lax"} <= flags
    assert ("Secure" in flags) == secure


def test_a_wrong_password_keeps_the_name_and_tells_nothing(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        account = make_account(session)
    wrong = client.post("/login", data={"name": account.username, "password": "nope"})
    nobody = client.post("/login", data={"name": "nobody", "password": "nope"})
    assert wrong.status_code == nobody.status_code == 422
    assert "用户名或密码不对" in wrong.text
    assert f'value="{account.username}"' in wrong.text
    assert wrong.text.replace(account.username, "nobody").count("nope") == nobody.text.count("nope") == 0


def test_too_many_failures_shut_the_door_even_for_the_right_password(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        account = make_account(session)
    for _ in range(attempts.PER_NAME):
        client.post("/login", data={"name": account.username, "password": "nope"})
    right = {"name": account.username, "password": "right-horse-9"}
    assert client.post("/login", data=right).status_code == 429
    with time_machine.travel(clock.now() + attempts.WINDOW + timedelta(seconds=1)):
        assert client.post("/login", data=right).status_code == 303


def test_the_limit_is_one_for_all_names_and_spellings(app: Flask, client: FlaskClient) -> None:
    names = ("13831552067", "(138)3155-2067", "+86 13831552067", "((((13831552067", "zxl@example.cn")
    with db.write() as session:
        learner = make_learner(session)
        for kind, name in (("phone", names[0]), ("email", names[-1])):
            session.add(LoginName(account_id=learner.account_id, kind=kind, value=registration.index(kind, name)))
    for turn in range(attempts.PER_NAME):
        assert client.post("/login", data={"name": names[turn % len(names)], "password": "nope"}).status_code == 422
    for name in (*names, learner.account.username):
        assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 429


def test_a_name_of_nobody_is_limited_in_all_spellings_too(app: Flask, client: FlaskClient) -> None:
    for turn in range(attempts.PER_NAME):
        assert client.post("/login", data={"name": "(" * turn + "13800000000", "password": "nope"}).status_code == 422
    assert client.post("/login", data={"name": "138 0000 0000", "password": "nope"}).status_code == 429


def test_logging_out_ends_the_login_on_the_server(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        learner = make_learner(session)
    log_in(client, learner.account)
    cookie = client.get_cookie("xueshi")
    assert cookie
    client.post("/logout")
    client.set_cookie("xueshi", cookie.value)
    assert "周晓岚" not in client.get("/").text


def test_a_new_password_ends_every_login(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        learner = make_learner(session)
    log_in(client, learner.account)
    with db.write() as session:
        service.end_all(session, learner.account_id)
    assert "周晓岚" not in client.get("/").text


def test_an_account_to_be_activated_is_nobody_yet(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        learner = make_learner(session)
        learner.account.must_change = True
        session.add(LoginName(account_id=learner.account_id, kind="resident_id", value=learner.id_index))
        number = learner.id_number
    assert client.post("/login", data={"name": number, "password": PASSWORD}).status_code == 422
    begun = client.post("/login", data={"name": number, "password": passwords.COMMON_INITIAL})
    assert (begun.status_code, begun.location) == (307, "/activate")
    assert "周晓岚" not in client.get("/").text


def test_the_way_back_never_leaves_the_site(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        account = make_learner(session).account
    for target in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = client.post("/login", data={"name": account.username, "password": "right-horse-9", "next": target})
        assert answer.location == "/"
        client.post("/logout")


def test_a_login_that_is_used_lasts_and_its_cookie_is_renewed_now_and_then(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        learner = make_learner(session)
    log_in(client, learner.account)
    client.get("/centre")  # the token of its forms is in the cookie now
    assert "Set-Cookie" not in client.get("/centre").headers
    now, days = clock.now(), timedelta(days=1)
    for day in range(1, 11):  # longer than an unused login lasts
        with time_machine.travel(now + day * days):
            answer = client.get("/centre")
        assert answer.status_code == 200, day
        assert "Set-Cookie" in answer.headers
    with time_machine.travel(now + 18 * days):
        assert client.get("/centre").status_code == 303
