"""Looking around without a login: categories, search, what a specialty offers."""

import re

import pytest
import time_machine
from flask.testing import FlaskClient

from portal import db
from portal.catalogue.models import TrainingClass
from portal.people.models import Learner
from portal.rules.models import RuleSet
from tests.catalogue.planting import statements


def test_the_door_and_the_link_on_the_home_page(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/").text
    assert "按专业报名" in page
    assert page.count('href="/enrol"') == 3  # navigation, its folded menu, the door


def test_the_list(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/enrol").text
    assert "您报哪个专业？" in page
    assert "建筑工程" in page
    assert "护理" not in page
    assert "6 门课程" in page
    assert "¥95.00–145.00" in page  # 1+2+3+4+9 is the cheapest way to 60 hours, 10 more is all


def test_another_category_and_a_strange_one(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/enrol?category=2").text
    assert "护理" in page
    assert "还没有项目" in page
    assert "建筑工程" in client.get("/enrol?category=99").text
    assert client.get("/enrol?category=x").status_code == 200


@pytest.mark.parametrize(("words", "found"), [("结构", "建筑工程"), ("护理", "护理"), ("焊接", "没有找到“焊接”")])
def test_search(client: FlaskClient, learner: Learner, words: str, found: str) -> None:
    assert found in client.get("/enrol", query_string={"q": words}).text


def test_search_words_are_text(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/enrol", query_string={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page


def test_the_list_costs_the_same_however_long(client: FlaskClient, learner: Learner) -> None:
    client.get("/enrol")
    with statements() as seen:
        client.get("/enrol")
    assert len([one for one in seen if "login_session" not in one]) <= 6


def test_a_specialty(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/enrol/specialties/1").text
    assert re.search(r"专业科目.必修课", page)
    assert "课程5" not in page  # not published
    assert "课程11" not in page  # another specialty's
    assert 'href="/enrol/1/details"' in page
    assert "开始报名" in page


def test_a_specialty_says_which_courses_need_a_test(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/enrol/specialties/1").text
    assert "全部学习，并通过考核测试" in page
    assert page.count("需通过考核测试") == 2
    with db.write() as session:
        session.get_one(RuleSet, 1).data = {"tested": {"major": "none", "public": "all"}}
    page = client.get("/enrol/specialties/1").text
    assert "全部学习，并通过考核测试" not in page
    assert page.count("需通过考核测试") == 2  # both public courses, one of them not compulsory


def test_no_project_no_button(client: FlaskClient, learner: Learner) -> None:
    page = client.get("/enrol/specialties/2")
    assert page.status_code == 200
    assert "开始报名" not in page.text
    assert client.get("/enrol/specialties/99").status_code == 404


def test_dates_are_told(client: FlaskClient, learner: Learner) -> None:
    with time_machine.travel("2026-12-05"):
        page = client.get("/enrol/specialties/1").text
        assert "的报名已于 2026 年 11 月 30 日截止" in page
        assert 'href="/enrol/1/details"' not in page
        assert "报名已截止" in client.get("/enrol").text
    with time_machine.travel("2026-02-05"):
        assert "2026 年 3 月 1 日开始报名" in client.get("/enrol/specialties/1").text


def test_few_seats_and_none(client: FlaskClient, learner: Learner) -> None:
    with db.write() as session:
        for one in session.query(TrainingClass):
            one.taken = one.seats or 0
        session.get_one(TrainingClass, 2).taken = 35
    assert "余 5 个名额" in client.get("/enrol").text
    with db.write() as session:
        session.get_one(TrainingClass, 2).taken = 40
    assert "名额已满" in client.get("/enrol").text
    assert "所有班级的名额已满" in client.get("/enrol/specialties/1").text


def test_beginning_asks_for_a_login_and_returns(client: FlaskClient, learner: Learner) -> None:
    answer = client.get("/enrol/1/details")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/enrol/1/details"
    answer = client.post(
        answer.location,
        data={"name": learner.account.username, "password": "right-horse-9", "next": "/enrol/1/details"},
    )
    assert answer.location == "/enrol/1/details"


def test_in_english(client: FlaskClient, learner: Learner) -> None:
    client.post("/language", data={"to": "en"})
    assert "Which specialty do you enrol in?" in client.get("/enrol").text
