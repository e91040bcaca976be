"""From lessons to hours: course studied, course complete, plan complete. Every step happens once."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import events
from portal.catalogue.models import Lesson
from portal.credits import service as credits_
from portal.messages import service as messages
from portal.people.models import Learner
from portal.study.models import Plan, PlanCourse, Progress
from portal.types import PlanCompleted


def lesson_done(session: Session, course: PlanCourse, now: datetime) -> None:
    """A lesson of this course is complete: are all? Lessons of no seconds are optional reading."""
    if course.state != "open" or course.plan.state != "open":
        return
    session.flush()
    done = select(Progress.lesson_id).where(Progress.plan_course_id == course.id, Progress.complete_at.is_not(None))
    missing = session.scalar(
        select(func.count())
        .select_from(Lesson)
        .where(Lesson.course_id == course.course_id, Lesson.seconds > 0, Lesson.id.not_in(done))
    )
    if missing:
        return
    course.state, course.studied_at = "studied", now
    if not course.needs_test:
        complete_course(session, course, now)


def pass_test(session: Session, plan_course_id: int, now: datetime) -> None:
    """The 考核测试 of a studied course is passed: the course counts. Twice is once; an unstudied course stays open,
    and nothing is earned in a plan that was revoked while the test ran."""
    course = session.get_one(PlanCourse, plan_course_id)
    if course.state == "studied" and course.needs_test and course.plan.state == "open":
        complete_course(session, course, now)


def allow_attempt(session: Session, plan_course_id: int) -> PlanCourse:
    """One more attempt at the 考核测试 of a course; whether it is due, the room of tests decides."""
    course = session.get_one(PlanCourse, plan_course_id)
    course.extra_attempts += 1
    session.flush()
    return course


def complete_course(session: Session, course: PlanCourse, now: datetime) -> None:
    """Books the hours, once, and marks the course complete in every open plan of this learner that holds it."""
    plan = course.plan
    credits_.earn(
        session,
        learner_id=plan.learner_id,
        year=course.year,
        kind=course.kind,
        hours=course.hours,
        title=course.title,
        source="plan",
        employer_name=credits_.employer_at(session, plan.learner_id, now),
        now=now,
        course_id=course.course_id,
        plan_id=plan.id,
    )
    same = (
        select(PlanCourse)
        .join(Plan)
        .where(
            Plan.learner_id == plan.learner_id,
            Plan.state == "open",
            PlanCourse.course_id == course.course_id,
            PlanCourse.year == course.year,
            PlanCourse.state != "complete",
        )
    )
    for row in session.scalars(same).all():
        row.state, row.studied_at, row.completed_at = "complete", row.studied_at or now, now
        complete_plan(session, row.plan, now)


def complete_plan(session: Session, plan: Plan, now: datetime) -> None:
    """A plan whose courses are all complete is complete: told once to the plugins and to the learner."""
    if plan.state != "open" or not plan.courses or any(course.state != "complete" for course in plan.courses):
        return
    plan.state, plan.completed_at = "complete", now
    session.flush()
    events.record(session, PlanCompleted(plan_id=plan.id))
    account_id = session.scalar(select(Learner.account_id).where(Learner.id == plan.learner_id))
    assert account_id is not None
    kind = "course_completed" if plan.project_id is None else "plan_completed"
    messages.post(session, account_id, kind, url=f"/centre/projects/{plan.id}", title=plan.title)
