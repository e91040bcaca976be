"""A learner in front of the shelf, on a day when this year's rules hold."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient

from portal import db
from portal.catalogue.models import Course, Lesson
from portal.people.models import Learner
from portal.testing import log_in, make_learner
from tests.catalogue.planting import plant

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shelf(client: FlaskClient) -> FlaskClient:
    """A visitor of the small catalogue: courses 1 to 4 cost 500 to 2000 fen, 3 and 8 are tested, 5 is withdrawn."""
    with db.write() as session:
        plant(session)
        session.get_one(Course, 4).teacher = "J. Smith"
        session.get_one(Course, 2).title = "装配式混凝土结构工程施工与质量验收（课程2）"
        for course_id in (1, 3):
            session.add(_text(course_id, 1, "试看文字", preview=True))
            session.add(_text(course_id, 2, "付费文字"))
    return client


def _text(course_id: int, position: int, body: str, *, preview: bool = False) -> Lesson:
    values = {"title": f"第 {position} 讲", "kind": "article", "seconds": 60}
    return Lesson(course_id=course_id, position=position, body=body, preview=preview, **values)


@pytest.fixture
def learner(shelf: FlaskClient) -> Learner:
    with db.write() as session:
        found = make_learner(session)
    log_in(shelf, found.account)
    return found
