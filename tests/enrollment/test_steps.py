"""The steps, as the guide writes them, and everything that can go wrong between them."""

from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.catalogue.models import Course, TrainingClass
from portal.orders.models import LineCourse, Order
from portal.people.models import Employment, Learner
from portal.testing import log_in, make_learner
from tests.enrollment.conftest import Wizard, draft, orders


def test_the_whole_way(wizard: Wizard, learner: Learner) -> None:
    assert wizard.details().location == "/enrol/1/class"
    page = wizard.get("class").text
    assert "您的单位登记在丰润区" in page
    assert wizard.choose_class().location == "/enrol/1/courses"
    assert "专业科目课程选择" in wizard.get("courses").text
    assert wizard.choose(1, 2, 4, 9, 7).location == "/enrol/1/check"
    page = wizard.get("check").text
    assert "唐山市第一中学" in page
    assert "还没有上传证件照片" in page
    answer = wizard.submit()
    (order,) = orders()
    assert answer.location == f"/pay/{order.number}"
    assert order.total == 9500
    with db.read() as session:
        (line,) = session.get_one(Order, order.id).lines
        assert (line.class_id, line.award, line.year) == (2, "certificate", 2026)
        tested = set(session.scalars(select(LineCourse.course_id).where(LineCourse.needs_test)))
        assert tested == {3, 8}
        assert session.get_one(TrainingClass, 2).taken == 4


def test_later_steps_lead_back_to_where_one_is(wizard: Wizard) -> None:
    for step in ("class", "courses", "check"):
        assert wizard.get(step).location == "/enrol/1/details"
    wizard.details()
    for step in ("courses", "check"):
        assert wizard.get(step).location == "/enrol/1/class"
    wizard.choose_class()
    assert wizard.get("check").location == "/enrol/1/courses"
    assert wizard.submit().location == "/enrol/1/courses"
    assert orders() == []


def test_unknown_projects_and_other_people(wizard: Wizard, client: FlaskClient) -> None:
    assert client.get("/enrol/99/details").status_code == 404
    with db.write() as session:
        from portal.testing import make_account

        organisation = make_account(session, "organisation")
    client.post("/logout")
    log_in(client, organisation)
    assert client.get("/enrol/1/details").status_code == 403


# --- details ----------------------------------------------------------------------------------------------------


def test_an_unchanged_employer_makes_no_history(wizard: Wizard) -> None:
    wizard.details()
    with db.read() as session:
        assert len(session.scalars(select(Employment)).all()) == 1


def test_a_new_employer_keeps_the_old_one(wizard: Wizard, learner: Learner) -> None:
    wizard.details(employer="唐山市丰南区人民医院", division_code="130207")
    with db.read() as session:
        old, new = session.scalars(select(Employment).order_by(Employment.id))
        assert old.valid_to is not None
        assert (new.employer_name, new.division_code, new.valid_to) == ("唐山市丰南区人民医院", "130207", None)
        assert session.get_one(Learner, learner.id).division_code == "130207"
    page = wizard.get("class").text
    assert "丰南区没有开设本项目的班级，学员进入唐山市的班级" in page


def test_bad_details_stay_in_the_form(wizard: Wizard) -> None:
    answer = wizard.details(employer="一中", division_code="130208")
    assert answer.status_code == 422
    assert 'value="一中"' in answer.text
    assert wizard.details(employer="").status_code == 422
    assert wizard.details(division_code="999999").status_code == 422
    with db.read() as session:
        assert len(session.scalars(select(Employment)).all()) == 1


def test_zones_and_the_city_can_be_chosen(wizard: Wizard) -> None:
    page = wizard.get("details").text
    assert "高新技术产业开发区" in page
    assert "市直单位（唐山市）" in page
    assert "丰润县" not in page  # given up, 丰润区 took over


# --- class --------------------------------------------------------------------------------------------------------


def test_free_seats_are_shown_and_a_full_class_is_refused(wizard: Wizard) -> None:
    wizard.details()
    page = wizard.get("class").text
    assert "余 37 个名额" in page
    answer = wizard.choose_class(1)
    assert answer.status_code == 422
    assert "一班的名额已满" in answer.text


def test_a_foreign_class_is_refused(wizard: Wizard) -> None:
    wizard.details()
    for foreign in (3, 99, "", "x"):
        assert wizard.choose_class(foreign).status_code == 422
    assert draft().data["class_id"] is None


def test_a_class_that_no_longer_fits_is_asked_again(wizard: Wizard) -> None:
    wizard.up_to_check()
    wizard.details(employer="唐山市丰南区人民医院", division_code="130207")
    assert wizard.get("check").location == "/enrol/1/class"


def test_no_class_at_all(wizard: Wizard) -> None:
    with db.write() as session:
        session.query(TrainingClass).delete()
    wizard.details()
    page = wizard.get("class")
    assert "还没有为丰润区的单位开设班级" in page.text


# --- courses ------------------------------------------------------------------------------------------------------


def test_below_the_rule_is_refused_with_what_is_missing(wizard: Wizard) -> None:
    wizard.details()
    wizard.choose_class()
    answer = wizard.choose(1, 2)
    assert answer.status_code == 422
    assert "专业科目还差 22.5 学时，至少要选满 60 学时" in answer.text
    assert "最省的补足办法" in answer.text
    assert "课程4" in answer.text
    assert draft().data["courses"] == [1, 2, 3, 8]  # kept, compulsory ones with it
    assert wizard.get("check").location == "/enrol/1/courses"


def test_filling_the_gap_without_a_script(wizard: Wizard) -> None:
    wizard.details()
    wizard.choose_class()
    assert wizard.choose(10, action="fill").location == "/enrol/1/courses#summary"
    assert draft().data["courses"] == [1, 2, 3, 4, 8, 10]
    assert wizard.get("check").status_code == 200


def test_compulsory_courses_cannot_be_taken_out(wizard: Wizard) -> None:
    wizard.details()
    wizard.choose_class()
    wizard.choose(1, 2, 4, 9)
    assert {3, 8} <= set(draft().data["courses"])


def test_courses_of_another_specialty_are_refused(wizard: Wizard) -> None:
    wizard.details()
    wizard.choose_class()
    for foreign in (11, 5, 6, 999):
        answer = wizard.choose(1, 2, 4, 9, foreign)
        assert answer.status_code == 422
        assert "不属于本专业" in answer.text
        assert foreign not in draft().data["courses"]
    assert wizard.choose("abc").status_code == 422


def test_a_script_saves_in_between(wizard: Wizard) -> None:
    wizard.details()
    wizard.choose_class()
    answer = wizard.choose(1, action="save")
    assert answer.status_code == 200
    assert "专业科目还差 35 学时" in answer.text
    assert f'value="{draft().version}"' in answer.text
    assert wizard.choose(2, action="save", version=1).status_code == 409


def test_all_courses_together_are_too_few(wizard: Wizard) -> None:
    with db.write() as session:
        for at in (4, 9, 10):
            session.get_one(Course, at).published = False
    wizard.details()
    wizard.choose_class()
    answer = wizard.choose(1, 2)
    assert answer.status_code == 422
    assert "本专业全部课程加起来也不够学时" in answer.text


# --- two windows, two devices -------------------------------------------------------------------------------------


def test_the_draft_survives_a_new_login_on_another_device(wizard: Wizard, learner: Learner) -> None:
    wizard.details()
    wizard.choose_class()
    wizard.choose(1, action="fill")
    phone = wizard.client.application.test_client()
    log_in(phone, learner.account)
    page = phone.get("/enrol").text
    assert "继续上次的报名" in page
    assert 'href="/enrol/1/courses"' in page
    assert phone.get("/enrol/1/check").status_code == 200


def test_two_windows(wizard: Wizard) -> None:
    wizard.details()
    wizard.choose_class()
    old = draft().version
    wizard.choose(1, 2, 4, 9)
    answer = wizard.choose(1, 2, 4, 10, version=old)
    assert answer.location == "/enrol/1/courses"
    assert "另一个窗口" in wizard.get("courses").text
    assert draft().data["courses"] == [1, 2, 3, 4, 8, 9]


def test_the_same_answer_twice_is_no_conflict(wizard: Wizard) -> None:
    wizard.details()
    old = draft().version
    assert wizard.post("class", class_id=2, version=old).location == "/enrol/1/courses"
    assert wizard.post("class", class_id=2, version=old).location == "/enrol/1/courses"
    assert draft().version == old + 1


def test_another_learner_has_another_draft(wizard: Wizard) -> None:
    wizard.up_to_check()
    with db.write() as session:
        other = make_learner(session, name="李四")
    client = wizard.client.application.test_client()
    log_in(client, other.account)
    assert client.get("/enrol/1/check").location == "/enrol/1/details"


def test_giving_up(wizard: Wizard) -> None:
    wizard.details()
    assert wizard.post("drop").status_code == 303
    assert wizard.get("class").location == "/enrol/1/details"
