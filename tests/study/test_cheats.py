"""Cheat scripts that are in use against real platforms, played as they work: none earns more than sitting there would.

They are userscripts and bots that were published for provincial portals: report the end as the position, multiply the
rate, replay or invent reports, open many players, block the question whether somebody is there, script the test.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from portal import db
from portal.credits.models import Credit
from portal.errors import Conflict, NotFound
from portal.people.models import Account
from portal.rules.models import RuleSet
from portal.rules.rules import Presence, Rules
from portal.study import service
from portal.study.models import Plan, PlanCourse, Progress, StudySession
from portal.testing import log_in
from tests.study.world import START, World, tell

Build = Callable[..., World]
LENGTH = 1800


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Bot:
    """Sends whatever it likes, as fast as it likes; only the clock is not its own."""

    def __init__(self, world: World) -> None:
        self.learner_id = world.learner_id
        with db.read() as session:
            course = session.get_one(Plan, world.plan_id).courses[0]
            self.course_id, self.lessons = course.id, [lesson.id for lesson in course.course.lessons]

    def open(self, second: float, lesson: int = 0) -> str:
        with db.write() as session:
            lesson_id = self.lessons[lesson]
            return service.open_session(session, self.learner_id, self.course_id, lesson_id, at(second)).token

    def report(self, token: str, second: float, *played: tuple[int, int], position: int = 0) -> None:
        tell(self.learner_id, token, service.Report(played, position), at(second))

    def earned(self) -> int:
        with db.read() as session:
            waiting = session.scalars(select(StudySession.intervals)).all()
            merged = session.scalar(select(func.sum(Progress.seconds))) or 0
            assert session.scalars(select(Credit)).all() == []
            return merged + sum(end - start for parts in waiting for start, end in parts)


@pytest.fixture
def bot(world: Build) -> Bot:
    return Bot(world((("video", LENGTH), ("video", LENGTH))))


def test_the_position_is_worth_nothing(bot: Bot) -> None:
    """The server that keeps the maximum of the reported time gives a course away for one seek."""
    token = bot.open(0)
    for second in (1, 2, 3):
        bot.report(token, second, position=LENGTH)
    assert bot.earned() == 0


def test_one_report_of_everything(bot: Bot) -> None:
    bot.report(bot.open(0), 10, (0, LENGTH), position=LENGTH)
    assert bot.earned() <= 10


@pytest.mark.parametrize("rate", [2, 3, 16])
def test_a_multiplied_rate_earns_the_clocks_time(bot: Bot, rate: int) -> None:
    token = bot.open(0)
    for second in range(10, 110, 10):
        bot.report(token, second, (rate * (second - 10), rate * second))
    assert bot.earned() <= 100


def test_replayed_reordered_and_overlapping_reports(bot: Bot) -> None:
    token = bot.open(0)
    for second in (30, 10, 20, 30, 30):
        for _ in range(5):
            bot.report(token, second, (0, 10), (5, 15), (0, 10))
    assert bot.earned() == 15


def test_thousands_of_reports_at_once(bot: Bot) -> None:
    token = bot.open(0)
    for number in range(300):
        bot.report(token, 20, (number * 6, number * 6 + 6))
    assert bot.earned() <= 20


def test_many_players_in_many_tabs(bot: Bot) -> None:
    """Ten players over a hundred seconds, all reporting all the time."""
    tokens = [bot.open(number, number % 2) for number in range(10)]
    for second in range(10, 110, 10):
        for number, token in enumerate(tokens):
            bot.report(token, second, (second * 10 + number * 100, second * 10 + number * 100 + 10))
    assert bot.earned() <= 100


def test_hours_saved_up_before_the_player_was_opened(bot: Bot) -> None:
    bot.report(bot.open(86_400), 86_401, (0, LENGTH))
    assert bot.earned() <= 1


def test_another_lesson_or_an_invented_token(bot: Bot) -> None:
    with pytest.raises(NotFound):
        bot.report("invented", 10, (0, 10))
    bot.report(bot.open(0), 10, (-100, -1), (LENGTH, LENGTH + 500), (50, 20))
    assert bot.earned() == 0


def test_blocking_the_question_ends_the_credit(bot: Bot) -> None:
    """The helper that hides the human check: the request never comes, and nothing more is credited."""
    rules = Rules(presence=Presence(every_minutes=5, within_seconds=60))
    with db.write() as session:
        session.execute(update(RuleSet).values(data=rules.model_dump(mode="json")))
    token = bot.open(0)
    for second in range(10, LENGTH + 10, 10):
        bot.report(token, second, (second - 10, second))
    assert bot.earned() <= 5 * 60 + 60


def test_the_button_without_script_earns_the_time_since_it_was_opened(world: Build) -> None:
    built = world((("article", 600),))
    bot = Bot(built)
    bot.open(0)
    for second in (1, 2, 3):
        with db.write() as session:
            service.finish_reading(session, built.learner_id, bot.course_id, bot.lessons[0], at(second))
    assert bot.earned() <= 3


def test_a_test_cannot_be_passed_before_the_lessons(world: Build) -> None:
    built = world((("video", 60),), needs_test=True)
    with db.write() as session:
        course = session.get_one(Plan, built.plan_id).courses[0]
        service.pass_test(session, course.id, START)
        assert session.get_one(PlanCourse, course.id).state == "open"
        assert session.scalars(select(Credit)).all() == []


def hostile() -> Iterator[object]:
    """Bodies that scripts send to find a crack."""
    yield from ([], {}, "x", 7, None, [[0, 1e308]], [["0", "1800"]], [[True, False]], [{"start": 0}], [[0, 10, 20]])


def test_strange_bodies_over_http_earn_nothing(client: FlaskClient, world: Build) -> None:
    built = world((("video", LENGTH),))
    bot = Bot(built)
    with db.read() as session:
        log_in(client, session.get_one(Account, built.account_id))
    address = f"/study/{bot.course_id}/{bot.lessons[0]}/open"
    token = client.post(address, headers={"Accept": "application/json"}).get_json()["token"]
    for body in hostile():
        answer = client.post("/study/report", json={"token": token, "played": body, "position": LENGTH})
        assert answer.status_code in (200, 422), body
    client.post("/study/report", json={"token": token, "credited": LENGTH, "complete": True, "now": "2030-01-01"})
    assert bot.earned() <= 2


def test_the_players_end_is_the_servers(bot: Bot) -> None:
    """A plan whose time is over opens no player, whatever the clock of the computer says."""
    with pytest.raises(Conflict):
        bot.open(120 * 86_400)
