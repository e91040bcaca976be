"""A form without its token, or with an old one: it comes back with what was typed, and nothing has happened."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.access.models import LoginAttempt, LoginSession
from portal.people.models import Learner
from portal.testing import PASSWORD, log_in, make_learner

SENTENCE = "页面打开太久，内容还没有提交"


@pytest.fixture
def learner(client: FlaskClient) -> Learner:
    with db.write() as session:
        made = make_learner(session)
    log_in(client, made.account)
    return made


@pytest.fixture(autouse=True)
def guarded(app: Flask, learner: Learner) -> Iterator[None]:
    """As the portal runs. After the log-in of the fixture."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


def _value(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found, name
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def test_what_was_typed_is_kept_and_can_be_sent_again(client: FlaskClient, learner: Learner) -> None:
    typed = {"phone": "13831552067", "email": "zxl@example.cn", "current": PASSWORD}
    answer = client.post("/me/contact", data={**typed, "csrf_token": "old"})
    assert answer.status_code == 422
    assert SENTENCE in answer.text
    assert (_value(answer.text, "phone"), _value(answer.text, "email")) == (typed["phone"], typed["email"])
    assert PASSWORD not in answer.text
    with db.read() as session:
        assert session.get_one(Learner, learner.id).phone is None
    token = _value(answer.text, "csrf_token")
    assert client.post("/me/contact", data={**typed, "csrf_token": token}).status_code == 303
    with db.read() as session:
        assert session.get_one(Learner, learner.id).phone == typed["phone"]


def test_the_login_form_comes_back_and_nobody_is_logged_in(app: Flask, learner: Learner) -> None:
    stranger = app.test_client()
    answer = stranger.post("/login", data={"name": learner.account.username, "password": PASSWORD})
    assert answer.status_code == 422
    assert _value(answer.text, "name") == learner.account.username
    assert stranger.get("/me").status_code == 303
    with db.read() as session:
        assert len(session.scalars(select(LoginSession)).all()) == 1  # of the fixture
        assert set(session.scalars(select(LoginAttempt.failures))) <= {0}  # the fixture's own was right


@pytest.mark.parametrize("path", ["/me/logins/end", "/logout", "/language", "/register", "/staff/accounts/add"])
def test_what_shows_no_form_is_refused_as_before(client: FlaskClient, path: str) -> None:
    """Nothing a view does without asking its form happens: no login ends, no language changes."""
    answer = client.post(path, data={"to": "en", "agreed": "y"})
    assert answer.status_code in (400, 422)
    assert client.get("/me").status_code == 200
    assert 'lang="zh-CN"' in client.get("/").text
    with db.read() as session:
        assert [one.ended_at for one in session.scalars(select(LoginSession))] == [None]


def test_a_view_that_asks_no_form_writes_nothing(own_app: Flask) -> None:
    from portal.access.guard import public
    from portal.web.forms import Form

    done: list[Any] = []

    @public
    def careless() -> tuple[str, int]:
        Form().validate()
        with db.write() as session:
            done.append(session)
        return "done", 422

    own_app.config["WTF_CSRF_ENABLED"] = True
    own_app.add_url_rule("/careless", "careless", careless, methods=["POST"])
    assert own_app.test_client().post("/careless").status_code == 400
    assert done == []
