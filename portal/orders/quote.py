"""What a proposal costs and contains, read from the catalogue at this moment. Amounts in fen, hours in hundredths."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import Course
from portal.errors import NotFound
from portal.types import OrderProposal, Pick, ProposedLine


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
    """A proposed line with its courses and price."""

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

    @property
    def total(self) -> int:
        return sum(line.price for line in self.lines)


def quote(session: Session, proposal: OrderProposal) -> Quote:
    """Prices a proposal. :raises NotFound: a course does not exist or is not published."""
    wanted = {pick.course_id for line in proposal.lines for pick in line.picks}
    rows = session.scalars(select(Course).where(Course.id.in_(wanted), Course.published))
    courses = {course.id: course for course in rows}
    if missing := wanted - courses.keys():
        raise NotFound(f"course {min(missing)}")
    return Quote(
        tuple(
            QuotedLine(line, tuple(_freeze(courses[pick.course_id], pick) for pick in line.picks))
            for line in proposal.lines
        )
    )


def _freeze(course: Course, pick: Pick) -> QuotedCourse:
    return QuotedCourse(
        course.id,
        course.title,
        course.kind,
        course.year,
        course.hours,
        course.price,
        pick.compulsory,
        pick.needs_test,
    )
