"""在场确认: the server asks; whoever does not answer earns nothing more, whatever their browser does."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from portal import db
from portal.errors import Conflict, NotFound
from portal.people.models import Account
from portal.rules.models import RuleSet
from portal.rules.rules import Presence, Rules
from portal.study import crediting, service
from portal.study.models import Plan, PlanCourse, Progress, StudySession
from portal.study.standing import Standing
from portal.testing import log_in
from tests.study.world import START, World, tell

Build = Callable[..., World]
RULES = Rules(presence=Presence(every_minutes=1, within_seconds=20))
LESSONS = (("video", 600), ("article", 600))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Visitor:
    """A learner whose rules ask every minute and wait twenty seconds."""

    def __init__(self, world: World) -> None:
        self.world = world
        with db.write() as session:
            session.execute(update(RuleSet).values(data=RULES.model_dump(mode="json")))
            course = session.get_one(Plan, world.plan_id).courses[0]
            self.course_id, self.lessons = course.id, [lesson.id for lesson in course.course.lessons]

    def open(self, second: float, lesson: int = 0) -> str:
        with db.write() as session:
            opened = service.open_session(
                session, self.world.learner_id, self.course_id, self.lessons[lesson], at(second)
            )
            return opened.token

    def report(self, token: str, second: float, *played: tuple[int, int]) -> Standing:
        return tell(self.world.learner_id, token, service.Report(played, 0), at(second))

    def play(self, token: str, start: int, end: int, *, shift: int = 0) -> Standing:
        """Plays from a second of the lesson to another, ten seconds a report, at the same second of the clock."""
        stand = None
        for second in range(start, end, 10):
            stand = self.report(token, second + 10 + shift, (second, second + 10))
        assert stand is not None
        return stand

    def answer(self, token: str, nonce: str, second: float) -> Standing:
        with db.write() as session:
            return service.present(session, self.world.learner_id, token, nonce, at(second))

    def credited(self) -> int:
        with db.read() as session:
            done = session.scalar(select(func.sum(Progress.seconds))) or 0
            waiting = session.scalars(select(StudySession.intervals)).all()
            return done + sum(end - start for parts in waiting for start, end in parts)


@pytest.fixture
def visitor(world: Build) -> Visitor:
    return Visitor(world(LESSONS))


def test_it_is_asked_after_the_minutes_of_the_rules(visitor: Visitor) -> None:
    token = visitor.open(0)
    assert visitor.play(token, 0, 50).check is None
    asked = visitor.play(token, 50, 60).check
    assert asked is not None
    assert asked.until == at(80)
    assert visitor.play(token, 60, 70).check == asked


def test_an_answer_in_time_loses_nothing(visitor: Visitor) -> None:
    token = visitor.open(0)
    asked = visitor.play(token, 0, 60).check
    assert asked is not None
    visitor.play(token, 60, 70)
    assert visitor.answer(token, asked.nonce, 75).check is None
    assert visitor.play(token, 70, 120).credited == 120


def test_without_an_answer_nothing_is_credited_and_the_page_says_why(visitor: Visitor) -> None:
    token = visitor.open(0)
    stand = visitor.play(token, 0, 300)
    assert stand.credited == 80
    assert stand.gaps[0] == crediting.Gap(80, 300, crediting.UNANSWERED)


def test_a_late_answer_pays_from_then_on_only(visitor: Visitor) -> None:
    token = visitor.open(0)
    asked = visitor.play(token, 0, 200).check
    assert asked is not None
    visitor.answer(token, asked.nonce, 200)
    assert visitor.report(token, 201, (80, 200)).credited == 81
    assert visitor.play(token, 200, 250).credited == 130


def test_other_pages_other_lessons_and_late_reports_are_no_way_around(visitor: Visitor) -> None:
    """A script that never answers, whatever it opens: one late report, one time to answer, and no more."""
    for number in range(12):
        start = number * 50
        older = visitor.open(start, number % 2)
        newer = visitor.open(start + 40, 1 - number % 2)
        visitor.report(older, start + 45, (start // 2, start // 2 + 40))  # after it was closed
        visitor.report(newer, start + 50, (start // 2, start // 2 + 10))
    assert visitor.credited() <= 60 + 40 + 20


def test_pages_closed_without_a_report_cannot_be_cashed_together(visitor: Visitor) -> None:
    tokens = [visitor.open(60 * number, number % 2) for number in range(9)]
    for number, token in enumerate(tokens):
        visitor.report(token, 545, (60 * number, 60 * number + 60))
    assert visitor.credited() <= 60 + 60 + 20


def test_the_answer_is_the_servers_and_this_learners(visitor: Visitor, world: Build) -> None:
    token = visitor.open(0)
    with pytest.raises(Conflict):
        visitor.answer(token, "", 5)
    asked = visitor.play(token, 0, 60).check
    assert asked is not None
    with pytest.raises(Conflict):
        visitor.answer(token, "x" * 22, 61)
    other = world(LESSONS)
    with db.write() as session, pytest.raises(NotFound):
        service.present(session, other.learner_id, token, asked.nonce, at(61))
    visitor.answer(token, asked.nonce, 62)
    with pytest.raises(Conflict):
        visitor.answer(token, asked.nonce, 63)
    fresh = visitor.play(token, 60, 130).check
    assert fresh is not None
    assert fresh.nonce != asked.nonce


def test_rules_may_ask_never(visitor: Visitor) -> None:
    never = Rules(presence=Presence(every_minutes=0))
    with db.write() as session:
        session.execute(update(RuleSet).values(data=never.model_dump(mode="json")))
    token = visitor.open(0)
    assert visitor.play(token, 0, 590).credited == 590


def test_the_question_and_its_answer_on_the_page(app: Flask, client: FlaskClient, visitor: Visitor) -> None:
    with db.read() as session:
        log_in(client, session.get_one(Account, visitor.world.account_id))
        course = session.get_one(PlanCourse, visitor.course_id)
    address = f"/study/{course.id}/{visitor.lessons[1]}"
    token = client.post(f"{address}/open", headers={"Accept": "application/json"}).get_json()["token"]
    assert 'name="nonce"' not in client.get(address).text
    with db.write() as session:
        session.execute(update(StudySession).values(nonce="n" * 22, asked_at=StudySession.opened_at))
    page = client.get(address).text
    assert "您还在学习吗？" in page
    assert 'name="nonce"' in page
    told = client.post("/study/report", json={"token": token, "played": [], "position": 0}).get_json()
    assert told["check"]["nonce"] == "n" * 22
    assert client.post("/study/present", json={"token": token, "nonce": "no"}).status_code == 409
    assert client.post("/study/present", data={"token": token, "nonce": "n" * 22}).location == address
    assert 'name="nonce"' not in client.get(address).text
