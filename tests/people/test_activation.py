"""Accounts of the old platform: the common password opens nothing, the phone on file does."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db
from portal.access import attempts
from portal.access import service as access
from portal.errors import Refused
from portal.people import passwords, service
from portal.people.identity import check_digit
from portal.people.models import Account, Agreement, AgreementAcceptance, Learner

NUMBER, PHONE = "11010519491231002X", "13900001111"
FRESH = "a new horse 7"
FORM = {"id_number": NUMBER, "phone": PHONE, "password": FRESH, "again": FRESH, "agreed": "y"}


@pytest.fixture
def old(city: Agreement) -> Learner:
    with db.write() as session:
        return service.import_learner(
            session,
            name="王建国",
            id_number=NUMBER,
            phone=PHONE,
            employer="唐山市第一中学",
            division_code="130203",
            password_hash=passwords.digest(passwords.COMMON_INITIAL),
            now=clock.now(),
        )


def plain(page: str, *typed: str) -> str:
    """A page without what was typed and without its tokens."""
    for text in typed:
        page = page.replace(text, "")
    return re.sub(r'(content|value)="[^"]{60,}"', "", page)


def enter(client: FlaskClient, password: str = passwords.COMMON_INITIAL, name: str = NUMBER) -> str:
    return str(client.post("/login", data={"name": name, "password": password}).location)


def test_the_common_password_opens_only_the_activation_page(client: FlaskClient, old: Learner) -> None:
    common = {"name": NUMBER.lower(), "password": passwords.COMMON_INITIAL}
    sent = client.post("/login", data=common)
    assert (sent.status_code, sent.location) == (307, "/activate"), "the browser sends the form on by itself"
    shown = client.post(sent.location, data=common)
    assert shown.status_code == 200
    assert f'value="{NUMBER}"' in shown.text, "what was typed need not be typed again"
    for text in ("王建国", "唐山市第一中学", PHONE, passwords.COMMON_INITIAL):
        assert text not in shown.text
    for path in ("/me", "/messages", "/me/photo", "/me/photo.jpg", "/me/password", "/register/photo"):
        assert client.get(path).status_code == 303
        assert client.get(path).location.startswith("/login")


def test_the_phone_alone_begins_nothing(app: Flask, client: FlaskClient, old: Learner) -> None:
    """It is the second fact: whoever names the account by it has given one fact twice."""
    named = client.post("/login", data={"name": PHONE, "password": passwords.COMMON_INITIAL})
    unknown = app.test_client().post("/login", data={"name": "13900002222", "password": passwords.COMMON_INITIAL})
    assert named.status_code == unknown.status_code == 422
    assert plain(named.text, PHONE) == plain(unknown.text, "13900002222")
    assert client.post("/activate", data={**FORM, "id_number": ""}).status_code == 422
    with db.read() as session:
        assert session.get_one(Account, old.account_id).must_change


def test_the_phone_is_a_user_name_once_the_account_is_open(app: Flask, client: FlaskClient, old: Learner) -> None:
    client.post("/activate", data=FORM)
    assert enter(app.test_client(), FRESH, PHONE) == "/"


def test_the_phone_on_file_and_a_new_password_open_the_account(client: FlaskClient, old: Learner) -> None:
    enter(client)
    done = client.post("/activate", data={**FORM, "phone": "139 0000-1111"})
    assert (done.status_code, done.location) == (303, "/me")
    assert "王建国" in client.get("/me").text
    with db.read() as session:
        account = session.get_one(Account, old.account_id)
        assert not account.must_change
        assert session.scalars(select(AgreementAcceptance)).one().account_id == account.id
        assert access.log_in(session, NUMBER, FRESH).id == account.id
        with pytest.raises(Refused):
            access.log_in(session, NUMBER, passwords.COMMON_INITIAL)


def test_it_works_without_logging_in_first_too(client: FlaskClient, old: Learner) -> None:
    assert client.post("/activate", data={**FORM, "id_number": "11010519491231002x"}).location == "/me"


def test_unknown_numbers_and_wrong_phones_look_the_same(app: Flask, client: FlaskClient, old: Learner) -> None:
    wrong = client.post("/activate", data={**FORM, "phone": "13900002222"})
    unknown = app.test_client().post("/activate", data={**FORM, "id_number": "110105194912310038"})
    assert wrong.status_code == unknown.status_code == 422
    assert "对不上" in wrong.text
    assert plain(wrong.text, NUMBER, "13900002222") == plain(unknown.text, "110105194912310038", PHONE)


def test_guesses_are_counted_and_end(app: Flask, client: FlaskClient, old: Learner) -> None:
    for guess in range(attempts.PER_NAME):
        answer = app.test_client().post("/activate", data={**FORM, "phone": f"1390000{guess:04d}"})
        assert answer.status_code == 422
    assert client.post("/activate", data=FORM).status_code == 429
    with time_machine.travel(clock.now() + attempts.WINDOW + timedelta(seconds=1)):
        assert client.post("/activate", data=FORM).status_code == 303


def test_guesses_about_many_people_are_counted_by_address(
    app: Flask, client: FlaskClient, old: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever tries one phone with everybody's number is stopped; those who come from elsewhere are not."""
    monkeypatch.setattr(attempts, "PER_ADDRESS", 3)
    for turn in range(3):
        body = f"1302081985101812{turn}"
        guess = {**FORM, "id_number": body + check_digit(body)}
        assert client.post("/activate", data=guess).status_code == 422
    assert client.post("/activate", data=FORM).status_code == 429
    elsewhere = app.test_client().post("/activate", data=FORM, environ_base={"REMOTE_ADDR": "10.9.8.7"})
    assert elsewhere.status_code == 303


@pytest.mark.parametrize("password", ["123456", NUMBER, NUMBER.lower(), "12345678", PHONE, ""])
def test_the_new_password_is_neither_number_nor_short(client: FlaskClient, old: Learner, password: str) -> None:
    assert client.post("/activate", data={**FORM, "password": password, "again": password}).status_code == 422
    with db.read() as session:
        assert session.get_one(Account, old.account_id).must_change


def test_nor_the_old_one(client: FlaskClient, old: Learner) -> None:
    with db.write() as session:
        session.get_one(Account, old.account_id).password = passwords.digest(FRESH)
    assert "不能与原密码相同" in client.post("/activate", data=FORM).text


def test_the_agreement_must_be_accepted(client: FlaskClient, old: Learner) -> None:
    assert client.post("/activate", data={**FORM, "agreed": ""}).status_code == 422


def test_it_happens_once_and_ends_logins_of_before(app: Flask, client: FlaskClient, old: Learner) -> None:
    enter(client)
    stranger = app.test_client()
    enter(stranger)
    assert client.post("/activate", data=FORM).status_code == 303
    again = stranger.post("/activate", data={**FORM, "password": "stranger 77", "again": "stranger 77"})
    assert again.status_code == 422
    assert stranger.get("/me").status_code == 303


def test_an_account_without_a_phone_waits_for_the_office(client: FlaskClient, old: Learner) -> None:
    with db.write() as session:
        session.get_one(Learner, old.id).phone_index = None
    assert client.post("/activate", data=FORM).status_code == 422


def test_importing_a_wrong_or_known_number_is_refused(app: Flask, old: Learner) -> None:
    for number, words in [("110105194912310021", "最后一位"), (NUMBER, "已经注册")]:
        with pytest.raises(Refused) as caught, db.write() as session:
            service.import_learner(
                session,
                name="王二",
                id_number=number,
                phone=PHONE,
                employer="唐山市第一中学",
                division_code="130203",
                password_hash="x",
                now=clock.now(),
            )
        assert words in str(caught.value.problems[0].message)


def test_a_shared_phone_is_imported_as_a_fact_but_not_as_a_name(app: Flask, client: FlaskClient, old: Learner) -> None:
    number = "13020819870312028" + check_digit("13020819870312028")
    with db.write() as session:
        service.import_learner(
            session,
            name="李明",
            id_number=number,
            phone=PHONE,
            employer="唐山市第一中学",
            division_code="130203",
            password_hash=passwords.digest("123456"),
            now=clock.now(),
        )
    assert client.post("/activate", data={**FORM, "id_number": number}).location == "/me"
    assert "李明" in client.get("/me").text
