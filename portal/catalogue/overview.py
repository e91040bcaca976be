"""Lists of specialties: what each offers in its newest project, what that costs, and whether there is room.

Plain rows by statements that are built once: a list is drawn again after every write to the catalogue. Nothing here
writes. Hours in hundredths, money in fen.
"""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.engine import Connection

from portal import db, versions
from portal.catalogue import choice
from portal.catalogue.models import Category, Course, Project, Specialty, SpecialtyCourse, TrainingClass
from portal.errors import NotFound
from portal.rules import kept as rules
from portal.rules.rules import MAJOR, Rules

# Tables, not models: a model would be looked up for each row that is read.
_CATEGORY, _SPECIALTY, _PROJECT = (model.__table__.c for model in (Category, Specialty, Project))
_CLASS, _COURSE, _OFFER = (model.__table__.c for model in (TrainingClass, Course, SpecialtyCourse))


GROUPS = ("category", "specialty")  # tables of what `categories` says


class Group(NamedTuple):
    """A training category and the number of its specialties."""

    id: int
    name: str
    specialties: int


class Newest(NamedTuple):
    """The project of a specialty's latest year, open or not.

    `cheapest` is the cheapest sufficient choice of its professional courses, `dearest` all of them. `free` is None
    when one of its classes is unlimited or there is none.
    """

    id: int
    year: int
    opens_on: date
    closes_on: date
    rules: Rules
    courses: int
    hours: int
    cheapest: int
    dearest: int
    classes: int
    free: int | None
    study_until: date | None


class Listed(NamedTuple):
    """A specialty as a list shows it."""

    id: int
    name: str
    summary: str
    category_id: int
    category: str
    project: Newest | None


_GROUPS = (
    select(_CATEGORY.id, _CATEGORY.name, func.count())
    .join(Specialty.__table__, _SPECIALTY.category_id == _CATEGORY.id)
    .group_by(_CATEGORY.id)
    .order_by(_CATEGORY.weight, _CATEGORY.id)
)


def _newest() -> Any:
    """The latest year in which a specialty has a project."""
    other = Project.__table__.alias()
    return select(func.max(other.c.year)).where(other.c.specialty_id == _SPECIALTY.id).scalar_subquery()


_SPECIALTIES = (
    select(
        _SPECIALTY.id,
        _SPECIALTY.name,
        _SPECIALTY.summary,
        _SPECIALTY.category_id,
        _CATEGORY.name.label("category"),
        _PROJECT.id.label("project_id"),
        _PROJECT.year,
        _PROJECT.opens_on,
        _PROJECT.closes_on,
        _PROJECT.rule_set_id,
        func.count(_CLASS.id).label("classes"),
        func.count(_CLASS.seats).label("limited"),
        func.sum(_CLASS.seats - _CLASS.taken).label("free"),
        func.max(_CLASS.study_until).label("study_until"),
    )
    .join(Category.__table__, _CATEGORY.id == _SPECIALTY.category_id)
    .outerjoin(Project.__table__, and_(_PROJECT.specialty_id == _SPECIALTY.id, _PROJECT.year == _newest()))
    .outerjoin(TrainingClass.__table__, _CLASS.project_id == _PROJECT.id)
    .group_by(_CATEGORY.id, _SPECIALTY.id, _PROJECT.id)
    .order_by(_CATEGORY.weight, _CATEGORY.id, _SPECIALTY.weight, _SPECIALTY.id)
)
_OF_CATEGORY = _SPECIALTIES.where(_SPECIALTY.category_id == bindparam("category_id"))
_OF_ONE = _SPECIALTIES.where(_SPECIALTY.id == bindparam("specialty_id"))
_OFFERS = (
    select(_PROJECT.id, _COURSE.hours, _COURSE.price, _OFFER.compulsory)
    .join(SpecialtyCourse.__table__, _OFFER.specialty_id == _PROJECT.specialty_id)
    .join(Course.__table__, _COURSE.id == _OFFER.course_id)
    .where(_COURSE.year + 0 == _PROJECT.year)  # a sum: nothing is looked up in the index of a year, which is the shelf
    .where(_PROJECT.id.in_(bindparam("project_ids", expanding=True)), _COURSE.published, _COURSE.kind == MAJOR)
)


def categories() -> list[Group]:
    """Categories with a specialty, in their order; kept until one of either is written."""
    return versions.kept("training categories", GROUPS, _categories)


def _categories() -> list[Group]:
    with db.alone() as connection:
        return [Group._make(row) for row in connection.execute(_GROUPS).all()]


def specialties(connection: Connection, category_id: int | None = None, words: str = "") -> list[Listed]:
    """Specialties of a category, or of all, that contain every given word. Two statements."""
    query, asked = (_SPECIALTIES, {}) if category_id is None else (_OF_CATEGORY, {"category_id": category_id})
    for word in words.split():
        fields = (_SPECIALTY.name, _SPECIALTY.summary, _CATEGORY.name)
        query = query.where(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    return _listed(connection, query, asked)


def specialty(connection: Connection, specialty_id: int) -> Listed:
    """One of them. Two statements. :raises NotFound: no such specialty."""
    found = _listed(connection, _OF_ONE, {"specialty_id": specialty_id})
    if not found:
        raise NotFound(f"specialty {specialty_id}")
    return found[0]


def _listed(connection: Connection, query: Select[*tuple[Any, ...]], asked: dict[str, int]) -> list[Listed]:
    rows = connection.execute(query, asked).all()
    offers = _offers(connection, [row.project_id for row in rows if row.project_id])
    return [Listed._make((*row[:5], _project(connection, row, offers))) for row in rows]


def _offers(connection: Connection, project_ids: list[int]) -> dict[int, list[choice.Weighed]]:
    """The professional courses of projects. One statement."""
    offers: dict[int, list[choice.Weighed]] = {project_id: [] for project_id in project_ids}
    for project_id, *course in connection.execute(_OFFERS, {"project_ids": project_ids}).all() if project_ids else ():
        offers[project_id].append(choice.Weighed._make(course))
    return offers


def _project(
    connection: Connection, row: Row[*tuple[Any, ...]], offers: dict[int, list[choice.Weighed]]
) -> Newest | None:
    if row.project_id is None:
        return None
    courses, said = offers[row.project_id], rules.of_set(connection, row.rule_set_id)
    cheapest, dearest = choice.span(courses, said)
    return Newest(
        id=row.project_id,
        year=row.year,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        rules=said,
        courses=len(courses),
        hours=sum(course.hours for course in courses),
        cheapest=cheapest,
        dearest=dearest,
        classes=row.classes,
        free=row.free if row.limited == row.classes else None,
        study_until=row.study_until,
    )
