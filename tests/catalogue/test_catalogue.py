"""Reading the catalogue: who is offered what, where, when, and at which number of statements."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from portal.catalogue import overview, service
from portal.catalogue.models import Course, Project, Specialty, TrainingClass
from portal.errors import Conflict, NotFound
from tests.catalogue.planting import statements

TODAY = date(2026, 11, 24)


def test_unknown_ids(session: Session) -> None:
    for read in (service.specialty, service.project):
        with pytest.raises(NotFound):
            read(session, 99)
    with pytest.raises(NotFound):
        service.open_project(session, 99, TODAY)


def test_the_open_project(session: Session) -> None:
    assert service.open_project(session, 1, TODAY).id == 1
    assert service.open_project(session, 1, date(2026, 11, 30)).id == 1
    with pytest.raises(Conflict, match="2026 年 11 月 30 日"):
        service.open_project(session, 1, date(2026, 12, 1))
    with pytest.raises(Conflict, match="2026 年 3 月 1 日"):
        service.open_project(session, 1, date(2026, 2, 28))
    with pytest.raises(Conflict, match="还没有开设项目"):
        service.open_project(session, 2, TODAY)


def test_a_new_year_beside_the_old_one(session: Session) -> None:
    days = {"opens_on": date(2026, 11, 1), "closes_on": date(2027, 11, 30)}
    session.add(Project(id=2, specialty_id=1, year=2027, title="2027 建筑工程", rule_set_id=1, **days))
    session.flush()
    assert service.open_project(session, 1, TODAY).id == 2
    assert service.open_project(session, 1, date(2026, 10, 1)).id == 1
    assert [one.project and one.project.id for one in overview.specialties(session.connection())] == [2, None]


def test_courses_of_a_project(session: Session) -> None:
    project = service.project(session, 1)
    with statements() as seen:
        offers = service.courses_of(session, project)
    assert len(seen) == 1
    # 5 is not published, 6 is of another year; 7 and 8 are public and offered to all
    assert [(one.course.id, one.compulsory) for one in offers] == [
        (3, True),
        (1, False),
        (2, False),
        (4, False),
        (8, True),
        (7, False),
    ]


def test_another_specialty_is_offered_the_public_ones_only(session: Session) -> None:
    other = Project(id=3, specialty_id=2, year=2026)
    assert [(one.course.id, one.compulsory) for one in service.courses_of(session, other)] == [(7, False), (8, False)]


@pytest.mark.parametrize(
    ("code", "asked", "given", "classes", "words"),
    [
        ("130208", "丰润区", "丰润区", [1, 2], "您的单位登记在丰润区"),
        ("130221", "丰润区", "丰润区", [1, 2], "丰润县，现为丰润区"),
        ("130273", "高新技术产业开发区", "唐山市", [3], "是开发区，没有单独开班，学员进入唐山市的班级"),
        ("130207", "丰南区", "唐山市", [3], "丰南区没有开设本项目的班级，学员进入唐山市的班级"),
        ("130200", "唐山市", "唐山市", [3], "登记在唐山市"),
        ("110000", "北京市", None, [], "还没有为北京市的单位开设班级"),
    ],
)
def test_class_by_the_employers_county(
    session: Session, code: str, asked: str, given: str | None, classes: list[int], words: str
) -> None:
    project = service.project(session, 1)
    with statements() as seen:
        found = service.class_for(session, project, code, TODAY)
    assert found.asked.name == asked
    assert (found.given.name if found.given else None) == given
    assert [one.id for one in found.classes] == classes
    assert words in str(found.reason)
    assert len(seen) <= 4


def test_class_of_an_unknown_division(session: Session) -> None:
    with pytest.raises(NotFound):
        service.class_for(session, service.project(session, 1), "999999", TODAY)


def test_a_foreign_class_is_none_of_the_choice(session: Session) -> None:
    found = service.class_for(session, service.project(session, 1), "130208", TODAY)
    assert found.get(3) is None
    assert found.get(None) is None
    second = found.get(2)
    assert second is not None
    assert service.free_seats(second) == 37


def test_free_seats_are_never_negative() -> None:
    assert service.free_seats(TrainingClass(seats=2, taken=3)) == 0
    assert service.free_seats(TrainingClass(seats=None, taken=3)) is None


def test_rows_name_themselves() -> None:
    assert str(Specialty(name="护理")) == "护理"
    assert str(Course(title="课程")) == "课程"
