"""How a lesson stands: what is credited, what is missing and why. Read-only."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.catalogue.models import Course, Lesson
from portal.errors import NotFound
from portal.study import crediting, intervals
from portal.study.crediting import Gap
from portal.study.intervals import Cover
from portal.study.models import Plan, PlanCourse, Progress, StudySession
from portal.study.records import Booked, Length, Player


@dataclass(frozen=True)
class Check:
    """在场确认 that is asked: what the answer must repeat, with the session's token, and until when study counts on."""

    token: str
    nonce: str
    until: datetime


@dataclass(frozen=True)
class Standing:
    """One lesson of one plan. `state` is the session's: open | newer | silent | left, "" without one.

    `anew`: something was booked or refused, so what a page says about the course is no longer true.
    """

    plan_course_id: int
    lesson_id: int
    needed: int
    credited: int
    cover: Cover
    gaps: list[Gap]
    complete: bool
    position: int
    state: str = ""
    check: Check | None = None
    anew: bool = False


def drawn(stand: Standing) -> Standing:
    """As pages draw it: a complete lesson is whole, though its last second may not have been playable."""
    whole = stand.complete and stand.needed
    return replace(stand, credited=stand.needed, cover=[(0, stand.needed)]) if whole else stand


def of_lesson(
    plan_course_id: int,
    lesson: Lesson | Length,
    progress: Progress | Booked | None,
    player: StudySession | Player | None = None,
) -> Standing:
    """Progress plus what an open session has not merged yet."""
    parts = [*(progress.intervals if progress else []), *(player.intervals if player else [])]
    refused = [*(progress.refused if progress else []), *(player.refused if player else [])]
    covered = intervals.clip(parts, lesson.seconds)
    complete = bool(progress and progress.complete_at) or crediting.is_complete(covered, lesson.seconds)
    return Standing(
        plan_course_id=plan_course_id,
        lesson_id=lesson.id,
        needed=lesson.seconds,
        credited=intervals.total(covered),
        cover=covered,
        gaps=[] if complete else crediting.explained(covered, refused, lesson.seconds),
        complete=complete,
        position=player.position if player else progress.position if progress else 0,
        state=(player.close_reason or "open") if player else "",
        check=check_of(player) if player else None,
    )


def check_of(player: StudySession | Player) -> Check | None:
    """What an open session asks, if it does."""
    if player.nonce is None or player.asked_at is None or player.closed_at is not None:
        return None
    return Check(player.token, player.nonce, player.asked_at + timedelta(seconds=player.check_within))


def own_course(session: Session, learner_id: int, plan_course_id: int) -> PlanCourse:
    """A course of this learner's plan with its lessons and progress. :raises NotFound: unknown or somebody else's."""
    query = (
        select(PlanCourse)
        .join(Plan)
        .where(PlanCourse.id == plan_course_id, Plan.learner_id == learner_id, Plan.state != "revoked")
        .options(
            joinedload(PlanCourse.plan),
            joinedload(PlanCourse.course).selectinload(Course.lessons),
            selectinload(PlanCourse.progress),
        )
    )
    found: PlanCourse | None = session.scalar(query)
    if found is None:
        raise NotFound(f"plan course {plan_course_id}")
    return found


def lesson_of(course: PlanCourse, lesson_id: int) -> Lesson:
    """:raises NotFound: the lesson is not of this course."""
    found = next((lesson for lesson in course.course.lessons if lesson.id == lesson_id), None)
    if found is None:
        raise NotFound(f"lesson {lesson_id}")
    return found


def of_course(session: Session, course: PlanCourse) -> list[Standing]:
    """Every lesson of a course loaded by `own_course`, in order."""
    player = session.scalar(
        select(StudySession).where(StudySession.plan_course_id == course.id, StudySession.closed_at.is_(None))
    )
    progress = {row.lesson_id: row for row in course.progress}
    return [
        of_lesson(
            course.id, lesson, progress.get(lesson.id), player if player and player.lesson_id == lesson.id else None
        )
        for lesson in course.course.lessons
    ]
