"""The shelf of single courses: what is offered, found by words, kind, category and year. Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from portal.kit import MAJOR, PUBLIC, Category, Course, Lesson, NotFound, Specialty, SpecialtyCourse

PAGE = 20
KINDS = (MAJOR, PUBLIC)


@dataclass(frozen=True)
class Wish:
    """What somebody looks for. Empty fields ask for nothing; `page` counts from 1."""

    words: str = ""
    kind: str = ""
    category_id: int = 0
    year: int = 0
    page: int = 1


@dataclass(frozen=True)
class Found:
    """One page of courses with their lessons, which of them are tested, and how many there are altogether."""

    courses: Sequence[Course]
    total: int
    page: int
    tested: frozenset[int] = frozenset()

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def find(session: Session, wish: Wish) -> Found:
    """The courses that fit a wish, newest year first, free ones among them. Three statements."""
    query = _fitting(wish)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = min(max(1, wish.page), max(1, -(-total // PAGE)))
    query = query.order_by(Course.year.desc(), Course.kind, Course.weight, Course.id)
    query = query.options(selectinload(Course.lessons)).limit(PAGE).offset((page - 1) * PAGE)
    rows = session.execute(query.add_columns(_tested())).all()
    return Found([row[0] for row in rows], total, page, frozenset(row[0].id for row in rows if row[1]))


def _tested() -> ColumnElement[bool]:
    """Whether a course is compulsory anywhere."""
    return exists().where(SpecialtyCourse.course_id == Course.id, SpecialtyCourse.compulsory)


def _fitting(wish: Wish) -> Select[tuple[Course]]:
    query = select(Course).where(Course.published)
    for word in wish.words.split():
        fields = (Course.title, Course.teacher, Course.summary)
        query = query.where(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    if wish.kind in KINDS:
        query = query.where(Course.kind == wish.kind)
    if wish.year:
        query = query.where(Course.year == wish.year)
    if wish.category_id:
        offered = exists().where(
            SpecialtyCourse.course_id == Course.id,
            SpecialtyCourse.specialty_id == Specialty.id,
            Specialty.category_id == wish.category_id,
        )
        query = query.where(or_(Course.kind == PUBLIC, offered))
    return query


def course(session: Session, course_id: int) -> Course:
    """A course that is offered. :raises NotFound: unknown or withdrawn."""
    found = session.get(Course, course_id, options=[selectinload(Course.lessons)])
    if found is None or not found.published:
        raise NotFound(f"course {course_id}")
    return found


def preview(session: Session, course_id: int, lesson_id: int) -> Lesson:
    """A lesson that everybody may see. :raises NotFound: it is not one, whatever else it is."""
    found = next((one for one in course(session, course_id).lessons if one.id == lesson_id and one.preview), None)
    if found is None:
        raise NotFound(f"preview {lesson_id}")
    return found


def offered(session: Session, course_ids: Collection[int]) -> list[Course]:
    """Those of some courses that are offered, in the order given."""
    query = select(Course).where(Course.id.in_(course_ids), Course.published)
    found = {one.id: one for one in session.scalars(query)}
    return [found[course_id] for course_id in course_ids if course_id in found]


def title(session: Session, course_id: int) -> str:
    """What a course is called, offered or not."""
    return session.scalar(select(Course.title).where(Course.id == course_id)) or ""


def tested(session: Session, course_ids: Collection[int]) -> set[int]:
    """Those of some courses whose 考核测试 must be passed: what is compulsory anywhere is tested everywhere."""
    query = select(SpecialtyCourse.course_id).where(
        SpecialtyCourse.course_id.in_(course_ids), SpecialtyCourse.compulsory
    )
    return set(session.scalars(query))


def categories(session: Session) -> Sequence[Category]:
    """All categories, to filter by."""
    return session.scalars(select(Category).order_by(Category.weight, Category.id)).all()


def years(session: Session) -> Sequence[int]:
    """Years that have courses, newest first."""
    return session.scalars(select(Course.year).where(Course.published).distinct().order_by(Course.year.desc())).all()
