"""A course's own rule: parts, order, days, waiting; fill-in questions and pictures; never more than the rule gives."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, func, select

from portal import db
from portal.assessment import result, service, standing
from portal.assessment.models import Answer, Attempt, PaperPart, PaperRule, Question, QuestionOption
from portal.errors import Conflict, Refused
from portal.people.models import Account
from portal.storage import current_storage
from portal.study.models import PlanCourse
from portal.testing import log_in
from tests.assessment.sitting import Sitting, at

Build = Callable[..., Sitting]


def rule(one: Sitting, *parts: PaperPart, **more: object) -> None:
    values = {"questions": 10, "minutes": 30, "pass_mark": 60, "attempts": 3, "shuffle": True, "wait_minutes": 0}
    with db.write() as session:
        course = session.get_one(PlanCourse, one.course_id).course_id
        session.add(PaperRule(course_id=course, parts=list(parts), **{**values, **more}))


def state(one: Sitting, minute: float) -> str:
    with db.read() as session:
        return standing.of_course(session, session.get_one(PlanCourse, one.course_id), at(minute)).state


def fill_in(one: Sitting, *accepted: str, **more: object) -> int:
    with db.write() as session:
        course = session.get_one(PlanCourse, one.course_id).course_id
        options = [QuestionOption(position=n, text=text, correct=True) for n, text in enumerate(accepted)]
        question = Question(course_id=course, kind="fill", stem="标准的编号是？", tags="规范", options=options, **more)
        session.add(question)
        session.flush()
        return question.id


def test_parts_make_the_paper(sitting: Build) -> None:
    one = sitting()
    with db.write() as session:
        hard = session.scalars(select(Question).order_by(Question.id).limit(3)).all()
        for question in hard:
            question.tags, question.difficulty = "案例 规范", 3
        wanted = {question.id for question in hard}
    rule(one, PaperPart(position=1, tag="案例", difficulty=3, questions=3), PaperPart(position=2, questions=2))
    attempt = one.start()
    ids = {item["question"] for item in attempt.paper}
    assert (len(attempt.paper), ids & wanted) == (5, wanted)


def test_a_bank_that_is_too_small_starts_nothing(sitting: Build) -> None:
    one = sitting(questions=3)
    rule(one, PaperPart(position=1, tag="没有", questions=1))
    with pytest.raises(Conflict, match="还没有准备好"):
        one.start()
    with db.read() as session:
        assert session.scalars(select(Attempt)).all() == []


def test_a_failed_attempt_is_followed_by_a_wait(sitting: Build) -> None:
    one = sitting()
    rule(one, wait_minutes=60)
    attempt = one.start()
    one.answer_all(attempt, right=0)
    one.submit(attempt.token, minute=2)
    assert (state(one, 61.9), state(one, 62)) == ("waiting", "ready")
    with pytest.raises(Conflict, match="间隔"):
        one.start(minute=30)
    assert one.start(minute=62).number == 2


def test_the_test_has_its_days_in_china(sitting: Build) -> None:
    """`at(0)` is 2 November 2026, 9 o'clock in China."""
    one = sitting()
    rule(one, opens_on=date(2026, 11, 3), closes_on=date(2026, 11, 3))
    midnight = 15 * 60 - 1
    assert [state(one, minute) for minute in (0, midnight - 1, midnight + 1)] == ["early", "early", "ready"]
    assert [state(one, midnight + day * 1440) for day in (1,)] == ["ready"]
    assert state(one, midnight + 1 + 1440) == "over"
    with pytest.raises(Conflict):
        one.start()


def test_a_running_attempt_outlives_the_last_day(sitting: Build) -> None:
    one = sitting()
    rule(one, closes_on=date(2026, 11, 2))
    late = 15 * 60 - 10
    attempt = one.start(minute=late)
    assert one.start(minute=late + 15).token == attempt.token


def test_what_is_written_is_graded(sitting: Build) -> None:
    one = sitting(questions=1)
    question = fill_in(one, "GB 50010", "GB50010")
    rule(one, shuffle=False)
    attempt = one.start()
    position = [item["question"] for item in attempt.paper].index(question)
    assert attempt.paper[position]["options"] == []
    with db.write() as session:
        with pytest.raises(Refused):
            service.answer(session, one.world.learner_id, attempt.token, position, [], at(1), text="长" * 201)
        with pytest.raises(Refused):
            service.answer(session, one.world.learner_id, attempt.token, position, [1], at(1), text="x")
        service.answer(session, one.world.learner_id, attempt.token, position, [], at(1), text=" ＧＢ50010。")
    assert one.submit(attempt.token).score == 50
    with db.read() as session:
        assert session.scalar(select(Answer.text)) == "ＧＢ50010。"
        kept = session.scalars(select(Attempt)).one()
        assert position not in {wrong.number - 1 for wrong in result.wrong(kept)}
        assert result.right_count(kept) == 1


def test_a_wrong_text_is_shown_beside_what_is_accepted(sitting: Build) -> None:
    one = sitting(questions=0)
    fill_in(one, "GB 50010")
    attempt = one.start()
    with db.write() as session:
        service.answer(session, one.world.learner_id, attempt.token, 0, [], at(1), text="GB 50011")
    one.submit(attempt.token)
    with db.read() as session:
        (wrong,) = result.wrong(session.scalars(select(Attempt)).one())
    assert (wrong.chosen, wrong.correct) == ((("", "GB 50011"),), (("", "GB 50010"),))


@pytest.fixture
def browser(client: FlaskClient, sitting: Build) -> tuple[FlaskClient, Sitting, str]:
    """A browser in a running test of one question to fill in, with a picture."""
    one = sitting(questions=0)
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "JPEG")
    current_storage().put("questions/x.jpg", out.getvalue())
    fill_in(one, "GB 50010", image_key="questions/x.jpg", image_words="一张图纸")
    with db.read() as session:
        log_in(client, session.get_one(Account, one.world.account_id))
    client.post(f"/test/{one.course_id}/start")
    with db.read() as session:
        return client, one, session.scalars(select(Attempt.token)).one()


def test_the_question_with_its_picture_on_the_page(browser: tuple[FlaskClient, Sitting, str]) -> None:
    client, _one, token = browser
    page = client.get(f"/test/sit/{token}/1").text
    assert 'name="text"' in page
    assert 'alt="一张图纸"' in page
    assert "GB 50010" not in page
    picture = client.get(f"/test/sit/{token}/1/picture")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert client.get(f"/test/sit/{token}/2/picture").status_code == 404
    assert client.post(f"/test/sit/{token}/1", json={"chosen": [], "text": "GB"}).status_code == 200
    assert client.post(f"/test/sit/{token}/1", data={"text": "GB 50010", "go": "check"}).status_code == 303
    assert 'value="GB 50010"' in client.get(f"/test/sit/{token}/1").text
    client.post(f"/test/sit/{token}/submit")
    assert "100 分" in client.get(f"/test/result/{token}").text


def test_a_test_of_fifty_questions_costs_few_statements(client: FlaskClient, sitting: Build) -> None:
    """Start, one look, the check, handing in and the result; a saved answer is one small write, and cheap to read."""
    one = sitting(questions=50)
    rule(one, questions=50)
    with db.read() as session:
        log_in(client, session.get_one(Account, one.world.account_id))
    client.get("/centre")
    seen: list[str] = []

    def note(*given: object) -> None:
        if not str(given[2]).startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(str(given[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        client.post(f"/test/{one.course_id}/start")
        started = list(seen)
        with db.read() as session:
            attempt = session.scalars(select(Attempt)).one()
        seen.clear()
        option = attempt.paper[0]["options"][0]
        client.post(f"/test/sit/{attempt.token}/1", json={"chosen": [option]})
        saved = list(seen)
        seen.clear()
        client.get(f"/test/sit/{attempt.token}/1")
        looked = len(seen)
        client.get(f"/test/sit/{attempt.token}/check")
        client.post(f"/test/sit/{attempt.token}/submit")
        assert client.get(f"/test/result/{attempt.token}").status_code == 200
        ended = len(seen)
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    assert len(started) + ended <= 25
    assert looked <= 3
    assert len(saved) <= 8
    assert len([said for said in saved if said.startswith(("INSERT", "UPDATE", "DELETE"))]) == 1
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Answer)) == 1
