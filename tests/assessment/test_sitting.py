"""A test from start to result: frozen paper, deadline on the server, first result stands."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.assessment import service, standing
from portal.assessment.models import Answer, Attempt, PaperRule, Question
from portal.credits.models import Credit
from portal.errors import Conflict, NotFound, Refused
from portal.messages.models import Message
from portal.study.models import Plan, PlanCourse
from tests.assessment.sitting import Sitting, at
from tests.study.world import make_learner

Build = Callable[..., Sitting]


def test_the_test_opens_after_the_last_lesson(sitting: Build) -> None:
    with pytest.raises(Conflict, match="先学完"):
        sitting(studied=False).start()


def test_a_running_attempt_is_resumed_with_the_same_paper(sitting: Build) -> None:
    one = sitting()
    first = one.start()
    one.answer(first.token, 3, first.paper[3]["options"][:1], flagged=True)
    again = one.start(minute=20)
    assert (again.token, again.paper, again.deadline) == (first.token, first.paper, at(30))
    assert [(row.position, row.flagged) for row in again.answers] == [(3, True)]
    assert len(first.paper) == 10


def test_the_paper_tells_nothing_that_is_right(sitting: Build) -> None:
    kept = {key for item in sitting().start().paper for key in item}
    assert kept == {"question", "kind", "stem", "picture", "picture_words", "options", "texts"}


def test_passing_earns_the_hours(sitting: Build) -> None:
    one = sitting()
    attempt = one.start()
    one.answer_all(attempt, right=6)
    graded = one.submit(attempt.token)
    assert (graded.score, graded.passed, graded.submitted_at) == (60, True, at(2))
    with db.read() as session:
        assert session.get_one(Plan, one.world.plan_id).state == "complete"
        assert len(session.scalars(select(Credit)).all()) == 1
    with pytest.raises(Conflict, match="已经合格"):
        one.start(minute=3)


def test_below_the_mark_nothing_is_earned(sitting: Build) -> None:
    one = sitting()
    attempt = one.start()
    one.answer_all(attempt, right=5)
    assert (one.submit(attempt.token).score, one.submit(attempt.token).passed) == (50, False)
    with db.read() as session:
        assert session.scalars(select(Credit)).all() == []
        assert session.get_one(PlanCourse, one.course_id).state == "studied"


def test_submitting_twice_keeps_the_first_result(sitting: Build) -> None:
    one = sitting()
    attempt = one.start()
    one.submit(attempt.token, minute=2)
    with pytest.raises(Conflict):
        one.answer(attempt.token, 0, attempt.paper[0]["options"][:1], minute=3)
    again = one.submit(attempt.token, minute=5)
    assert (again.score, again.submitted_at) == (0, at(2))


def test_an_answer_after_the_deadline_is_refused_and_the_saved_ones_count(sitting: Build) -> None:
    one = sitting()
    attempt = one.start()
    one.answer_all(attempt, right=10, minute=29.9)
    with pytest.raises(Conflict):
        one.answer(attempt.token, 0, [], minute=30)
    assert one.close_due(29.9) == 0
    assert one.close_due(30) == 1
    assert one.close_due(31) == 0
    with db.read() as session:
        graded = session.scalars(select(Attempt)).one()
        assert (graded.score, graded.submitted_at) == (100, at(30))
        assert sorted(session.scalars(select(Message.kind))) == ["course_completed", "test_graded"]


def test_attempts_are_limited_and_staff_can_grant_one(sitting: Build) -> None:
    one = sitting()
    for minute in (0, 10, 20):
        one.submit(one.start(minute).token, minute + 1)
    with pytest.raises(Conflict, match="次数已用完"):
        one.start(40)
    with db.write() as session:
        session.get_one(PlanCourse, one.course_id).extra_attempts = 1
    assert one.start(50).number == 4


def test_an_expired_attempt_is_graded_before_the_next_begins(sitting: Build) -> None:
    one = sitting()
    first = one.start()
    second = one.start(minute=45)
    assert (second.number, second.token != first.token) == (2, True)
    with db.read() as session:
        assert session.get_one(Attempt, first.id).state == "graded"


def test_the_courses_own_rule_wins(sitting: Build) -> None:
    one = sitting()
    with db.write() as session:
        course_id = session.get_one(PlanCourse, one.course_id).course_id
        session.add(PaperRule(course_id=course_id, questions=4, minutes=5, pass_mark=75, attempts=1))
    attempt = one.start()
    assert (len(attempt.paper), attempt.pass_mark, attempt.deadline) == (4, 75, at(5))
    with db.read() as session:
        found = standing.of_course(session, session.get_one(PlanCourse, one.course_id), at(1))
    assert (found.state, found.left, found.allowed) == ("running", 0, 1)


def test_a_foreign_attempt_is_not_found(sitting: Build) -> None:
    one = sitting()
    token = one.start().token
    with db.write() as session:
        stranger = make_learner(session).id
    for call in (
        lambda session: service.find(session, stranger, token),
        lambda session: service.answer(session, stranger, token, 0, [], at(1)),
        lambda session: service.submit(session, stranger, token, at(1)),
        lambda session: service.own_course(session, stranger, one.course_id),
    ):
        with db.write() as session, pytest.raises(NotFound):
            call(session)
    with db.read() as session:
        assert session.scalars(select(Attempt.state)).all() == ["open"]


def test_bad_choices_are_refused(sitting: Build) -> None:
    one = sitting()
    attempt = one.start()
    with db.read() as session:
        kinds = {row.id: row.kind for row in session.scalars(select(Question))}
    single = next(n for n, item in enumerate(attempt.paper) if kinds[item["question"]] == "single")
    with pytest.raises(Refused):
        one.answer(attempt.token, single, attempt.paper[single]["options"][:2])
    with pytest.raises(Refused):
        one.answer(attempt.token, single, [999999])
    with pytest.raises(NotFound):
        one.answer(attempt.token, 99, [])
    with db.read() as session:
        assert session.scalars(select(Answer)).all() == []


def test_without_questions_no_attempt_is_spent(sitting: Build) -> None:
    one = sitting(questions=0)
    with pytest.raises(Conflict, match="没有准备好"):
        one.start()
    with db.read() as session:
        assert session.scalars(select(Attempt)).all() == []


def test_after_the_last_day_no_test_begins(sitting: Build) -> None:
    one = sitting()
    with db.write() as session:
        session.get_one(Plan, one.world.plan_id).study_until = (at(0) - timedelta(days=2)).date()
    with pytest.raises(Conflict, match="截止"):
        one.start()


def test_a_course_without_test_has_none(sitting: Build) -> None:
    one = sitting()
    with db.read() as session:
        course = session.get_one(PlanCourse, one.course_id)
        assert standing.of_course(session, course, at(0)).state == "ready"
        course.needs_test = False
        assert standing.of_course(session, course, at(0)).state == "none"
