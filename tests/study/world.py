"""Rows a study test needs: one learner, a course with lessons, an open plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from portal.catalogue.models import Course, Lesson
from portal.divisions.models import Division
from portal.people.models import Account, Employment, Learner
from portal.rules.models import RuleSet
from portal.rules.rules import Rules
from portal.study.plans import PlanSpec, SpecCourse

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


def make_learner(session: Session, name: str = "周晓岚") -> Learner:
    n = next(_numbers)
    if session.get(Division, "130208") is None:
        session.add(Division(code="130208", name="丰润区", level="county", parent_code=None))
        session.flush()
    account = Account(
        first_name=name, last_name="", username=f"u{n}", email=None, active=True, password="x", kind="learner"
    )
    session.add(account)
    session.flush()
    learner = Learner(
        account_id=account.id,
        name=name,
        id_kind="resident_id",
        id_number=f"n{n}",
        id_index=f"index-{n}",
        division_code="130208",
    )
    session.add(learner)
    session.flush()
    employment = Employment(
        learner_id=learner.id,
        employer_name="丰润区第一中学",
        division_code="130208",
        valid_from=START - timedelta(days=9),
    )
    session.add(employment)
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


def spec_of(learner_id: int, rule_set_id: int, courses: list[Course], **over: object) -> PlanSpec:
    values: dict[str, object] = {
        "learner_id": learner_id,
        "mode": "enrollment",
        "title": "2026 年度继续教育·建筑工程",
        "year": 2026,
        "rule_set_id": rule_set_id,
        "award": "certificate",
        "study_until": date(2026, 12, 31),
        "courses": tuple(
            SpecCourse(course.id, course.title, course.kind, course.year, course.hours, False, False)
            for course in courses
        ),
    }
    return PlanSpec(**{**values, **over})  # type: ignore[arg-type]
