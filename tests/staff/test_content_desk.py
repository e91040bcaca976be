"""The content desk as whoever writes courses and questions meets it."""

import io
import re

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from portal import db
from portal.assessment.models import Question
from portal.catalogue.models import Course
from tests.staff.world import World


def names(page: str, field: str) -> list[str]:
    """Fields of child rows: name and what stands in them."""
    return re.findall(rf'name="(options-\d+-{field})"[^>]*value="(\d*)"', page)


def test_a_new_question_has_room_for_its_answers(admin: FlaskClient, world: World) -> None:
    page = admin.get("/console/questions/add").text
    assert names(page, "position") == [(f"options-{n}-position", str(n + 1)) for n in range(4)]
    form = {"course_id": str(world.mine["courses"].id), "kind": "true_false", "stem": "对吗？", "difficulty": "2"}
    form |= {f"options-{n}-position": str(n + 1) for n in range(4)}
    form |= {"options-0-text": "正确", "options-0-correct": "y", "options-1-text": "错误"}
    more = admin.post("/console/questions/add", data={**form, "another": "options"})
    assert names(more.text, "position")[-1] == ("options-2-position", "3")
    assert admin.post("/console/questions/add", data=form).status_code == 303
    with db.read() as session:
        made = session.scalars(select(Question).where(Question.stem == "对吗？")).one()
        assert [(one.position, one.text, one.correct) for one in made.options] == [
            (1, "正确", True),
            (2, "错误", False),
        ]


def test_the_picture_is_reached_from_its_question(admin: FlaskClient, world: World) -> None:
    pk = world.mine["questions"].id
    page = admin.get(f"/console/questions/{pk}").text
    assert "没有图片" in page
    assert f'href="/staff/question-files?question={pk}#picture"' in page
    form = admin.get(f"/staff/question-files?question={pk}").text
    assert f'value="{pk}"' in form
    assert admin.get(f"/staff/question-files/{pk}/picture").status_code == 404
    out = io.BytesIO()
    Image.linear_gradient("L").resize((600, 400)).convert("RGB").save(out, "JPEG")
    out.seek(0)
    sent = {"question": str(pk), "words": "一张图", "picture": (out, "a.jpg")}
    assert admin.post("/staff/question-files/picture", data=sent).status_code == 303
    assert f'href="/staff/question-files/{pk}/picture"' in admin.get(f"/console/questions/{pk}").text
    assert admin.get(f"/staff/question-files/{pk}/picture").mimetype == "image/jpeg"


def test_question_files_stand_on_the_content_desk(admin: FlaskClient, world: World) -> None:
    assert 'href="/staff/question-files"' in admin.get("/console/questions/").text
    assert 'href="/staff/question-files"' not in admin.get("/staff/").text


def test_a_lesson_is_opened_for_a_look(admin: FlaskClient, world: World) -> None:
    with db.read() as session:
        course = session.get_one(Course, world.mine["courses"].id)
        lesson = course.lessons[0]
    form = {"title": course.title, "kind": "major", "year": "2026", "hours": "12", "price": "28", "published": "y"}
    form |= {"weight": "0", "lessons-0-id": str(lesson.id), "lessons-0-position": "1", "lessons-0-title": lesson.title}
    form |= {"lessons-0-kind": "article", "lessons-0-seconds": "60", "lessons-0-body": lesson.body}
    for flag in ({"lessons-0-preview": "y"}, {}):
        assert admin.post(f"/console/courses/{course.id}/edit", data={**form, **flag}).status_code == 303
        with db.read() as session:
            assert session.get_one(Course, course.id).lessons[0].preview is bool(flag)
