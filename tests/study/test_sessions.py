"""The player's service: one open session, late reports, silence, completion."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.credits.models import Credit
from portal.errors import Conflict, NotFound
from portal.events import EventRow
from portal.messages.models import Message
from portal.people.models import Employment
from portal.study import crediting, records, service
from portal.study.models import Plan, PlanCourse, Progress, StudySession
from portal.study.standing import Standing
from tests.study.world import START, World, make_learner, tell

Build = Callable[..., World]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Player:
    """One learner at one course, by plain calls."""

    def __init__(self, world: World, course: int = 0) -> None:
        self.world = world
        with db.read() as session:
            plan = session.get_one(Plan, world.plan_id)
            self.course_id = plan.courses[course].id
            self.lessons = [lesson.id for lesson in plan.courses[course].course.lessons]

    def open(self, second: float, lesson: int = 0, *, first_wins: bool = False) -> str:
        with db.write() as session:
            return service.open_session(
                session, self.world.learner_id, self.course_id, self.lessons[lesson], at(second), first_wins=first_wins
            ).token

    def report(self, token: str, second: float, *played: tuple[int, int], closing: bool = False) -> Standing:
        last = played[-1][1] if played else 0
        return tell(self.world.learner_id, token, service.Report(played, last, closing), at(second))


def test_two_players_the_newer_wins_and_the_older_is_told(world: Build) -> None:
    player = Player(world((("video", 120), ("video", 120))))
    older = player.open(0)
    player.report(older, 10, (0, 10))
    newer = player.open(20, lesson=1)
    told = player.report(older, 30, (10, 30))
    assert told.state == "newer"
    assert (told.credited, [gap.cause for gap in told.gaps]) == (20, ["other_player", "ahead"])
    assert player.report(older, 300, (20, 90)).credited == 20
    assert player.report(newer, 30, (0, 10)).credited == 10


def test_where_the_first_wins_a_second_player_waits_until_it_pauses(world: Build) -> None:
    player = Player(world((("video", 120), ("video", 120))))
    first = player.open(0, first_wins=True)
    player.report(first, 10, (0, 10))
    with pytest.raises(Conflict):
        player.open(20, lesson=1, first_wins=True)
    assert player.report(first, 20, (10, 20)).credited == 20
    second = player.open(50, lesson=1, first_wins=True)
    assert player.report(second, 60, (0, 10)).credited == 10
    assert player.report(first, 90, (20, 120)).credited <= 20 + 30  # what passed until it was closed, and no more
    player.report(second, 70, (10, 20), closing=True)
    player.open(71, first_wins=True)  # a page that was left does not keep anybody waiting


def test_the_last_seconds_before_a_page_change_are_kept(world: Build) -> None:
    player = Player(world((("video", 120), ("video", 120))))
    token = player.open(0)
    player.report(token, 10, (0, 10))
    player.open(18, lesson=1)
    assert player.report(token, 19, (10, 18)).credited == 18


def test_silence_closes_and_the_network_coming_back_goes_on(world: Build) -> None:
    player = Player(world((("video", 900),)))
    token = player.open(0)
    player.report(token, 10, (0, 10))
    with db.write() as session:
        assert service.reap(session, at(129)) == 0
        assert service.reap(session, at(131)) == 1
        assert session.scalars(select(StudySession.close_reason)).all() == ["silent"]
        assert session.scalars(select(Progress.seconds)).all() == [10]
    back = player.report(token, 310, (10, 310))
    assert (back.state, back.credited) == ("open", 310)


def test_silence_does_not_go_on_beside_a_newer_player(world: Build) -> None:
    player = Player(world((("video", 900), ("video", 900))))
    token = player.open(0)
    with db.write() as session:
        service.reap(session, at(130))
    player.open(200, lesson=1)
    assert player.report(token, 400, (0, 400)).credited == 130


def test_reports_are_merged_every_minute(world: Build) -> None:
    player = Player(world((("video", 900),)))
    token = player.open(0)
    for second in range(10, 60, 10):
        player.report(token, second, (second - 10, second))
    with db.read() as session:
        assert session.scalars(select(Progress)).all() == []
    player.report(token, 60, (50, 60))
    with db.read() as session:
        assert session.scalars(select(Progress.intervals)).all() == [[[0, 60]]]
        assert session.scalars(select(StudySession.intervals)).all() == [[]]


def test_a_course_without_test_earns_its_hours_once(world: Build) -> None:
    built = world((("video", 20), ("article", 10), ("document", 0)))
    player = Player(built)
    with db.write() as session:
        old = session.scalars(select(Employment)).one()
        old.valid_to = at(5)
        session.add(
            Employment(learner_id=built.learner_id, employer_name="新单位", division_code="130208", valid_from=at(5))
        )
    assert player.report(player.open(0), 20, (0, 20)).complete
    token = player.open(30, lesson=1)
    player.report(token, 40, (0, 10))
    player.report(token, 50, (0, 10))
    with db.read() as session:
        credit = session.scalars(select(Credit)).one()
        assert (credit.hours, credit.year, credit.employer_name, credit.source) == (800, 2026, "新单位", "plan")
        plan = session.get_one(Plan, built.plan_id)
        assert (plan.state, plan.completed_at) == ("complete", at(40))
        assert session.scalars(select(EventRow.hook)).all() == ["plan_completed"]
        assert session.scalars(select(Message.account_id)).all() == [built.account_id]


def test_a_course_with_test_waits_for_it(world: Build) -> None:
    built = world((("video", 20),), needs_test=True)
    player = Player(built)
    with db.write() as session:
        service.pass_test(session, player.course_id, at(1))
        assert session.get_one(PlanCourse, player.course_id).state == "open"
    player.report(player.open(0), 20, (0, 20))
    with db.write() as session:
        course = session.get_one(PlanCourse, player.course_id)
        assert (course.state, course.plan.state) == ("studied", "open")
        service.pass_test(session, player.course_id, at(60))
        service.pass_test(session, player.course_id, at(70))
        assert (course.state, course.completed_at, course.plan.state) == ("complete", at(60), "complete")
    with db.read() as session:
        assert len(session.scalars(select(Credit)).all()) == 1


def test_a_foreign_lesson_token_or_course_is_not_found(world: Build) -> None:
    mine, other = Player(world()), Player(world())
    token = mine.open(0)
    with pytest.raises(NotFound):
        other.report(token, 10, (0, 10))
    with db.write() as session, pytest.raises(NotFound):
        service.open_session(session, other.world.learner_id, mine.course_id, mine.lessons[0], at(0))
    with db.write() as session, pytest.raises(NotFound):
        service.open_session(session, mine.world.learner_id, mine.course_id, other.lessons[0], at(0))
    with db.write() as session:
        stranger = make_learner(session)
        with pytest.raises(NotFound):
            service.report(session, stranger.id, token, service.Report([(0, 9)], 9), at(9))


def test_after_the_last_day_no_player_opens(world: Build) -> None:
    built = world()
    with db.write() as session:
        session.get_one(Plan, built.plan_id).study_until = date(2026, 11, 2)
    player = Player(built)
    player.open(0)
    evening = (datetime(2026, 11, 2, 16, 1, tzinfo=UTC) - START).total_seconds()
    with pytest.raises(Conflict):
        player.open(evening)


def test_reading_without_script_counts_the_servers_time(world: Build) -> None:
    built = world((("article", 300), ("video", 60)))
    player = Player(built)

    def finish(second: float, lesson: int = 0) -> Standing:
        with db.write() as session:
            return service.finish_reading(
                session, built.learner_id, player.course_id, player.lessons[lesson], at(second)
            )

    with pytest.raises(Conflict):
        finish(0)
    player.open(0)
    assert finish(100).credited == 100
    with db.write() as session:
        service.reap(session, at(260))
    assert finish(301).complete
    player.open(400, lesson=1)
    with pytest.raises(Conflict):
        finish(500, lesson=1)


def test_a_clock_set_back_earns_nothing_twice(world: Build) -> None:
    player = Player(world((("video", 900),)))
    token = player.open(0)
    player.report(token, 100, (0, 100))
    assert player.report(token, 50, (100, 150)).credited == 100
    again = player.open(60)
    assert player.report(again, 90, (100, 130)).credited == 100
    far = player.open(100 - 7200)
    assert player.report(far, 110 - 7200, (100, 110)).credited == 110


def test_a_report_between_two_others_is_seen(world: Build) -> None:
    """What was read without a lock is written only while it is still so; else nothing is, and the lock is taken."""
    player = Player(world((("video", 120),)))
    learner, token = player.world.learner_id, player.open(0)
    with db.alone(write=True) as connection:
        read = records.by_token(connection, learner, token)
        assert read is not None
        player.report(token, 10, (0, 10))
        assert service.beat(connection, read, service.Report([(20, 30)], 30), at(10)) is None
        again = records.by_token(connection, learner, token)
        assert again is not None
        assert again[0].intervals == [[0, 10]]
        player.open(11)
        assert service.beat(connection, again, service.Report([(20, 21)], 30), at(12)) is None


def test_only_one_session_can_be_open(world: Build, app: Flask) -> None:
    player = Player(world((("video", 60), ("video", 60))))
    for second in range(3):
        player.open(second, lesson=second % 2)
    with db.read() as session:
        assert len(session.scalars(select(StudySession.id).where(StudySession.closed_at.is_(None))).all()) == 1


def test_a_course_in_two_plans_is_studied_once(world: Build) -> None:
    built = world((("video", 20),))
    with db.write() as session:
        plan = session.get_one(Plan, built.plan_id)
        course = plan.courses[0]
        spec = service.PlanSpec(
            learner_id=built.learner_id,
            mode="self_select",
            title="t",
            year=2026,
            rule_set_id=built.rule_set_id,
            courses=(service.SpecCourse(course.course_id, course.title, "major", 2026, 800),),
        )
        other_id = service.open_plans(session, [spec], at(0))[0]
    player = Player(built)
    player.report(player.open(0), 20, (0, 20))
    with db.read() as session:
        assert session.get_one(Plan, other_id).state == "complete"
        assert len(session.scalars(select(Credit)).all()) == 1


def test_offline_cause(world: Build) -> None:
    player = Player(world((("video", 9000),)))
    token = player.open(0)
    found = player.report(token, 7200, (0, 7200))
    assert found.credited == (crediting.OFFLINE + crediting.CARRY).total_seconds()
    assert found.gaps[0].cause == crediting.SILENT
