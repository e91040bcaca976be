"""Lists cost the same however long they are: indexes, pages that follow a row, words looked up from their far end."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, text

from portal import db
from portal.messages.models import Notice
from portal.orders.models import Order
from portal.staff import choices, listing, scope, searching
from portal.staff.core import SCREENS
from portal.staff.listing import Wanted
from portal.staff.scope import Scope
from portal.staff.screens import Screen
from tests.staff.world import MINE, NOON, THEIRS, World

GROWING = (
    *("orders", "payments", "refunds", "invoices", "plans", "plan_courses", "credits"),
    *("outside_activities", "suspicions", "corrections", "documents"),
)
WAYS: tuple[dict[str, str], ...] = (
    {"division": MINE},
    {"state": ""},
    {"state": "", "division": MINE},
    {"kind": ""},
    {"source": ""},
    {"year": "2026"},
    {"placed_from": "2026-01-01"},
    {"confirmed_from": "2026-01-01"},
    {"earned_from": "2026-01-01"},
    {"issued_from": "2026-01-01"},
    {"asked_to": "2026-12-31"},
)
# Of two kinds of hours each plan has both, of two kinds of invoices neither is rare: reading finds them at once.
COMMON = {("credits", "kind"), ("invoices", "kind")}


@pytest.fixture
def growing(app: Flask) -> list[type[Screen]]:
    """Screens whose rows belong to divisions and grow with the years, plugins' among them."""
    with app.app_context():
        return [choices.screens()[key] for key in GROWING]


def plan(query: Any) -> list[str]:
    """How SQLite will answer."""
    said = str(query.compile(db.engine(), compile_kwargs={"literal_binds": True}))
    return [row.detail for row in db.reader().execute(text(f"EXPLAIN QUERY PLAN {said}"))]


def chosen(screen: type[Screen]) -> list[dict[str, str]]:
    """Filters of a screen, alone and together, as far as it has them; what is chosen of words is the last of them."""
    known = {name: one for one in screen.filters for name in listing.names(one)}
    found = [way for way in WAYS if way.keys() <= known.keys() and not any((screen.key, one) in COMMON for one in way)]
    return [{name: value or [*known[name].choices][-1] for name, value in way.items()} for way in found]


def test_growing_lists_begin_with_an_index_in_their_order(
    growing: list[type[Screen]], world: World, backend: str
) -> None:
    """Of one county, filtered, or both: nothing is read that is not shown, nothing is sorted."""
    if backend != "sqlite":
        pytest.skip("SQLite says how it will do it, whatever the number of rows")
    for screen in growing:
        for way in [{}, *chosen(screen)]:
            for limits in (Scope(None), Scope(frozenset({MINE}))):
                if limits.codes is None and not way:
                    continue
                steps = plan(listing._cut(screen, Wanted(chosen=way), limits))
                slow = [one for one in steps if "TEMP B-TREE" in one or one.startswith("SCAN")]
                assert not slow, (screen.key, way, steps)


def test_several_divisions_are_read_one_by_one(growing: list[type[Screen]], world: World, backend: str) -> None:
    if backend != "sqlite":
        pytest.skip("as above")
    for screen in growing:
        steps = plan(listing._cut(screen, Wanted(), Scope(frozenset({MINE, THEIRS, "130200"}))))
        table = screen.model.__tablename__
        assert sum(f"{table} USING" in one and "division_code=?" in one for one in steps) == 3, steps
        assert f"SEARCH {table} USING INTEGER PRIMARY KEY (rowid=?)" in steps, steps


def test_words_are_looked_up_from_where_they_stand(
    app: Flask, growing: list[type[Screen]], world: World, backend: str
) -> None:
    if backend != "sqlite":
        pytest.skip("as above")
    with app.test_request_context():
        for limits in (Scope(None), Scope(frozenset({MINE}))):
            for screen in growing:
                first = next(iter(chosen(screen)), {})
                steps = plan(listing._cut(screen, Wanted("周晓岚", chosen=first), limits))
                table = screen.model.__tablename__
                assert f"SEARCH {table} USING INTEGER PRIMARY KEY (rowid=?)" in steps, steps
                assert not [one for one in steps if one in (f"SCAN {table}", "SCAN learner", "SCAN order_line")], steps


def test_words_are_looked_up_once_and_only_keys_are_sorted(
    app: Flask, growing: list[type[Screen]], world: World, backend: str
) -> None:
    """Ten thousand rows may fit: what columns show is read for those of the page."""
    if backend != "sqlite":
        pytest.skip("as above")
    with app.test_request_context():
        for screen in growing:
            said = str(listing._cut(screen, Wanted("周晓岚"), Scope(frozenset({MINE}))).compile(db.engine()))
            assert "JOIN" not in said.partition("WHERE")[2], said
            steps = plan(listing._counted(screen, Wanted("周晓岚"), Scope(frozenset({MINE}))))
            assert sum(one.startswith("SEARCH learner ") for one in steps) <= 1, steps


def _orders(world: World, code: str, number: int) -> None:
    """So many further orders of a county, a minute apart."""
    first = world.mine["orders"]
    same = {"buyer_id": first.buyer_id, "mode": "x", "total": 1, "rule_set_id": first.rule_set_id, "state": "placed"}
    same |= {"expires_at": NOON, "division_code": code}
    rows = [
        {"number": f"{code}-{n}", "proposal_key": f"{code}-{n}", "placed_at": NOON + timedelta(minutes=n), **same}
        for n in range(number)
    ]
    with db.write() as session:
        session.execute(insert(Order.__table__), rows)


def test_a_list_goes_on_from_row_to_row(app: Flask, admin: FlaskClient, county: FlaskClient, world: World) -> None:
    _orders(world, MINE, 60)
    _orders(world, THEIRS, 60)
    for client, order in ((admin, "-placed_at"), (admin, "placed_at"), (county, "-placed_at"), (county, "placed_at")):
        seen, turn = [], ""
        while True:
            answer = client.get(f"/api/v1/orders/?order={order}&size=25&turn={turn}").json
            assert answer is not None
            seen += [row["id"] for row in answer["result"]]
            turn = answer["next"]
            if not turn:
                break
        whole = client.get(f"/api/v1/orders/?order={order}&size=100").json["result"]  # type: ignore[index]
        assert len(seen) == len(set(seen)) == (122 if client is admin else 61)
        assert seen[:61] == [row["id"] for row in whole][:61]


def test_pages_lead_back_and_forth(app: Flask, world: World) -> None:
    """What stands before the third page is the second, in the scope of one county and of two."""
    _orders(world, MINE, 60)
    _orders(world, THEIRS, 60)
    orders = next(one for one in SCREENS if one.key == "orders")
    for limits in (Scope(None), Scope(frozenset({MINE})), Scope(frozenset({MINE, THEIRS}))):
        with db.read() as session, app.test_request_context():
            pages = [listing.page(session, orders, Wanted(page=number), limits) for number in (1, 2, 3)]
            third = listing.page(session, orders, listing.read(orders, {"turn": pages[1].after}), limits)
            assert [row.id for row in third.rows] == [row.id for row in pages[2].rows]
            second = listing.page(session, orders, listing.read(orders, {"turn": third.before}), limits)
            assert [row.id for row in second.rows] == [row.id for row in pages[1].rows]
            assert second.after


def test_pages_do_not_end_where_counting_does(
    app: Flask, admin: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "COUNTED", 30)
    with db.write() as session:
        session.add_all(Notice(title=f"N{number:02d}", body="-", published_at=NOON) for number in range(60))
    page, titles = admin.get("/staff/notices/").text, []
    for _page in range(2):
        titles += [f"N{number:02d}" for number in range(60) if f"N{number:02d}<" in page]
        turn = page.rpartition('name="turn" value="')[2].partition('"')[0]
        page = admin.get(f"/staff/notices/?turn={turn}").text
    titles += [f"N{number:02d}" for number in range(60) if f"N{number:02d}<" in page]
    assert len(titles) == len(set(titles)) == 60
    assert "第 3 页" in page


@pytest.mark.parametrize("turn", ["1", "x.after.1", "0.after.1", "2.after.", "2.after.x", "2.behind.1", "2.after.1.5"])
def test_a_strange_turn_is_refused(admin: FlaskClient, world: World, turn: str) -> None:
    assert admin.get(f"/staff/notices/?turn={turn}").status_code == 400


def test_words_that_fit_too_much_are_asked_for_more(
    app: Flask, admin: FlaskClient, county: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "请输入更多字词"
    assert said not in admin.post("/staff/orders/", data={"q": "D"}).text
    monkeypatch.setattr(searching, "MOST", 1)
    assert said in admin.post("/staff/orders/", data={"q": "D"}).text
    # Of a county only its own people are looked through: the other county's do not use the limit up.
    for name in ("周晓岚", "何志远"):
        page = county.post("/staff/orders/", data={"q": name}).text
        assert (world.mine["orders"].number in page) == (name == "周晓岚")


def test_an_export_holds_all_that_fits(
    app: Flask, admin: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST", 1)
    export = admin.post("/staff/orders/export", data={"q": "D", "reason": "对账"}).text
    assert world.mine["orders"].number in export
    assert world.theirs["orders"].number in export


def test_several_counties_are_one_list(app: Flask, world: World) -> None:
    _orders(world, MINE, 30)
    _orders(world, THEIRS, 30)
    orders = next(one for one in SCREENS if one.key == "orders")
    with db.read() as session:
        both = listing.page(session, orders, Wanted(), scope.Scope(frozenset({MINE, THEIRS, "130200"})))
        everything = listing.page(session, orders, Wanted(), scope.Scope(None))
    assert both.count == everything.count == 62
    assert [row.id for row in both.rows] == [row.id for row in everything.rows]
