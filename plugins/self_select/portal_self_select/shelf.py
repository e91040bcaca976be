"""The shelf of single courses: what is offered, found by words, kind, category and year. Nothing here writes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, union_all
from sqlalchemy.orm import Session, selectinload

from portal.kit import (
    MAJOR,
    PUBLIC,
    Category,
    Course,
    Lesson,
    NotFound,
    Specialty,
    SpecialtyCourse,
    clock,
    course_search,
    year_rules,
)

PAGE = 20
MOST = 1000  # courses that are counted and paged through; whoever wants others says more
KINDS = (MAJOR, PUBLIC)
WITHIN_YEAR = (Course.kind, Course.weight, Course.id)


@dataclass(frozen=True)
class Wish:
    """What somebody looks for. Empty fields ask for nothing; `page` counts from 1."""

    words: str = ""
    kind: str = ""
    category_id: int = 0
    year: int = 0
    page: int = 1


@dataclass(frozen=True)
class Shelved:
    """A course in the list: how many lessons it has, the first that everybody may see, and whether it has a test."""

    course: Course
    lessons: int
    preview: int | None
    tested: bool


@dataclass(frozen=True)
class Found:
    """One page of courses, and how many there are altogether."""

    rows: Sequence[Shelved]
    total: int
    page: int
    more: bool = False  # there are more than MOST

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def find(session: Session, wish: Wish, years: Sequence[int]) -> Found:
    """The courses that fit a wish, newest year first, free ones among them. Two statements.

    :param years: what `years` says
    """
    ids = session.scalars(_first(wish, [wish.year] if wish.year else years)).all()
    total = min(len(ids), MOST)
    page = min(max(1, wish.page), max(1, -(-total // PAGE)))
    shown = ids[(page - 1) * PAGE : min(page * PAGE, MOST)]
    return Found(_shelved(session, shown), total, page, len(ids) > MOST)


def _shelved(session: Session, ids: Sequence[int]) -> list[Shelved]:
    """The rows of these courses, in this order."""
    of_course = Lesson.course_id == Course.id
    lessons = select(func.count()).select_from(Lesson).where(of_course).scalar_subquery()
    open_ones = select(Lesson.id).where(of_course, Lesson.preview).order_by(Lesson.position)
    query = select(Course, lessons, open_ones.limit(1).scalar_subquery(), _compulsory()).where(Course.id.in_(ids))
    found = session.execute(query).all()
    tested = _tested((course, compulsory) for course, _, _, compulsory in found)
    rows = {course.id: Shelved(course, held, first, course.id in tested) for course, held, first, _ in found}
    return [rows[course_id] for course_id in ids if course_id in rows]


def _first(wish: Wish, years: Sequence[int]) -> Select[int]:
    """Ids of the courses that fit, no more than MOST and one.

    Each year gives its own first ones, which stand in the index in this order: a page is as cheap with a hundred
    thousand courses as with a thousand.
    """
    fitting = _fitting(wish).with_only_columns(Course.id, Course.year, *WITHIN_YEAR[:-1])
    ordered = fitting.order_by(*WITHIN_YEAR).limit(MOST + 1)
    each = [select(ordered.where(_of_year(wish, year)).subquery()) for year in years]
    found = union_all(*each).subquery() if each else fitting.where(false()).subquery()
    order = (found.c.year.desc(), *(found.c[column.key] for column in WITHIN_YEAR))
    return select(found.c.id).order_by(*order).limit(MOST + 1)


def _compulsory() -> ColumnElement[bool]:
    """Whether a course is compulsory anywhere."""
    return exists().where(SpecialtyCourse.course_id == Course.id, SpecialtyCourse.compulsory)


def _fitting(wish: Wish) -> Select[Course]:
    query = select(Course).where(Course.published)
    if wish.kind in KINDS:
        query = query.where(Course.kind == wish.kind)
    if wish.category_id:
        offered = exists().where(
            SpecialtyCourse.course_id == Course.id,
            SpecialtyCourse.specialty_id == Specialty.id,
            Specialty.category_id == wish.category_id,
        )
        query = query.where(or_(Course.kind == PUBLIC, offered))
    return query


def _of_year(wish: Wish, year: int) -> ColumnElement[bool]:
    """What is looked for in one year: all of it, or what has the words."""
    kinds = [wish.kind] if wish.kind in KINDS else KINDS
    words = wish.words.split()
    return course_search.found(words, year, kinds) if words else Course.year == year


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


def of(session: Session, course_ids: Collection[int]) -> Sequence[Course]:
    """Some courses, offered or not."""
    return session.scalars(select(Course).where(Course.id.in_(course_ids))).all()


def title(session: Session, course_id: int) -> str:
    """What a course is called, offered or not."""
    return session.scalar(select(Course.title).where(Course.id == course_id)) or ""


def tested(session: Session, courses: Sequence[Course]) -> frozenset[int]:
    """Those of some courses whose 考核测试 must be passed."""
    musts = compulsory(session, [one.id for one in courses])
    return _tested((one, one.id in musts) for one in courses)


def _tested(courses: Iterable[tuple[Course, bool]]) -> frozenset[int]:
    """Courses, compulsory or not, that the rules of their year want tested."""
    now = clock.now()
    return frozenset(one.id for one, must in courses if year_rules(one.year, now).needs_test(one.kind, must))


def compulsory(session: Session, course_ids: Collection[int]) -> set[int]:
    """Those of some courses that are compulsory in any specialty."""
    query = select(SpecialtyCourse.course_id).where(
        SpecialtyCourse.course_id.in_(course_ids), SpecialtyCourse.compulsory
    )
    return set(session.scalars(query))


def categories(session: Session) -> Sequence[Category]:
    """Categories with something in them, to filter by."""
    query = select(Category).where(Category.specialties.any()).order_by(Category.weight, Category.id)
    return session.scalars(query).all()


def years(session: Session) -> Sequence[int]:
    """Years that have courses, newest first: from each the step to the one before it, not a look at every course."""
    found = select(func.max(Course.year).label("year")).where(Course.published).cte("found", recursive=True)
    before = select(func.max(Course.year)).where(Course.published, Course.year < found.c.year).scalar_subquery()
    found = found.union_all(select(before).where(found.c.year.is_not(None)))
    return session.scalars(select(found.c.year).where(found.c.year.is_not(None))).all()
