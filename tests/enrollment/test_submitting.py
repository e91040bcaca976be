"""提交订单: one order however often it is pressed, at the price that was shown, or a sentence why not."""

import time_machine

from portal import db
from portal.catalogue.models import Course, TrainingClass
from portal.people.models import Learner
from portal.testing import log_in
from tests.enrollment.conftest import Wizard, draft, orders


def test_a_double_click_is_one_order(wizard: Wizard) -> None:
    wizard.up_to_check()
    found = draft()
    key = f"enrollment:{found.data['token']}:{found.version}"
    first = wizard.submit()
    second = wizard.post("check", version=found.version, key=key, expected_total=9500, truthful="y")
    assert first.location == second.location
    assert len(orders()) == 1


def test_the_truth_must_be_confirmed(wizard: Wizard) -> None:
    wizard.up_to_check()
    answer = wizard.submit(truthful="")
    assert answer.status_code == 422
    assert "请确认信息真实" in answer.text
    assert orders() == []


def test_a_tampered_price_is_refused(wizard: Wizard) -> None:
    wizard.up_to_check()
    for total in (0, 1, -9500):
        answer = wizard.submit(expected_total=total)
        assert answer.status_code == 422
    assert wizard.submit(expected_total="x").status_code == 422
    assert orders() == []


def test_a_changed_price_is_shown_and_asked_again(wizard: Wizard) -> None:
    wizard.up_to_check()
    with db.write() as session:
        session.get_one(Course, 9).price = 5500
    answer = wizard.submit()
    assert answer.status_code == 422
    assert "105.00" in answer.text
    assert 'name="expected_total" type="hidden" value="10500"' in answer.text
    assert orders() == []
    assert wizard.submit(expected_total=10500).status_code == 303


def test_a_class_that_filled_up_meanwhile(wizard: Wizard) -> None:
    wizard.up_to_check()
    with db.write() as session:
        session.get_one(TrainingClass, 2).taken = 40
    answer = wizard.submit()
    assert answer.status_code == 422
    assert "二班的名额刚刚满了" in answer.text
    assert orders() == []


def test_a_course_that_was_withdrawn_meanwhile(wizard: Wizard) -> None:
    wizard.up_to_check()
    with db.write() as session:
        session.get_one(Course, 9).published = False
    assert wizard.submit().location == "/enrol/1/courses"
    assert "专业科目还差 10 学时" in wizard.get("courses").text


def test_answers_changed_in_another_window(wizard: Wizard) -> None:
    wizard.up_to_check()
    found = draft()
    stale = f"enrollment:{found.data['token']}:{found.version - 1}"
    answer = wizard.submit(key=stale)
    assert answer.location == "/enrol/1/check"
    assert orders() == []


def test_the_project_closed_meanwhile(wizard: Wizard, learner: Learner) -> None:
    wizard.up_to_check()
    with time_machine.travel("2026-12-01"):
        log_in(wizard.client, learner.account)
        answer = wizard.submit()
        assert answer.location == "/enrol/specialties/1"
        assert "的报名已于 2026 年 11 月 30 日截止" in wizard.client.get(answer.location).text
    assert orders() == []


def test_once_enrolled_the_steps_are_closed(wizard: Wizard) -> None:
    wizard.up_to_check()
    wizard.submit()
    (order,) = orders()
    for step in ("details", "courses", "check"):
        assert wizard.get(step).location == "/enrol/specialties/1"
    page = wizard.client.get("/enrol/specialties/1").text
    assert f'href="/pay/{order.number}"' in page
