"""Messages are said in the reader's language when they are read; notices show when their day has come."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, db
from portal.messages import service, texts
from portal.messages.models import Message, Notice
from portal.people.models import Learner
from portal.testing import log_in, make_learner


@pytest.fixture
def learner(app: Flask, client: FlaskClient) -> Learner:
    with db.write() as session:
        made = make_learner(session)
    log_in(client, made.account)
    return made


def test_a_message_waits_until_it_is_seen(client: FlaskClient, learner: Learner) -> None:
    with db.write() as session:
        service.post(session, learner.account_id, "plan_completed", "/me", title="土木工程 <2026>")
    assert "消息，1 条未读" in client.get("/").text
    page = client.get("/messages").text
    assert "有 1 条新消息" in page
    assert "已完成：土木工程 &lt;2026&gt;" in page
    assert 'href="/me"' in page
    assert "没有新消息" in client.get("/messages").text
    assert "条未读" not in client.get("/").text


def test_the_same_message_in_english(client: FlaskClient, learner: Learner) -> None:
    with db.write() as session:
        service.post(session, learner.account_id, "order_paid", number="N-0815")
    client.post("/language", data={"to": "en"})
    assert "Order N-0815 is paid" in client.get("/messages").text


def test_others_see_nothing_of_it(app: Flask, client: FlaskClient, learner: Learner) -> None:
    with db.write() as session:
        other = make_learner(session, "李明")
        service.post(session, other.account_id, "order_paid", number="N-0815")
    assert "N-0815" not in client.get("/messages").text
    with db.read() as session:
        assert service.unread(session, other.account_id) == 1


def test_an_empty_inbox_says_what_will_come(client: FlaskClient, learner: Learner) -> None:
    assert "会在这里告诉您" in client.get("/messages").text


@pytest.mark.parametrize("kind", [*texts.TEXTS, "unknown"])
def test_every_kind_has_words_even_without_parameters(app: Flask, kind: str) -> None:
    with app.test_request_context():
        words = texts.words(Message(kind=kind, params={}))
        assert words.title
        assert words.body
        assert words.label
        assert "%(" not in words.title + words.body


def test_notices_show_from_their_day_on(client: FlaskClient) -> None:
    now = clock.now()
    with db.write() as session:
        session.add(Notice(id=1, title="截止时间", body="第一段\n\n<b>第二段", published_at=now - timedelta(days=2)))
        session.add(Notice(id=2, title="明天公布", body="x", published_at=now + timedelta(days=1)))
        session.add(Notice(id=3, title="置顶公告", body="x", pinned=True, published_at=now - timedelta(days=9)))
    page = client.get("/notices").text
    assert page.index("置顶公告") < page.index("截止时间")
    assert "明天公布" not in page
    one = client.get("/notices/1").text
    assert "<p>第一段</p>" in one
    assert "&lt;b&gt;第二段" in one
    assert client.get("/notices/2").status_code == client.get("/notices/9").status_code == 404
    assert client.get("/notices/99999999999999999999").status_code == 404
