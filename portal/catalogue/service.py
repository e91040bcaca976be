"""Reading the catalogue: what is offered, by which project, in which class. Nothing here writes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.catalogue import search  # noqa: F401 - keeps its index in step with courses, whoever writes them
from portal.catalogue.choice import Offer
from portal.catalogue.models import Course, Project, Specialty, SpecialtyCourse, TrainingClass
from portal.catalogue.overview import Newest
from portal.clock import lazily_spoken
from portal.divisions import service as divisions
from portal.divisions.models import Division
from portal.errors import Conflict, NotFound
from portal.rules.rules import MAJOR, PUBLIC

FEW = 20  # seats from which on lists say how many are left


@dataclass(frozen=True)
class ClassChoice:
    """The classes somebody may join, where they are, and the sentence that says why these.

    `classes` is empty when neither the division nor anything above it has a class; `given` is None then.
    """

    classes: tuple[TrainingClass, ...]
    asked: Division
    given: Division | None
    reason: object

    def get(self, class_id: int | None) -> TrainingClass | None:
        """The class of that id, if it is one of these."""
        return next((found for found in self.classes if found.id == class_id), None)


def specialty(session: Session, specialty_id: int) -> Specialty:
    """:raises NotFound: no such specialty."""
    found = session.get(Specialty, specialty_id)
    if found is None:
        raise NotFound(f"specialty {specialty_id}")
    return found


def project(session: Session, project_id: int) -> Project:
    """A project with its specialty and rule set, open or not. :raises NotFound: no such project."""
    options = (joinedload(Project.specialty).joinedload(Specialty.category), joinedload(Project.rule_set))
    found = session.get(Project, project_id, options=options)
    if found is None:
        raise NotFound(f"project {project_id}")
    return found


def open_project(session: Session, specialty_id: int, today: date) -> Project:
    """The specialty's project that takes enrolments today, of the latest year if there are several.

    :raises NotFound: no such specialty.
    :raises Conflict: none is open; the sentence says since or until when.
    """
    query = (
        select(Project)
        .where(Project.specialty_id == specialty_id)
        .options(joinedload(Project.specialty).joinedload(Specialty.category), joinedload(Project.rule_set))
        .order_by(Project.year.desc())
    )
    projects = list(session.scalars(query))
    for found in projects:
        if is_open(found, today):
            return found
    if not projects:
        specialty(session, specialty_id)
        raise Conflict(_l("This specialty has no project yet."))
    raise Conflict(closed_reason(projects[0], today))


def is_open(project: Project | Newest, today: date) -> bool:
    """Whether a project takes enrolments on a day; both of its dates are included."""
    return project.opens_on <= today <= project.closes_on


def closed_reason(project: Project, today: date) -> object:
    """The sentence that says why a project takes no enrolments."""
    if today < project.opens_on:
        return _l(
            "%(project)s opens for enrolment on %(day)s.", project=project.title, day=lazily_spoken(project.opens_on)
        )
    return _l("Enrolment in %(project)s ended on %(day)s.", project=project.title, day=lazily_spoken(project.closes_on))


def courses_of(session: Session, project: Project) -> list[Offer]:
    """What a project offers: its specialty's courses and all public ones of its year. One statement.

    Professional before public, compulsory first.
    """
    own = and_(SpecialtyCourse.course_id == Course.id, SpecialtyCourse.specialty_id == project.specialty_id)
    query = (
        select(Course, SpecialtyCourse.compulsory)
        .outerjoin(SpecialtyCourse, own)
        .where(Course.year == project.year, Course.published)
        .where(or_(SpecialtyCourse.id.is_not(None), Course.kind == PUBLIC))
    )
    offers = [Offer(course, bool(compulsory)) for course, compulsory in session.execute(query)]
    return sorted(offers, key=_as_offered)


CLOSING_MOST = 40  # courses of a kind that are weighed against each other


def closing_offers(
    session: Session, year: int, kinds: Iterable[str], without: Collection[int], project_ids: Collection[int] = ()
) -> list[Offer]:
    """Single courses that may close the gap of a year, in the order of the shelf. One statement per kind.

    :param project_ids: what somebody is enrolled in: professional courses are then those of its specialties
    """
    query = select(Course).where(Course.year == year, Course.published, Course.id.not_in(without))
    shelf = query.order_by(Course.weight, Course.id).limit(CLOSING_MOST)
    mine = select(Project.specialty_id).where(Project.id.in_(project_ids))
    fitting = select(SpecialtyCourse.course_id).where(SpecialtyCourse.specialty_id.in_(mine))
    found: list[Offer] = []
    for kind in kinds:
        of_kind = shelf.where(Course.kind == kind)
        if kind == MAJOR and project_ids:
            of_kind = of_kind.where(Course.id.in_(fitting))
        found += [Offer(course) for course in session.scalars(of_kind)]
    return found


def class_for(session: Session, project: Project, division_code: str, on: date | None = None) -> ClassChoice:
    """The classes of the division where an employer is registered, else of the nearest division above it.

    Old codes follow their successor (on the given day, by default the project's first).
    Three statements, one more per successor.

    :raises NotFound: no such division.
    """
    former = divisions.get(session, division_code)
    asked = divisions.resolve(session, division_code, on or project.opens_on)
    path = divisions.ancestors(session, asked.code)
    query = (
        select(TrainingClass)
        .where(TrainingClass.project_id == project.id)
        .where(TrainingClass.division_code.in_([division.code for division in path]))
        .order_by(TrainingClass.id)
    )
    found = list(session.scalars(query))
    for given in path:
        if classes := tuple(one for one in found if one.division_code == given.code):
            return ClassChoice(classes, asked, given, _reason(former, asked, given))
    return ClassChoice((), asked, None, _l("There is no class for employers in %(place)s yet.", place=asked.name))


def free_seats(training_class: TrainingClass) -> int | None:
    """Seats left, None when unlimited."""
    return None if training_class.seats is None else max(0, training_class.seats - training_class.taken)


def _reason(former: Division, asked: Division, given: Division) -> object:
    if former.code != asked.code:
        return _l("Your employer is registered in %(old)s, now %(new)s.", old=former.name, new=asked.name)
    if asked.code == given.code:
        return _l("Your employer is registered in %(place)s.", place=asked.name)
    if asked.zone:
        return _l(
            "%(place)s is a development zone without classes of its own; its people join the classes of %(parent)s.",
            place=asked.name,
            parent=given.name,
        )
    return _l(
        "%(place)s has no class in this project; its people join the classes of %(parent)s.",
        place=asked.name,
        parent=given.name,
    )


def _as_offered(offer: Offer) -> tuple[bool, bool, int, int]:
    course = offer.course
    return course.kind == PUBLIC, not offer.compulsory, course.weight, course.id
