"""Writing through forms and REST: what was typed is kept, one audit row per change, nobody's change is lost."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.assessment.models import Question
from portal.audit.models import AuditRow
from portal.catalogue.models import Course, Lesson, TrainingClass
from portal.messages.models import Notice
from portal.people import credit_code
from portal.people.models import Organisation
from tests.staff.world import MINE, World


def code() -> str:
    """A credit code nobody in the world has."""
    first = "91130208MA0000777"
    return first + credit_code.check_character(first)


def trail(verb: str) -> list[AuditRow]:
    with db.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.verb == verb).order_by(AuditRow.id)))


def organisation(**said: Any) -> dict[str, Any]:
    return {"name": "唐山市第九中学", "code": code(), "division_code": MINE, **said}


def test_adding_changing_and_deleting_leaves_one_row_each(app: Flask, admin: FlaskClient, world: World) -> None:
    added = admin.post("/staff/notices/add", data={"title": "停机通知", "body": "今晚维护。", "pinned": "y"})
    assert added.status_code == 303
    pk = added.location.rsplit("/", 1)[1]
    assert admin.post(f"/staff/notices/{pk}/edit", data={"title": "维护通知", "body": "今晚维护。"}).status_code == 303
    with db.read() as session:
        row = session.get_one(Notice, int(pk))
        assert (row.title, row.pinned, row.published_at is not None) == ("维护通知", False, True)
    assert admin.post(f"/staff/notices/{pk}/delete").status_code == 303
    assert admin.get(f"/staff/notices/{pk}").status_code == 404
    (one,), (two,), (three,) = trail("notices.added"), trail("notices.changed"), trail("notices.removed")
    assert {row.actor_id for row in (one, two, three)} == {world.admin.id}
    assert two.before == {"title": "停机通知", "pinned": True}
    assert two.after == {"title": "维护通知", "pinned": False}
    assert (one.object_id, one.object_type) == (pk, "notice")


def test_saving_without_a_change_leaves_no_row(app: Flask, admin: FlaskClient, world: World) -> None:
    row = world.mine["categories"]
    admin.post(f"/staff/categories/{row.id}/edit", data={"name": row.name, "weight": str(row.weight)})
    assert trail("categories.changed") == []


def test_personal_values_stand_in_the_trail_as_digests(app: Flask, county: FlaskClient, world: World) -> None:
    form = organisation(contact_name="秦素云", contact_phone="13800000009")
    assert county.post("/staff/organisations/add", data=form).status_code == 303
    (row,) = trail("organisations.added")
    assert row.after
    assert row.after["name"] == "唐山市第九中学"
    assert "秦素云" not in str(row.after)
    assert "13800000009" not in str(row.after)


def test_what_was_typed_is_kept_and_nothing_changes(app: Flask, county: FlaskClient, world: World) -> None:
    form = organisation(code="91130208MA0000001X", contact_name="秦素云")
    answer = county.post("/staff/organisations/add", data=form)
    assert answer.status_code == 422
    assert "信用代码" in answer.text
    assert 'value="秦素云"' in answer.text
    assert 'href="#code"' in answer.text
    with db.read() as session:
        assert session.scalar(select(Organisation).where(Organisation.name == form["name"])) is None
    assert trail("organisations.added") == []


def test_the_same_again_is_refused_at_its_field(app: Flask, county: FlaskClient, world: World) -> None:
    assert county.post("/staff/organisations/add", data=organisation()).status_code == 303
    again = county.post("/staff/organisations/add", data=organisation())
    assert again.status_code == 422
    assert "已有相同的记录" in again.text
    assert 'id="code-error"' in again.text


def test_wrong_kinds_of_values_are_sentences(app: Flask, admin: FlaskClient, world: World) -> None:
    pk = world.mine["classes"].id
    wrong = {"name": "一班", "seats": "many", "study_until": "tomorrow"}
    answer = admin.post(f"/staff/classes/{pk}/edit", data=wrong)
    assert answer.status_code == 422
    assert "请填写不小于 0 的整数" in answer.text
    assert "请填写日期，如 2026-12-31" in answer.text
    assert 'value="many"' in answer.text
    for seats in ("-1", "1.5", "99999999999", "1e400", "NaN"):
        sent = {"name": "一班", "seats": seats, "study_until": "2026-12-31"}
        assert admin.post(f"/staff/classes/{pk}/edit", data=sent).status_code == 422, seats


def test_a_screens_own_rule_is_asked(app: Flask, admin: FlaskClient, world: World) -> None:
    pk = world.mine["classes"].id
    with db.write() as session:
        session.get_one(TrainingClass, pk).taken = 5
    answer = admin.post(f"/staff/classes/{pk}/edit", data={"name": "一班", "seats": "4", "study_until": "2026-12-31"})
    assert answer.status_code == 422
    assert "已有 5 个名额被占用" in answer.text


def test_a_field_that_is_said_once_cannot_be_changed(app: Flask, admin: FlaskClient, world: World) -> None:
    row = world.mine["organisations"]
    admin.post(f"/staff/organisations/{row.id}/edit", data=organisation())
    assert admin.put(f"/api/v1/organisations/{row.id}", json={"code": code()}).status_code == 422
    with db.read() as session:
        found = session.get_one(Organisation, row.id)
        assert (found.code, found.name) == (row.code, "唐山市第九中学")


def test_fields_nobody_offered_are_ignored_by_forms_and_refused_by_rest(
    app: Flask, admin: FlaskClient, world: World
) -> None:
    row = world.mine["organisations"]
    form = {"name": row.name, "division_code": MINE, "state": "approved", "account_id": "1", "id": "77"}
    assert admin.post(f"/staff/organisations/{row.id}/edit", data=form).status_code == 303
    for name in ("state", "account_id", "id", "nothing"):
        assert admin.put(f"/api/v1/organisations/{row.id}", json={name: "1"}).status_code == 422, name
    with db.read() as session:
        found = session.get_one(Organisation, row.id)
        assert (found.state, found.account_id) == ("pending", None)


def test_rest_writes_like_the_form(app: Flask, admin: FlaskClient, world: World) -> None:
    made = admin.post("/api/v1/notices/", json={"title": "A", "body": "B", "pinned": True})
    assert made.status_code == 201
    pk = made.json["id"]  # type: ignore[index]
    assert admin.put(f"/api/v1/notices/{pk}", json={"pinned": False}).status_code == 200
    with db.read() as session:
        row = session.get_one(Notice, pk)
        assert (row.title, row.body, row.pinned) == ("A", "B", False)
    assert admin.delete(f"/api/v1/notices/{pk}").status_code == 200
    assert admin.get(f"/api/v1/notices/{pk}").status_code == 404
    for wrong in ("[]", '"x"', "{", "1"):
        sent = admin.post("/api/v1/notices/", data=wrong, content_type="application/json")
        assert sent.status_code == 400, wrong
    missing = admin.post("/api/v1/notices/", json={"body": "B"})
    assert missing.status_code == 422
    assert "title" in missing.text


def test_two_people_do_not_overwrite_each_other(app: Flask, admin: FlaskClient, world: World) -> None:
    from portal.staff import forms
    from portal.staff.core.office import Notices

    row = world.mine["notices"]
    seen = forms.seen(Notices, row)
    assert f'value="{seen}"' in admin.get(f"/staff/notices/{row.id}/edit").text
    with db.write() as session:
        session.get_one(Notice, row.id).title = "别人改过"
    late = admin.post(f"/staff/notices/{row.id}/edit", data={"title": "我的", "body": row.body, "seen": seen})
    assert late.status_code == 422
    assert "期间已有他人修改" in late.text
    assert 'value="我的"' in late.text
    with db.read() as session:
        assert session.get_one(Notice, row.id).title == "别人改过"


def test_what_others_refer_to_stays(app: Flask, admin: FlaskClient, world: World) -> None:
    """A lesson somebody has studied cannot be taken away with its course's form."""
    from portal.study.models import PlanCourse, Progress

    course = world.mine["courses"]
    with db.write() as session:
        plan_course = session.scalars(select(PlanCourse)).first()
        assert plan_course
        session.add(Progress(plan_course_id=plan_course.id, lesson_id=course.lessons[0].id))
    form = course_form(course) | {"del-lessons-0": "on"}
    answer = admin.post(f"/console/courses/{course.id}/edit", data=form)
    assert answer.status_code == 422
    with db.read() as session:
        assert session.get(Lesson, course.lessons[0].id) is not None


def course_form(course: Course, **more: str) -> dict[str, str]:
    lesson = course.lessons[0]
    return {
        "title": course.title,
        "kind": "major",
        "year": "2026",
        "hours": "12.50",
        "price": "28.00",
        "published": "y",
        "weight": "0",
        "lessons-0-id": str(lesson.id),
        "lessons-0-position": "1",
        "lessons-0-title": lesson.title,
        "lessons-0-kind": "article",
        "lessons-0-seconds": "60",
        "lessons-0-body": lesson.body,
        **more,
    }


def test_a_course_and_its_lessons_are_one_form(app: Flask, admin: FlaskClient, world: World) -> None:
    course = world.mine["courses"]
    second = {
        "lessons-1-position": "2",
        "lessons-1-title": "第二节",
        "lessons-1-kind": "video",
        "lessons-1-seconds": "75",
    }
    blank = {"lessons-2-id": "", "lessons-2-title": " ", "lessons-2-position": ""}
    form = course_form(course, price="30.5", **second, **blank)
    assert admin.post(f"/console/courses/{course.id}/edit", data=form).status_code == 303
    with db.read() as session:
        found = session.get_one(Course, course.id)
        assert (found.price, found.hours) == (3050, 1250)
        assert [(one.position, one.title, one.seconds) for one in found.lessons] == [
            (1, "荷载", 60),
            (2, "第二节", 75),
        ]
    (row,) = trail("courses.changed")
    assert row.after
    assert row.after["price"] == 3050
    assert len(row.after["lessons"]) == 2


def test_a_lesson_that_is_taken_away_is_gone_for_the_rules_and_the_trail(
    app: Flask, admin: FlaskClient, world: World
) -> None:
    course = world.mine["courses"]
    gone = course_form(course, **{"del-lessons-0": "on"})
    last = admin.post(f"/console/courses/{course.id}/edit", data=gone)
    assert last.status_code == 422
    assert "至少要有一个课节" in last.text
    del gone["published"]
    assert admin.post(f"/console/courses/{course.id}/edit", data=gone).status_code == 303
    with db.read() as session:
        assert session.get_one(Course, course.id).lessons == []
    (row,) = trail("courses.changed")
    assert row.before
    assert row.after
    assert (len(row.before["lessons"]), "lessons" in row.after) == (1, False)


def test_one_more_row_comes_without_saving(app: Flask, admin: FlaskClient, world: World) -> None:
    course = world.mine["courses"]
    form = course_form(course, title="改了一半", another="lessons")
    page = admin.post(f"/console/courses/{course.id}/edit", data=form)
    assert page.status_code == 200
    assert 'name="lessons-1-title"' in page.text
    assert 'value="改了一半"' in page.text
    with db.read() as session:
        assert session.get_one(Course, course.id).title == "结构设计"


def test_a_wrong_child_row_is_told_and_kept(app: Flask, admin: FlaskClient, world: World) -> None:
    course = world.mine["courses"]
    form = course_form(course, **{"lessons-1-title": "没有时长", "lessons-1-position": "2", "lessons-1-kind": "video"})
    page = admin.post(f"/console/courses/{course.id}/edit", data=form)
    assert page.status_code == 422
    assert 'href="#lessons-1-seconds"' in page.text
    assert 'value="没有时长"' in page.text


def test_a_question_must_be_answerable_and_an_answer_can_go(app: Flask, admin: FlaskClient, world: World) -> None:
    question = world.mine["questions"]
    form = {"kind": "single", "stem": question.stem, "difficulty": "2", "active": "y"}
    for number, option in enumerate(question.options):
        form |= {
            f"options-{number}-id": str(option.id),
            f"options-{number}-position": str(number),
            f"options-{number}-text": option.text,
        }
    none_right = admin.post(f"/console/questions/{question.id}/edit", data=form)
    assert none_right.status_code == 422
    assert "必须有且只有一个正确选项" in none_right.text
    form |= {"options-2-correct": "y", "del-options-0": "on"}
    assert admin.post(f"/console/questions/{question.id}/edit", data=form).status_code == 303
    with db.read() as session:
        options = session.get_one(Question, question.id).options
        assert [option.correct for option in options] == [False, True]
