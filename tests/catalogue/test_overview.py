"""Lists of specialties: what they say, and at which number of statements."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue import choice, overview, service
from portal.catalogue.models import Category, Course, TrainingClass
from portal.catalogue.overview import Newest
from portal.errors import NotFound
from portal.rules.models import RuleSet
from portal.rules.rules import MAJOR
from tests.catalogue.planting import statements


def test_categories_count_their_specialties_and_empty_ones_are_not_shown(session: Session) -> None:
    with statements() as seen:
        found = overview.categories()
    assert [(group.name, group.specialties) for group in found] == [("工程技术", 1), ("卫生健康", 1)]
    assert len([one for one in seen if "category" in one]) == 1


def test_categories_are_kept_until_one_is_written(session: Session) -> None:
    overview.categories()
    with statements() as seen:
        overview.categories()
    assert not any("category" in one for one in seen)
    with db.write() as writing:
        writing.execute(update(Category).where(Category.id == 1).values(name="改了名"))
    assert "改了名" in [group.name for group in overview.categories()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["建筑工程", "护理"]),
        ("施工", ["建筑工程"]),
        ("卫生 护", ["护理"]),
        ("施工 护理", []),
        ("100%", ["护理"]),
        ("%", ["护理"]),
        ("_", []),
    ],
)
def test_search(session: Session, words: str, found: list[str]) -> None:
    assert [one.name for one in overview.specialties(session.connection(), words=words)] == found


def test_specialties_of_a_category(session: Session) -> None:
    assert [one.name for one in overview.specialties(session.connection(), 2)] == ["护理"]
    assert overview.specialties(session.connection(), 99) == []


def test_an_unknown_specialty(session: Session) -> None:
    with pytest.raises(NotFound):
        overview.specialty(session.connection(), 99)


def _newest(session: Session) -> Newest:
    found = overview.specialty(session.connection(), 1).project
    assert found is not None
    return found


def test_what_a_project_offers_and_its_room_in_two_statements(session: Session) -> None:
    overview.specialty(session.connection(), 1)  # its rules are known from here on
    with statements() as seen:
        found = _newest(session)
    # 5 is not published, 6 is of another year, 7 and 8 are public
    assert (found.courses, found.classes, found.free, found.study_until) == (4, 3, 46, date(2026, 12, 31))
    assert len(seen) == 2


def test_what_it_costs_is_what_the_choice_of_its_courses_says(session: Session) -> None:
    with db.write() as writing:
        writing.execute(update(RuleSet).values(data={"project_hours": {MAJOR: 2500}}))
    project, found = service.project(session, 1), _newest(session)
    majors = [offer for offer in service.courses_of(session, project) if offer.course.kind == MAJOR]
    more = choice.fill(majors, (), found.rules)
    assert more is not None
    cheapest = [*more.offers, *(offer for offer in majors if offer.compulsory)]
    assert (found.cheapest, found.dearest) == (choice.price(cheapest, found.rules), choice.price(majors, found.rules))
    assert found.cheapest < found.dearest
    with db.write() as writing:
        writing.execute(update(Course).where(Course.id == 3).values(price=Course.price + 700))
    with db.read() as later:
        assert _newest(later).cheapest == found.cheapest + 700  # the compulsory one


def test_one_unlimited_class_makes_room_unlimited(session: Session) -> None:
    session.get_one(TrainingClass, 3).seats = None
    session.flush()
    assert _newest(session).free is None


def test_a_specialty_without_a_project(session: Session) -> None:
    assert overview.specialty(session.connection(), 2).project is None
