"""A learner of 丰润区 in front of the small catalogue; today is a day on which its project is open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import Course, SpecialtyCourse
from portal.orders.models import Draft, Order
from portal.people.models import Learner
from portal.testing import log_in, make_learner
from tests.catalogue.planting import plant

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def learner(app: Flask) -> Learner:
    with db.write() as session:
        return newcomer(session)


def newcomer(session: Session) -> Learner:
    """Somebody in front of the catalogue: courses 3 (compulsory), 1, 2, 4, 9, 10 reach 75 hours; 7 and 8 are public."""
    plant(session)
    for at in (9, 10, 11):
        course = Course(id=at, code=f"C{at}", title=f"课程{at}", kind="major", year=2026, hours=1250, price=at * 500)
        session.add(course)
        session.flush()
        specialty = 2 if at == 11 else 1
        session.add(SpecialtyCourse(specialty_id=specialty, course_id=at, compulsory=False))
    return make_learner(session)


@dataclass
class Wizard:
    """Walks the steps as a browser without scripts does."""

    client: FlaskClient
    project: int = 1
    version: int = 1
    details_form: dict[str, str] = field(
        default_factory=lambda: {"employer": "唐山市第一中学", "division_code": "130208"}
    )

    def url(self, step: str) -> str:
        return f"/enrol/{self.project}/{step}"

    def get(self, step: str):  # type: ignore[no-untyped-def]
        return self.client.get(self.url(step))

    def post(self, step: str, **data: object):  # type: ignore[no-untyped-def]
        return self.client.post(self.url(step), data=data)

    def details(self, **over: str):  # type: ignore[no-untyped-def]
        return self.post("details", **{**self.details_form, **over})

    def choose_class(self, class_id: object = 2):  # type: ignore[no-untyped-def]
        return self.post("class", class_id=class_id, version=draft().version)

    def choose(self, *courses: object, **over: object):  # type: ignore[no-untyped-def]
        return self.post("courses", **{"courses": list(courses), "version": draft().version, "action": "next", **over})

    def up_to_check(self) -> None:
        for answer in (self.details(), self.choose_class(), self.choose(1, 2, 4, 9)):
            assert answer.status_code == 303, answer.text

    def submit(self, **over: object):  # type: ignore[no-untyped-def]
        found = draft()
        key = f"enrollment:{found.data['token']}:{found.version}"
        total = (1 + 2 + 3 + 4 + 9) * 500
        return self.post(
            "check", **{"version": found.version, "key": key, "expected_total": total, "truthful": "y", **over}
        )


@pytest.fixture
def wizard(client: FlaskClient, learner: Learner) -> Wizard:
    log_in(client, learner.account)
    return Wizard(client)


def draft() -> Draft:
    """The one draft there is."""
    with db.read() as session:
        return session.scalars(select(Draft)).one()


def orders() -> list[Order]:
    with db.read() as session:
        return list(session.scalars(select(Order)))
