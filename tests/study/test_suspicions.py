"""What looks unlike a person: found with evidence, asked about, explained, decided; nothing is taken silently."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal import db
from portal.credits.models import Credit
from portal.errors import Conflict, NotFound, Refused
from portal.messages.models import Message
from portal.people.models import Account
from portal.study import patterns, service, suspicions
from portal.study.models import Plan, Suspicion
from portal.testing import log_in, make_account
from tests.study.world import START, World

Build = Callable[..., World]


def after(seconds: float):  # type: ignore[no-untyped-def]
    return START + timedelta(seconds=seconds)


def test_thresholds_of_playing_and_presence() -> None:
    assert patterns.beyond_clock([[0, 200, "clock"], [200, 900, "skipped"]]) is None
    assert patterns.beyond_clock([[0, 200, "clock"], [200, 300, "clock"]]) == {"seconds": 300}
    assert patterns.machine_presence([0.4] * 4) is None
    assert patterns.machine_presence([0.4, 0.4, 3.0, 0.4, 0.4]) is None
    assert patterns.machine_presence([9, 0.4, 0.5, 0.6, 0.5, 0.4]) == {"answers": 5, "slowest": 0.6}


def test_thresholds_of_answers() -> None:
    quick = [after(1.5 * number) for number in range(1, 11)]
    assert patterns.fast_answers(START, quick, 100, 60) == {"questions": 10, "seconds": 15.0, "score": 100}
    assert patterns.fast_answers(START, quick, 40, 60) is None  # who guesses and fails gains nothing
    assert patterns.fast_answers(START, [after(3 * number) for number in range(1, 11)], 100, 60) is None
    assert patterns.even_answers([after(10 * number) for number in range(9)]) is not None
    assert patterns.even_answers([after(10 * number) for number in range(8)]) is None


@given(st.lists(st.floats(4, 60), min_size=9, max_size=50))
def test_people_who_think_are_not_suspected(pauses: list[float]) -> None:
    """Pauses that differ by three seconds somewhere: neither even nor fast."""
    pauses = [*pauses, min(pauses) + 3]
    saved = [after(sum(pauses[:number])) for number in range(1, len(pauses) + 1)]
    assert patterns.fast_answers(START, saved, 100, 60) is None
    assert patterns.even_answers(saved) is None


@pytest.fixture
def built(world: Build) -> World:
    return world((("video", 600),))


@pytest.fixture
def staff(built: World) -> int:
    with db.write() as session:
        return make_account(session, "staff").id


def rows() -> list[tuple[str, str]]:
    with db.read() as session:
        return [(row.kind, row.state) for row in session.scalars(select(Suspicion).order_by(Suspicion.id))]


def play_too_fast(world: World) -> int:
    """Ten minutes in one; then the player is closed. Returns the suspicion."""
    with db.write() as session:
        course = session.get_one(Plan, world.plan_id).courses[0]
        lesson = course.course.lessons[0].id
        token = service.open_session(session, world.learner_id, course.id, lesson, START).token
        service.report(session, world.learner_id, token, service.Report([(0, 600)], 600), after(60))
        service.report(session, world.learner_id, token, service.Report([], 600, closing=True), after(61))
    with db.read() as session:
        return session.scalars(select(Suspicion.id)).one()


def test_playing_faster_than_time_is_noted_once_and_credited_by_the_clock(built: World) -> None:
    play_too_fast(built)
    with db.write() as session:
        course = session.get_one(Plan, built.plan_id).courses[0]
        lesson = course.course.lessons[0].id
        token = service.open_session(session, built.learner_id, course.id, lesson, after(70)).token
        service.report(session, built.learner_id, token, service.Report([(0, 600)], 600), after(140))
        service.report(session, built.learner_id, token, service.Report([], 600, closing=True), after(141))
    assert rows() == [("clock", "found")]


def test_players_that_close_each_other_are_noted(built: World) -> None:
    with db.write() as session:
        course = session.get_one(Plan, built.plan_id).courses[0]
        lesson = course.course.lessons[0].id
        for number in range(patterns.TAKEN_OVER):
            service.open_session(session, built.learner_id, course.id, lesson, after(10 * number))
            assert session.scalars(select(Suspicion)).all() == []
        service.open_session(session, built.learner_id, course.id, lesson, after(60))
    assert rows() == [("parallel", "found")]


def test_nobody_is_judged_unheard(built: World, staff: int) -> None:
    found = play_too_fast(built)
    with db.write() as session:
        with pytest.raises(Conflict):
            suspicions.uphold(session, found, staff, "异常", after(100))
        with pytest.raises(Refused):
            suspicions.ask(session, found, staff, " ", after(100))
        suspicions.ask(session, found, staff, "当时怎样播放的？", after(100))
        with pytest.raises(Conflict):
            suspicions.uphold(session, found, staff, "异常", after(200))
        assert session.scalars(select(Message.kind)).all() == ["explain_asked"]
        suspicions.uphold(session, found, staff, "没有说明", START + timedelta(days=8))
        with pytest.raises(Conflict):
            suspicions.clear(session, found, staff, "x", START + timedelta(days=9))
        assert session.scalars(select(Message.kind)).all() == ["explain_asked", "explain_upheld"]
        assert session.scalars(select(Credit)).all() == []  # neither given nor taken


def test_the_learner_explains_on_the_page(client: FlaskClient, built: World, world: Build, staff: int) -> None:
    found = play_too_fast(built)
    with db.read() as session:
        log_in(client, session.get_one(Account, built.account_id))
    assert "没有需要说明的情况" in client.get("/centre/explain").text
    assert client.post(f"/centre/explain/{found}", data={"words": "x"}).status_code == 404  # nobody asked
    with db.write() as session:
        suspicions.ask(session, found, staff, "当时怎样播放的？", after(100))
    page = client.get("/centre/explain").text
    assert "当时怎样播放的？" in page
    assert "快于实际时间" in page
    long = "长" * 1001
    wrong = client.post(f"/centre/explain/{found}", data={"words": long})
    assert wrong.status_code == 422
    assert long in wrong.text
    assert client.post(f"/centre/explain/{found}", data={"words": "电脑卡住了"}).status_code == 303
    assert rows() == [("clock", "explained")]
    assert client.post("/centre/explain/9999", data={"words": "x"}).status_code == 404
    other = world()
    with db.write() as session:
        with pytest.raises(NotFound):
            suspicions.explain(session, other.learner_id, found, "x", after(100))
        suspicions.clear(session, found, staff, "说明属实", after(300))
    assert "说明属实" in client.get("/centre/explain").text
    assert client.post(f"/centre/explain/{found}", data={"words": "再说"}).status_code == 409
