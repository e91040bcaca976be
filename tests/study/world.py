"""Rows a study test needs: one learner, a course with lessons, an open plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import db, testing
from portal.catalogue.models import Course, Lesson
from portal.errors import NotFound
from portal.people.models import Employment, Learner
from portal.rules.models import RuleSet
from portal.rules.rules import Rules
from portal.study import records, service
from portal.study.specs import PlanSpec, SpecCourse
from portal.study.standing import Standing

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass
class World:
    """Ids of what the maker built."""

    learner_id: int
    account_id: int
    plan_id: int
    rule_set_id: int
    course_ids: list[int]


def tell(learner_id: int, token: str, said: service.Report, now: datetime) -> Standing:
    """A report as the player's page sends it: by itself if it can be, else under the lock."""
    with db.alone(write=True) as connection:
        playing = records.by_token(connection, learner_id, token)
        if playing is None:
            raise NotFound("study session")
        stand = service.beat(connection, playing, said, now)
    if stand is None:
        with db.write() as session:
            stand = service.report(session, learner_id, token, said, now)
    return stand


def make_learner(session: Session, name: str = "周晓岚") -> Learner:
    """A learner who has worked at her employer since before START."""
    learner = testing.make_learner(session, name)
    for employment in session.scalars(select(Employment).where(Employment.learner_id == learner.id)):
        employment.valid_from = START - timedelta(days=9)
    return learner


def make_course(
    session: Session, lessons: tuple[tuple[str, int], ...] = (("video", 120),), *, kind: str = "major"
) -> Course:
    n = next(_numbers)
    course = Course(code=f"C{n}", title=f"课程 {n}", kind=kind, year=2026, hours=800, price=0)
    for position, (lesson_kind, seconds) in enumerate(lessons, start=1):
        course.lessons.append(
            Lesson(
                position=position,
                title=f"第 {position} 讲",
                kind=lesson_kind,
                seconds=seconds,
                storage_key=f"videos/{n}-{position}.mp4" if lesson_kind == "video" else None,
                body="第一段。\n\n第二段。" if lesson_kind == "article" else "",
            )
        )
    session.add(course)
    session.flush()
    return course


def make_rules(session: Session) -> RuleSet:
    rules = RuleSet(year=2026, version=next(_numbers), title="规则", data=Rules().model_dump(), effective_at=START)
    session.add(rules)
    session.flush()
    return rules


def spec_of(
    learner_id: int, rule_set_id: int, courses: list[Course], *, needs_test: bool = False, **over: object
) -> PlanSpec:
    values: dict[str, object] = {
        "learner_id": learner_id,
        "mode": "enrollment",
        "title": "2026 年度继续教育·建筑工程",
        "year": 2026,
        "rule_set_id": rule_set_id,
        "award": "certificate",
        "study_until": date(2026, 12, 31),
        "courses": tuple(
            SpecCourse(course.id, course.title, course.kind, course.year, course.hours, needs_test, needs_test)
            for course in courses
        ),
    }
    return PlanSpec(**{**values, **over})  # type: ignore[arg-type]
