"""Finding one's way: what waits, what the search box looks for, what the trail calls things, where rows lead."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from portal import db
from portal.divisions.models import Division
from portal.orders.models import Order
from portal.people import registration
from portal.people import service as people
from portal.people.models import Learner, Organisation
from portal.staff.core.verbs import VERBS
from portal.staff.screens import Screen
from portal.staff.waiting import MOST
from tests.sources import files, tree
from tests.staff.conftest import level
from tests.staff.world import MINE, NOON, THEIRS, World


def entry(client: FlaskClient, key: str) -> str:
    """What the side bar says of a screen."""
    found = re.search(rf'<a href="/staff/{key}/"[^>]*>(.*?)</a>', client.get("/staff/").text)
    return re.sub(r"<[^>]*>", "", found[1]) if found else ""


def test_the_side_bar_counts_what_waits_for_whoever_looks(
    admin: FlaskClient, county: FlaskClient, world: World
) -> None:
    assert entry(admin, "organisations") == "单位 2"
    assert entry(county, "organisations") == "单位 1"
    assert entry(county, "corrections") == "信息更正申请 1"
    assert entry(admin, "orders") == "订单"
    with db.write() as session:
        session.merge(world.mine["organisations"]).state = "approved"
    assert entry(county, "organisations") == "单位"


def test_counting_ends_where_nobody_reads_on(admin: FlaskClient, world: World) -> None:
    with db.write() as session:
        for number in range(MOST):
            session.add(Organisation(name=f"单位{number}", code=f"X{number}", division_code=MINE, state="pending"))
    assert entry(admin, "organisations") == "单位 99+"


def test_every_search_box_says_what_it_finds(app: Flask, admin: FlaskClient, world: World) -> None:
    screens: dict[str, type[Screen]] = app.extensions["portal_screens"]
    assert [key for key, one in screens.items() if len(one.searched()) != len(one.find)] == []
    assert 'placeholder="搜索：姓名 · 证件号码 · 手机号码 · 工作单位"' in admin.get("/staff/learners/").text


def test_people_are_found_by_their_phone(admin: FlaskClient, county: FlaskClient, world: World) -> None:
    with db.write() as session:
        session.merge(world.theirs["learners"]).phone = "13800001234"
    for typed in ("13800001234", "138 0000 1234", "+86 13800001234"):
        assert "何志远" in admin.post("/staff/learners/", data={"q": typed}).text
    assert "何志远" not in admin.post("/staff/learners/", data={"q": "1380000"}).text
    assert "何志远" not in county.post("/staff/learners/", data={"q": "13800001234"}).text
    with db.write() as session:
        session.merge(world.theirs["learners"]).phone = None
    assert "何志远" not in admin.post("/staff/learners/", data={"q": "13800001234"}).text


def test_people_are_found_by_every_kind_of_id(app: Flask, admin: FlaskClient, world: World) -> None:
    with db.write() as session:
        learner = session.merge(world.theirs["learners"])
        kept = (learner.id_kind, learner.id_number, learner.id_index)
        learner.id_kind, learner.id_number = "passport", "E77788899"
        learner.id_index = registration.index("permit", "E77788899")
    for typed in ("E77788899", "e 7778-8899"):
        assert "何志远" in admin.post("/staff/learners/", data={"q": typed}).text
    assert "何志远" not in admin.post("/staff/learners/", data={"q": "E7778889"}).text
    with db.write() as session:
        learner = session.merge(world.theirs["learners"])
        learner.id_kind, learner.id_number, learner.id_index = kept
    assert "何志远" in admin.post("/staff/learners/", data={"q": kept[1]}).text


def test_an_upgrade_indexes_phones_written_before(app: Flask, world: World) -> None:
    with db.write() as session:
        learner = session.merge(world.mine["learners"])
        learner.phone = "13800001234"
        index, learner.phone_index = learner.phone_index, None
    with db.write() as session:
        people.index_phones(session)
    with db.read() as session:
        assert index
        assert session.get_one(Learner, learner.id).phone_index == index


# --- the trail -----------------------------------------------------------------------------------------------------


def _written(folder: str) -> Iterator[str]:
    """Verbs the code writes into the audit trail."""
    for path in files(folder):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("record", "record_many") and ast.unparse(node.func.value).endswith("audit"):
                said = node.args[2]
                both = (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,)
                yield from (str(one.value) for one in both if isinstance(one, ast.Constant))


def test_every_verb_of_the_trail_has_words(app: Flask) -> None:
    screens: dict[str, type[Screen]] = app.extensions["portal_screens"]
    known = set(VERBS).union(*(one.verbs for one in screens.values()))
    written = set(_written("portal")) | set(_written("plugins"))
    assert len(written) > 40
    assert written - known == set()


def test_the_trail_is_read_in_words(admin: FlaskClient, world: World) -> None:
    pk = world.mine["notices"].id
    admin.post(f"/staff/notices/{pk}/edit", data={"title": "新", "body": "新"})
    page = admin.get("/staff/audit/?table=notice").text
    assert "通知公告：修改" in page
    assert "notices.changed" not in page
    assert "添加管理员账号" in admin.get("/staff/audit/").text


# --- rows and places -----------------------------------------------------------------------------------------------


def test_orders_stand_in_the_order_of_time_with_what_hangs_on_them(admin: FlaskClient, world: World) -> None:
    with db.write() as session:
        session.get_one(Order, world.mine["orders"].id).placed_at = NOON + timedelta(days=1)
    page = admin.get("/staff/orders/").text
    assert page.index(world.mine["orders"].number) < page.index(world.theirs["orders"].number)
    shown = admin.get(f"/staff/orders/{world.mine['orders'].id}").text
    assert f'<a href="/staff/learners/{world.mine["learners"].id}">周晓岚</a>' in shown
    assert f'href="/staff/payments/{world.mine["payments"].id}"' in shown
    back = admin.get(f"/staff/payments/{world.mine['payments'].id}").text
    assert f'href="/staff/orders/{world.mine["orders"].id}"' in back


def test_nothing_leads_where_one_may_not_go(county: FlaskClient, world: World) -> None:
    address = f"/staff/orders/{world.mine['orders'].id}"
    assert "/staff/payments/" in county.get(address).text.split("<main")[1]
    level("payments", "")
    assert "/staff/payments/" not in county.get(address).text.split("<main")[1]


def test_given_up_divisions_are_marked_and_still_filter(admin: FlaskClient, county: FlaskClient, world: World) -> None:
    with db.write() as session:
        ended = Division(code="130221", name="丰润县", parent_code="130208", level="county")
        ended.valid_to, ended.successor_code = NOON.date().replace(year=2002), MINE
        session.add(ended)
    for client in (admin, county):
        page = client.post("/staff/learners/", data={"division": "130221"})
        assert (page.status_code, "丰润县（2002 年撤销）" in page.text) == (200, True)
        form = client.get("/staff/classes/add").text
        assert "丰润县" not in form
    assert THEIRS not in county.get("/staff/classes/add").text


def test_the_content_desk_has_a_trail_of_its_own(admin: FlaskClient, world: World) -> None:
    crumb = re.search(r'<ol class="x-crumb">(.*?)</ol>', admin.get("/console/questions/").text)
    assert crumb
    assert '<a href="/console/">内容工作台</a>' in crumb[1]
    assert "/staff/" not in crumb[1]
