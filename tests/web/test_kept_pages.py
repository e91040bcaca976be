"""Pages kept for visitors who are not logged in: drawn once, true at once, and nobody's but the visitor's tokens."""

import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, update

from portal import clock, db, versions
from portal.app import create_app
from portal.catalogue.models import Category, Course, Specialty
from portal.messages.models import Notice
from portal.orders import service as orders
from portal.orders.models import Order
from portal.settings import Settings
from portal.testing import log_in, make_account, under_test
from portal.web import kept as kept_pages
from portal.web.kept import kept
from tests.orders.shop import NOON, Shop, buy, open_shop, register


def _publish(title: str) -> None:
    with db.write() as session:
        session.add(Notice(title=title, body="-", published_at=clock.now()))


def _statements(client: FlaskClient, address: str = "/") -> int:
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    client.get(address)
    event.remove(db.engine(), "before_cursor_execute", note)
    return len([one for one in said if one.startswith("SELECT")])


def test_a_kept_page_is_not_drawn_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "SECONDS", 1000.0)
    app.test_client().get("/")
    assert _statements(app.test_client()) == 0
    assert _statements(app.test_client(), "/enrol?q=1") > 0


def test_a_write_is_seen_at_once_however_it_was_written(client: FlaskClient) -> None:
    client.get("/")
    _publish("第一条")
    assert "第一条" in client.get("/").text
    with db.write() as session:
        session.execute(update(Notice).values(title="改了"))
    assert "改了" in client.get("/").text
    with db.write() as session:
        session.execute(insert(Notice.__table__), [{"title": "第二条", "body": "-", "published_at": clock.now()}])
    assert "第二条" in client.get("/").text


def test_a_write_that_is_rolled_back_shows_nothing(client: FlaskClient) -> None:
    client.get("/")
    with pytest.raises(ZeroDivisionError), db.write() as session:
        session.add(Notice(title="没有发布", body="-", published_at=clock.now()))
        session.flush()
        raise ZeroDivisionError
    assert "没有发布" not in client.get("/").text


def test_another_process_is_believed_after_a_second(
    app: Flask, client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "SECONDS", 1000.0)
    client.get("/")
    other = under_test(create_app(settings))
    with other.app_context():
        _publish("别的进程")
        db.engine().dispose()
    assert "别的进程" not in client.get("/").text
    monkeypatch.setattr(versions, "SECONDS", 0.0)
    app.extensions["portal_marks"].forget()
    assert "别的进程" in client.get("/").text


def test_every_visitor_has_tokens_of_their_own(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    seen = []
    for _ in range(2):
        answer = (client := app.test_client()).get("/")
        [nonce] = re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        tokens = set(re.findall(r'name="csrf_token" value="([^"]+)"', answer.text))
        assert len(tokens) == 1
        assert client.post("/language", data={"to": "en", "csrf_token": tokens.pop()}).status_code == 303
        seen += [nonce, answer.headers["Set-Cookie"]]
    assert len(set(seen)) == 4


def test_languages_and_people_are_kept_apart(app: Flask) -> None:
    app.test_client().get("/")
    english, member = app.test_client(), app.test_client()
    english.post("/language", data={"to": "en"})
    assert 'lang="en"' in english.get("/").text
    with db.write() as session:
        account = make_account(session, name="赵敏")
    log_in(member, account)
    assert "赵敏" in member.get("/").text
    assert "赵敏" not in app.test_client().get("/").text


def test_a_word_to_one_visitor_is_told_once_and_not_kept(app: Flask) -> None:
    spoken_to = app.test_client()
    with spoken_to.session_transaction() as session:
        session["_flashes"] = [("ok", "只说一次")]
    assert "只说一次" in spoken_to.get("/").text
    assert "只说一次" not in spoken_to.get("/").text
    assert "只说一次" not in app.test_client().get("/").text


# --- the catalogue ---------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A project with one class that has 30 seats."""
    with db.write() as session:
        return open_shop(session, seats=30)


def _few(client: FlaskClient) -> bool:
    """Whether the list says that few seats are left."""
    return re.search(r"余 \d+ 个名额", client.get("/enrol").text) is not None


def _buy(shop: Shop, people: int) -> list[Order]:
    with db.write() as session:
        return [buy(session, shop, register(session)) for _ in range(people)]


@pytest.mark.parametrize("address", ["/enrol", "/enrol?category=1", "/enrol/specialties/1", "/courses", "/courses/1"])
def test_a_page_of_the_catalogue_is_kept_and_ended_by_the_office(
    app: Flask, client: FlaskClient, shop: Shop, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(versions, "SECONDS", 1000.0)
    client.get(address)
    client.get(address)  # a connection that was opened meanwhile ends what is known of the marks
    assert _statements(app.test_client(), address) == 0
    with db.write() as session:
        session.execute(update(Specialty).values(name="改了名"))
        session.execute(update(Course).values(title="改了课"))
    assert "改了" in app.test_client().get(address).text
    assert _statements(app.test_client(), address + ("&" if "?" in address else "?") + "q=x") > 0


@time_machine.travel(NOON, tick=False)
def test_an_order_ends_such_pages_only_where_few_seats_are_left(
    app: Flask, client: FlaskClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "SECONDS", 1000.0)
    assert not _few(client)
    _buy(shop, 9)  # 21 are left: the list says nothing, so nothing is drawn again
    assert _statements(client, "/enrol") == 0
    (order,) = _buy(shop, 1)
    assert "余 20 个名额" in client.get("/enrol").text
    with db.write() as session:
        orders.cancel(session, session.get_one(Order, order.id), NOON)
    assert not _few(client)


def test_a_table_nobody_watches_keeps_no_page() -> None:
    with pytest.raises(ValueError, match="orders"):
        kept("notice", "orders")


def test_a_piece_is_drawn_again_only_after_a_write_to_its_tables(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "SECONDS", 1000.0)
    client.get("/")
    _publish("只重画公告")
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    assert "只重画公告" in client.get("/").text
    event.remove(db.engine(), "before_cursor_execute", note)
    assert not any("rule_set" in one for one in said)
    assert any("FROM notice" in one for one in said)


def test_what_is_lasting_is_drawn_once_by_each_process(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_pages, "SECONDS", -1)  # whatever the time ends has ended
    app.extensions["portal_kept"].clear()
    client.get("/")
    before = dict(app.extensions["portal_kept"])
    _publish("别的都重画")
    assert "别的都重画" in client.get("/").text
    after = {key[1]: found for key, found in app.extensions["portal_kept"].items() if key[2] == "zh_Hans_CN"}
    lasting = {name for name, found in after.items() if found in before.values()}
    assert {"top.web.home.", "home.doors", "home.login", "card.certs/card_verify.html"} <= lasting
    assert not {"home.notices", "home.goal", "home.side"} & lasting


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_a_category_that_is_renamed_is_seen_at_once_and_another_write_leaves_the_list_of_them(
    app: Flask, client: FlaskClient, shop: Shop, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(versions, "SECONDS", 1000.0)
    client.post("/language", data={"to": language})
    client.get("/enrol")
    with db.write() as session:
        session.execute(update(Course).values(price=Course.price + 1))
    assert _said(client, "category") == []
    with db.write() as session:
        session.execute(update(Category).values(name="改了类别"))
    assert "改了类别" in client.get("/enrol").text


def _said(client: FlaskClient, table: str) -> list[str]:
    """Statements that read a table first while the list is drawn."""
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    client.get("/enrol")
    event.remove(db.engine(), "before_cursor_execute", note)
    return [one for one in said if one.startswith(f"SELECT {table}")]


def test_a_learner_shares_the_pieces_and_keeps_their_own_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client().get("/")
    with db.write() as session:
        account = make_account(session, name="赵敏")
    member = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    log_in(member, account)
    app.config["WTF_CSRF_ENABLED"] = True
    page = member.get("/").text
    assert "赵敏" in page
    assert 'name="password"' not in page  # the strangers' log-in
    tokens = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))
    assert len(tokens) == 1
    assert member.post("/logout", data={"csrf_token": tokens.pop()}).status_code == 303
