"""Versioned data: read in words, published by a form after a look at what changes, never changed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db
from portal.messages.models import MessageText
from portal.people.models import Agreement
from portal.rules import service
from portal.rules.models import RuleSet
from portal.rules.rules import Rules
from portal.staff.core import rulebook
from portal.staff.screens import READ
from tests.staff.conftest import level, trail
from tests.staff.world import World


def answers(page: str) -> dict[str, str]:
    """What a form shows, as a browser would send it."""
    fields = re.findall(r"<(?:input|textarea|select)[^>]*\sname=\"([^\"]+)\"[^>]*>", page)
    found = dict.fromkeys(fields, "")
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in said:
            found[said["name"]] = said.get("value", "")
    for name, text in re.findall(r'<textarea[^>]*\sname="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = text
    for name, options in re.findall(r'<select[^>]*\sname="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


def look(client: FlaskClient, address: str, **changed: str) -> Any:
    """Opens the form, changes some answers and asks what that changes."""
    form = answers(client.get(address).text) | {"step": "look"}
    return client.post(address, data=form | {name.replace("__", "."): said for name, said in changed.items()})


def publish(client: FlaskClient, address: str, looked: Any, **changed: str) -> Any:
    return client.post(address, data=answers(looked.text) | {"step": "publish"} | changed)


def versions(model: Any) -> int:
    with db.read() as session:
        return len(session.scalars(select(model)).all())


def of(world: World, key: str) -> str:
    return f"/staff/{key}/{world.mine[key].id}/version"


# --- rules ---------------------------------------------------------------------------------------------------------


def test_every_key_of_the_rules_has_its_words() -> None:
    """A key that is added to the rules without a label fails here, not in front of somebody."""
    assert set(rulebook.said(None)) <= {one.name for one in rulebook.ASKS}
    assert rulebook.rules_of(rulebook.said(None), Rules().model_dump(mode="json")) == Rules()


def test_rules_are_read_in_words(admin: FlaskClient, world: World) -> None:
    page = admin.get(f"/staff/rules/{world.mine['rules'].id}").text
    for said in ("每学时折合", "45 分钟", "60.00 学时", "按课程计价", "先开红字发票冲销，再退款"):
        assert said in page
    for raw in ("minutes_per_hour", "pass_mark", "{&#39;", "red_letter"):
        assert raw not in page


def test_a_version_is_looked_at_and_then_published(admin: FlaskClient, world: World) -> None:
    address, old = of(world, "rules"), world.mine["rules"]
    looked = look(admin, address, minutes_per_hour="40", refunds__steps__1__days="60")
    assert looked.status_code == 200
    compared = looked.text.split('id="changes"')[1].split("</table>")[0]
    assert re.findall(r"<td>(\d+ \S+)</td><td><ins>(\d+ \S+)</ins></td>", compared) == [
        ("45 分钟", "40 分钟"),
        ("30 天", "60 天"),
    ]
    assert compared.count("<tr") == 3
    assert versions(RuleSet) == 1
    done = publish(admin, address, looked)
    assert done.status_code == 303
    with db.read() as session:
        new = service.newest(session, old.year)
        assert new is not None
        assert (new.version, new.rules.minutes_per_hour, new.rules.refunds.steps[1].days) == (2, 40, 60)
        assert new.rules.model_copy(update={"minutes_per_hour": 45, "refunds": Rules().refunds}) == Rules()
        assert session.get_one(RuleSet, old.id).rules == Rules()
        assert done.location == f"/staff/rules/{new.id}"
        assert service.in_force(session, old.year, clock.now()).id == new.id
    (kept,) = trail("rules.published")
    assert (kept.actor_id, set(kept.after or {})) == (world.admin.id, {"minutes_per_hour", "refunds"})
    assert kept.before
    assert kept.before["minutes_per_hour"] == 45


def test_the_office_says_which_courses_of_a_year_need_a_test(admin: FlaskClient, world: World) -> None:
    address = of(world, "rules")
    looked = look(admin, address, tested__major="all", tested__public="none")
    compared = looked.text.split('id="changes"')[1].split("</table>")[0]
    assert re.findall(r"<td>(\S+)</td><td><ins>(\S+)</ins></td>", compared) == [
        ("必修课", "全部课程"),
        ("必修课", "都不考核"),
    ]
    assert publish(admin, address, looked).status_code == 303
    with db.read() as session:
        new = service.newest(session, world.mine["rules"].year)
        assert new is not None
        assert new.rules.tested == {"major": "all", "public": "none"}


def test_another_year_begins_with_version_one(admin: FlaskClient, world: World) -> None:
    looked = look(admin, of(world, "rules"), year="2027")
    assert publish(admin, of(world, "rules"), looked).status_code == 303
    with db.read() as session:
        new = service.newest(session, 2027)
        assert new is not None
        assert (new.version, new.rules) == (1, Rules())


def test_a_site_without_rules_begins_with_those_of_the_state(admin: FlaskClient, world: World) -> None:
    assert 'href="/staff/rules/first"' in admin.get("/staff/rules/").text
    looked = look(admin, "/staff/rules/first", title="规则", year="2030")
    assert publish(admin, "/staff/rules/first", looked).status_code == 303
    with db.read() as session:
        new = service.newest(session, 2030)
        assert new is not None
        assert new.rules == Rules()


def test_only_what_was_looked_at_is_published(admin: FlaskClient, world: World) -> None:
    address = of(world, "rules")
    unseen = admin.post(address, data=answers(admin.get(address).text) | {"minutes_per_hour": "1", "step": "publish"})
    assert unseen.status_code == 200
    assert "1 分钟" in unseen.text
    looked = look(admin, address, minutes_per_hour="40")
    other = publish(admin, address, looked, minutes_per_hour="4")
    assert (other.status_code, versions(RuleSet)) == (200, 1)
    assert "4 分钟" in other.text


def test_what_somebody_else_published_meanwhile_is_compared_with(admin: FlaskClient, world: World) -> None:
    address = of(world, "rules")
    mine = look(admin, address, minutes_per_hour="40")
    theirs = look(admin, address, testing__attempts="9")
    assert publish(admin, address, theirs).status_code == 303
    again = publish(admin, address, mine)
    assert again.status_code == 200
    assert "9" in again.text.split('id="changes"')[1].split("</table>")[0]
    assert versions(RuleSet) == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"minutes_per_hour": "0"}, "请填 1 到 240 之间的数"),
        ({"minutes_per_hour": "many"}, "请填写不小于 0 的整数"),
        ({"testing__pass_mark": "101"}, "请填 1 到 100 之间的数"),
        ({"title": ""}, "此项必填"),
        ({"hours__major": "", "hours__public": "0"}, "年度至少要有一类学时要求"),
        ({"pricing__by": "hour", "pricing__amount": ""}, "请填写金额"),
        ({"refunds__steps__2__share": "50"}, "请填写天数"),
        ({"refunds__steps__1__days": "7"}, "这一条不会用到"),
        ({"ways__3__key": "own_1"}, "此项必填"),
        ({"ways__3__hours": "2"}, "请选择方式"),
        ({"ways__1__key": "training"}, "已有相同的"),
        ({"begins": "2020-01-01T08:00"}, "生效时间不能早于现在"),
        ({"begins": "soon"}, "请填写日期和时间"),
    ],
)
def test_what_cannot_be_is_said_and_kept(
    admin: FlaskClient, world: World, changed: dict[str, str], sentence: str
) -> None:
    address = of(world, "rules")
    answer = look(admin, address, **({"minutes_per_hour": "41"} | changed))
    if answer.status_code == 200:  # single answers are fine, together they are not
        answer = publish(admin, address, answer)
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = answers(answer.text)
    assert {name.replace("__", "."): said for name, said in changed.items()}.items() <= kept.items()
    assert versions(RuleSet) == 1
    assert trail("rules.published") == []


def test_no_difference_is_no_version(admin: FlaskClient, world: World) -> None:
    answer = look(admin, of(world, "rules"))
    assert answer.status_code == 422
    assert "没有差别" in answer.text


def test_readers_publish_nothing(county: FlaskClient, world: World) -> None:
    assert county.get(of(world, "rules")).status_code == 404
    level("rules", READ)
    shown = county.get(f"/staff/rules/{world.mine['rules'].id}")
    assert shown.status_code == 200
    assert of(world, "rules") not in shown.text
    for address in (of(world, "rules"), "/staff/rules/first"):
        assert county.get(address).status_code == 404
        assert county.post(address, data={"step": "publish"}).status_code == 404


# --- agreements and words ------------------------------------------------------------------------------------------


def test_an_agreement_shows_which_lines_go_and_come(admin: FlaskClient, world: World) -> None:
    address = of(world, "agreements")
    tomorrow = clock.local(clock.now() + timedelta(days=1))
    looked = look(admin, address, text="条款\n\n新的一条", begins=tomorrow.strftime("%Y-%m-%dT%H:%M"))
    assert "<ins>新的一条</ins>" in looked.text
    assert "<del>" not in looked.text
    assert publish(admin, address, looked).status_code == 303
    with db.read() as session:
        new = session.scalars(select(Agreement).where(Agreement.version == 2)).one()
        assert clock.local(new.effective_at).replace(second=0) == tomorrow.replace(second=0, microsecond=0)
    (kept,) = trail("agreement.published")
    assert kept.actor_id == world.admin.id


def test_the_office_words_a_message_and_takes_it_back(admin: FlaskClient, world: World) -> None:
    first = look(
        admin, "/staff/message_texts/first", kind="plan_completed", language="zh_Hans_CN", title="学完了", body="好。"
    )
    assert publish(admin, "/staff/message_texts/first", first).status_code == 303
    wrong = look(admin, of(world, "message_texts"), body="订单 %(secret)s")
    refused = publish(admin, of(world, "message_texts"), wrong)
    assert refused.status_code == 422
    assert "%(number)s" in refused.text
    back = look(admin, of(world, "message_texts"), title="", body="")
    done = publish(admin, of(world, "message_texts"), back)
    assert (done.status_code, done.location) == (303, "/staff/message_texts/")
    with db.read() as session:
        assert [one.kind for one in session.scalars(select(MessageText))] == ["plan_completed"]
    assert [row.actor_id for row in trail("message_texts.removed")] == [world.admin.id]
