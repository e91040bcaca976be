"""Courses found by any part of their title or of a teacher's name, through an index of endings.

The index stands by year and kind, so that a shelf that shows years apart reads no more in a catalogue of a hundred
thousand courses than in one of a thousand. Chinese has no blanks between words: a part of two characters is a word.
"""

import unicodedata
from collections.abc import Iterable

from flask_appbuilder import Model
from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    delete,
    event,
    exists,
    insert,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from portal.catalogue.models import Course

LOOKED_AT = 5_000  # places where a word stands that are looked at, of a year and kind; whoever wants others says more
ENDING = 16  # characters that are indexed from each place on
_LAST = "\U0010ffff"


class CourseEnding(Model):
    """The title and the teacher of a course on offer, from each of their characters on. Kept in step below."""

    __tablename__ = "course_ending"
    __table_args__ = (
        Index("ix_course_ending_found", "year", "kind", "ending", "course_id"),
        Index("ix_course_ending_course_id", "course_id", "ending"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    # Compared byte by byte on both back ends, so that a beginning is a range.
    ending: Mapped[str] = mapped_column(String(ENDING).with_variant(String(ENDING, collation="C"), "postgresql"))


def found(words: Iterable[str], year: int, kinds: Iterable[str]) -> ColumnElement[bool]:
    """Courses of a year that have all these words: the longest is looked up, the others must stand there too.

    It stands for the year and the kinds as well; said once more, they would tempt a database to walk the whole shelf.
    """
    longest, *others = sorted((plain(word) for word in words), key=len, reverse=True)
    near = union_all(*(_places(longest, year, kind) for kind in kinds))
    return and_(Course.id.in_(near), *(_has(word) for word in others), *(_whole(word) for word in (longest, *others)))


def plain(text: str) -> str:
    """As it is kept: without the difference of capitals and of full width."""
    return unicodedata.normalize("NFKC", text).casefold()


def endings(course: Course) -> set[str]:
    """What is kept of a course."""
    texts = (plain(course.title), plain(course.teacher or ""))
    return {text[at : at + ENDING] for text in texts for at in range(len(text))}


def _places(word: str, year: int, kind: str) -> Select[int]:
    of_year = (CourseEnding.year == year, CourseEnding.kind == kind)
    some = select(CourseEnding.course_id).where(*of_year, *_begins(word)).limit(LOOKED_AT).subquery()
    return select(some.c.course_id)


def _has(word: str) -> ColumnElement[bool]:
    return exists().where(CourseEnding.course_id == Course.id, *_begins(word))


def _whole(word: str) -> ColumnElement[bool]:
    """What is longer than an ending stands there in one piece."""
    if len(word) <= ENDING:
        return and_(True)
    return or_(*(field.icontains(word, autoescape=True) for field in (Course.title, Course.teacher)))


def _begins(word: str) -> tuple[ColumnElement[bool], ...]:
    start = word[:ENDING]
    return CourseEnding.ending >= start, CourseEnding.ending < start + _LAST


@event.listens_for(Course, "after_insert")
@event.listens_for(Course, "after_update")
def _keep(_mapper: Mapper[Course], connection: Connection, course: Course) -> None:
    """Writes the endings anew, whoever writes the course: a screen, a service, a plugin."""
    connection.execute(delete(CourseEnding).where(CourseEnding.course_id == course.id))
    if course.published is False:
        return
    at = {"course_id": course.id, "year": course.year, "kind": course.kind}
    if rows := [at | {"ending": ending} for ending in sorted(endings(course))]:
        connection.execute(insert(CourseEnding), rows)
