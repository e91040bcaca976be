"""A small catalogue: two specialties, eight courses, classes in a county and in the city."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import Category, Course, Project, Specialty, SpecialtyCourse, TrainingClass
from portal.divisions.models import Division
from portal.rules.models import RuleSet


def plant(session: Session) -> None:
    """Writes the small catalogue. Project 1: 建筑工程 2026; class 1 and 2 in 丰润区, 3 in the city."""
    for code, name, parent, zone, successor in (
        ("130000", "河北省", None, False, None),
        ("130200", "唐山市", "130000", False, None),
        ("130207", "丰南区", "130200", False, None),
        ("130208", "丰润区", "130200", False, None),
        ("130221", "丰润县", "130200", False, "130208"),
        ("130273", "高新技术产业开发区", "130200", True, None),
        ("110000", "北京市", None, False, None),
    ):
        level = "county" if parent == "130200" else "city" if parent else "province"
        session.add(Division(code=code, name=name, parent_code=parent, level=level, zone=zone))
        session.flush()
        session.get_one(Division, code).successor_code = successor
    effective = datetime(2026, 1, 1, tzinfo=UTC)
    session.add(RuleSet(id=1, year=2026, version=1, title="2026", data={}, effective_at=effective))
    session.add(Category(id=1, key="eng", name="工程技术", weight=1))
    session.add(Category(id=2, key="med", name="卫生健康", weight=2))
    session.add(Category(id=3, key="none", name="其他", weight=3))
    session.flush()
    session.add(Specialty(id=1, category_id=1, key="build", name="建筑工程", summary="结构、施工", weight=1))
    session.add(Specialty(id=2, category_id=2, key="nurse", name="护理", summary="临床 100%", weight=1))
    session.flush()
    days = {"opens_on": date(2026, 3, 1), "closes_on": date(2026, 11, 30)}
    session.add(Project(id=1, specialty_id=1, year=2026, title="2026 建筑工程", rule_set_id=1, **days))
    session.flush()
    for at in range(1, 9):
        kind = "public" if at >= 7 else "major"
        year = 2025 if at == 6 else 2026
        price = 0 if kind == "public" else at * 500
        session.add(Course(id=at, code=f"C{at}", title=f"课程{at}", kind=kind, year=year, hours=1250, price=price))
    session.flush()
    session.get_one(Course, 5).published = False
    for at in (1, 2, 3, 4, 5, 6):
        session.add(SpecialtyCourse(specialty_id=1, course_id=at, compulsory=at == 3))
    session.add(SpecialtyCourse(specialty_id=1, course_id=8, compulsory=True))
    until = date(2026, 12, 31)
    for division, name, seats, taken in (
        ("130208", "一班", 40, 40),
        ("130208", "二班", 40, 3),
        ("130200", "一班", 9, 0),
    ):
        row = TrainingClass(division_code=division, name=name, seats=seats, taken=taken, study_until=until)
        row.project_id = 1
        session.add(row)
        session.flush()


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collects the SQL statements that run inside the block."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
