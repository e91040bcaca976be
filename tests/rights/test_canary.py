"""Values that must never surface: they are typed into every form of people, and looked for where they must not be."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import clock, db, jobs, logs
from portal.app import create_app
from portal.people import passwords, service
from portal.settings import Settings
from portal.testing import under_test
from tests.people.post_office import PostOffice, post_office

NUMBER, PHONE, SECRET, ADDRESS = "11010519491231002X", "13831552067", "canary-horse-77", "canary@example.cn"
CANARIES = (NUMBER, PHONE, SECRET, ADDRESS)
PERSON = {
    "name": "周晓岚", "id_kind": "resident_id", "id_number": NUMBER, "phone": PHONE, "email": ADDRESS,
    "division_code": "130200", "employer": "唐山市第一中学", "password": SECRET, "again": SECRET,
}  # fmt: skip


# What a cookie may hold: a token of the login, numbers of agreements, the language, a path, what the next page says.
IN_COOKIES = {"_user_id", "_permanent", "_flashes", "csrf_token", "locale", "agree", "agreed", "registered_for"}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as found:
        yield found


@pytest.fixture
def app(settings: Settings, office: PostOffice) -> Iterator[Flask]:
    """A site of its own that sends mail."""
    changes = {"mail_server": office.address, "mail_security": "none", "mail_from": "jxjy@example.cn"}
    app = under_test(create_app(settings.model_copy(update=changes)))
    with app.app_context():
        yield app
        db.engine().dispose()


@pytest.fixture
def site(app: Flask) -> Iterator[Flask]:
    """Logs as in production, and an answer for every crash."""
    from portal.divisions.models import Division

    logs.init_app(app)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with db.write() as session:
        session.add(Division(code="130200", name="唐山市", level="city"))
        session.flush()
        service.ensure_agreement(session, clock.now())

    @app.post("/crash")
    def crash() -> str:
        from flask import request

        number = request.form["id_number"]
        raise RuntimeError(len(number) / 0)

    yield app
    logs.configure(json=False)


def seen(answer: TestResponse) -> list[str]:
    """What an answer carries beside its page: address, headers, cookies."""
    return [answer.request.path, answer.request.query_string.decode(), *(str(pair) for pair in answer.headers)]


def cookie(client: FlaskClient) -> dict[str, Any]:
    """What the visitor's cookie says, for it is signed and not sealed."""
    found, signed = client.get_cookie("xueshi"), client.application.session_interface
    serializer = signed.get_signing_serializer(client.application)  # type: ignore[attr-defined]
    return dict(serializer.loads(found.value)) if found else {}


def test_no_canary_reaches_logs_cookies_addresses_errors_files_or_plain_rows(
    site: Flask, client: FlaskClient, office: PostOffice, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(json=True)  # here, where the output is caught
    carried = []
    client.post("/register", data={"agreed": "y"})
    forms = [
        ("/register/form", {**PERSON, "id_number": NUMBER[:-1] + "1"}),
        ("/register/form", PERSON),
        ("/me/contact", {"phone": PHONE, "email": ADDRESS, "current": SECRET}),
        ("/me/password", {"current": SECRET, "password": SECRET, "again": SECRET}),
        ("/me/corrections/new", {**PERSON, "note": PHONE}),
        ("/me/data", {"current": SECRET + "x"}),
        ("/me/data", {"current": SECRET}),
        ("/crash", {"id_number": NUMBER}),
        ("/logout", {}),
        ("/login", {"name": NUMBER, "password": SECRET + "x"}),
        ("/login", {"name": NUMBER, "password": SECRET}),
        ("/logout", {}),
        ("/login", {"name": NUMBER, "password": passwords.COMMON_INITIAL}),
        ("/activate", {"id_number": NUMBER, "phone": PHONE, "password": SECRET, "again": SECRET, "agreed": "y"}),
        ("/forgotten", {"name": NUMBER}),
        ("/reset", {"account": NUMBER, "person": "周晓岚", "code": "AAAAA-AAAAA", "password": SECRET, "again": SECRET}),
        ("/login", {"name": NUMBER, "password": SECRET}),
        ("/me/consent", {"current": SECRET, "sure": "y"}),
        ("/no/such/page", {"id_number": NUMBER}),
    ]
    for path, data in forms:
        answer = client.post(path, data=data)
        carried += [*seen(answer), json.dumps(cookie(client), ensure_ascii=False)]
        assert set(cookie(client)) <= IN_COOKIES
        if answer.status_code >= 500:
            carried.append(answer.text)
    jobs.drain()
    output = capsys.readouterr()
    assert office.letters, "a forgotten password was answered by mail"
    letters = "\n".join(str(letter.get_content()) for letter in office.letters)
    everything = "\n".join([*carried, output.out, output.err, letters, json.dumps(_rows()), _files(settings)])
    assert "request_failed" in output.err, "the crash was logged"
    assert [canary for canary in CANARIES if canary in everything] == []


def _files(settings: Settings) -> str:
    """All bytes of all files that were kept, the database's among them, as whoever copies the folder reads them."""
    files = [file for file in settings.data.rglob("*") if file.is_file()]
    return "\n".join(file.read_bytes().decode("latin-1") for file in files)


def _rows() -> list[str]:
    """All cells of all tables, as whoever steals the database reads them."""
    from sqlalchemy import inspect

    with db.engine().connect() as connection:
        tables = inspect(db.engine()).get_table_names()
        return [str(row) for table in tables for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]  # noqa: S608


def test_the_canaries_are_really_in_the_site(site: Flask, client: FlaskClient) -> None:
    """Or the test above would find nothing because nothing was stored."""
    client.post("/register", data={"agreed": "y"})
    assert client.post("/register/form", data=PERSON).status_code == 303
    assert client.post("/logout").status_code == 303
    assert client.post("/login", data={"name": NUMBER, "password": SECRET}).status_code == 303
