"""What a proposal costs and contains, read from the catalogue at this moment. Amounts in fen, hours in hundredths."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.catalogue.models import Course
from portal.credits import service as credits_
from portal.errors import NotFound, Refused
from portal.orders.pricing import price_courses
from portal.rules import service
from portal.rules.models import RuleSet
from portal.rules.rules import Pricing, Rules
from portal.types import OrderProposal, Pick, Problem, ProposedLine


@dataclass(frozen=True)
class QuotedCourse:
    """A course as it would be frozen in an order."""

    course_id: int
    title: str
    kind: str
    year: int
    hours: int
    price: int
    compulsory: bool
    needs_test: bool


@dataclass(frozen=True)
class QuotedLine:
    """A proposed line with its courses; their prices add up to its own."""

    line: ProposedLine
    courses: tuple[QuotedCourse, ...]

    @property
    def price(self) -> int:
        return sum(course.price for course in self.courses)

    def hours(self, kind: str | None = None) -> int:
        """Hours of one kind, or of all."""
        return sum(course.hours for course in self.courses if kind in (None, course.kind))


@dataclass(frozen=True)
class Quote:
    """All lines of a proposal, priced."""

    lines: tuple[QuotedLine, ...]

    @cached_property
    def total(self) -> int:
        return sum(line.price for line in self.lines)


def quote(session: Session, proposal: OrderProposal, now: datetime | None = None) -> Quote:
    """Prices a proposal by its rule set. A course whose hours a learner has already costs nothing in their line.

    :param now: whose rules say which courses of other years than the rule set's need a test; this moment, if not said
    :raises NotFound: a course or the rule set does not exist.
    :raises Refused: a course is no longer offered; one problem each.
    """
    rules = session.get(RuleSet, proposal.rule_set_id)
    if rules is None:
        raise NotFound(f"rule set {proposal.rule_set_id}")
    courses = _offered(session, {pick.course_id for line in proposal.lines for pick in line.picks})
    counted = credits_.counted(session, (line.learner_id for line in proposal.lines), courses)
    pricing = rules.rules.pricing
    tested = _tested(session, courses.values(), rules, now or clock.now())

    @cache  # most lines have all this in common
    def price(picks: tuple[Pick, ...], had: frozenset[int], in_project: bool) -> tuple[QuotedCourse, ...]:
        return _price(picks, had, in_project, courses, pricing, tested)

    return Quote(
        tuple(
            QuotedLine(line, price(line.picks, _had(line, counted), line.project_id is not None))
            for line in proposal.lines
        )
    )


def _offered(session: Session, wanted: set[int]) -> dict[int, Course]:
    courses = {course.id: course for course in session.scalars(select(Course).where(Course.id.in_(wanted)))}
    if missing := wanted - courses.keys():
        raise NotFound(f"course {min(missing)}")
    gone = [
        Problem(_l("“%(title)s” is no longer offered. Choose another course.", title=course.title), "courses")
        for course in courses.values()
        if not course.published
    ]
    if gone:
        raise Refused(_l("The choice of courses has changed"), gone)
    return courses


def _had(line: ProposedLine, counted: Set[tuple[int, int]]) -> frozenset[int]:
    """Courses of a line whose hours its learner has already."""
    if not counted:
        return frozenset()
    return frozenset(pick.course_id for pick in line.picks if (line.learner_id, pick.course_id) in counted)


def _price(
    picks: tuple[Pick, ...],
    had: Set[int],
    in_project: bool,
    courses: Mapping[int, Course],
    pricing: Pricing,
    tested: Callable[[Course, bool], bool],
) -> tuple[QuotedCourse, ...]:
    charged = [courses[pick.course_id] for pick in picks if pick.course_id not in had]
    sums = price_courses(pricing, [(course.hours, course.price) for course in charged], in_project)
    prices = {course.id: price for course, price in zip(charged, sums, strict=True)}
    found = ((courses[pick.course_id], pick.compulsory) for pick in picks)
    return tuple(_freeze(one, prices.get(one.id, 0), must, tested(one, must)) for one, must in found)


def _tested(session: Session, courses: Iterable[Course], own: RuleSet, now: datetime) -> Callable[[Course, bool], bool]:
    """Whether a course, compulsory or not, needs a test: the rules of its year say so, with none the state's."""
    said = {own.year: own.rules}
    if others := {course.year for course in courses} - said.keys():
        said |= {year: found.rules for year, found in service.of_years(session, others, now).items()}
    return lambda course, must: said.get(course.year, Rules()).needs_test(course.kind, must)


def _freeze(course: Course, price: int, compulsory: bool, needs_test: bool) -> QuotedCourse:
    return QuotedCourse(
        course.id,
        course.title,
        course.kind,
        course.year,
        course.hours,
        price,
        compulsory,
        needs_test,
    )
