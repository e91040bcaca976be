from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalogue.models import Course, Lesson, Project, TrainingClass
from portal.clock import now
from portal.db import UtcDateTime
from portal.divisions.following import LiesWith
from portal.divisions.models import listed
from portal.people.models import Learner

Interval = list[int]  # [first second, second after the last], as JSON keeps it


class Plan(LiesWith, Model):
    """学习计划: what one learner studies for one purpose. Opened by a payment, by staff or by an import.

    `award` is the key of what its completion earns ("certificate", or "" for nothing).
    """

    __tablename__ = "plan"
    __table_args__ = (Index("ix_plan_year", "year", "id"), *listed("plan", "year", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"), unique=True)
    mode: Mapped[str] = mapped_column(String(30))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    award: Mapped[str] = mapped_column(String(30), default="")
    year: Mapped[int]
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)  # open | complete | revoked
    study_until: Mapped[date | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    learner: Mapped[Learner] = relationship()
    project: Mapped[Project | None] = relationship()
    training_class: Mapped[TrainingClass | None] = relationship()
    courses: Mapped[list["PlanCourse"]] = relationship(order_by="PlanCourse.id", back_populates="plan")

    def __str__(self) -> str:
        return self.title


class PlanCourse(LiesWith, Model):
    """A course in a plan, as frozen in the order. open -> studied (all lessons) -> complete (test passed or none)."""

    __tablename__ = "plan_course"
    __table_args__ = (UniqueConstraint("plan_id", "course_id"), *listed("plan_course", "year", "state"))

    lies_with = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    year: Mapped[int] = mapped_column(index=True)
    hours: Mapped[int]
    compulsory: Mapped[bool]
    needs_test: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)
    extra_attempts: Mapped[int] = mapped_column(default=0)  # at the 考核测试, granted by staff
    studied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    plan: Mapped[Plan] = relationship(back_populates="courses")
    course: Mapped[Course] = relationship()
    progress: Mapped[list["Progress"]] = relationship(back_populates="plan_course")


class Progress(Model):
    """What of a lesson is credited: disjoint, sorted intervals of seconds, and their sum."""

    __tablename__ = "progress"
    __table_args__ = (UniqueConstraint("plan_course_id", "lesson_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_course_id: Mapped[int] = mapped_column(ForeignKey("plan_course.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    intervals: Mapped[list[Interval]] = mapped_column(JSON, default=list)
    seconds: Mapped[int] = mapped_column(default=0)
    refused: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)  # [from, to, cause], newest last
    position: Mapped[int] = mapped_column(default=0)  # where the player goes on
    complete_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    plan_course: Mapped[PlanCourse] = relationship(back_populates="progress")
    lesson: Mapped[Lesson] = relationship()


class StudySession(Model):
    """An open player. Reports change this one row; it is merged into progress at lesson change or every 60 s.

    At most one session of a learner is open; which of two it is, the site says (PORTAL_PLAYER).
    """

    __tablename__ = "study_session"
    __table_args__ = (
        Index(
            "uq_study_session_open",
            "learner_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    plan_course_id: Mapped[int] = mapped_column(ForeignKey("plan_course.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)  # server time of the last accepted report
    paid_until: Mapped[datetime] = mapped_column(UtcDateTime)  # wall time spent on credit, see crediting
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    position: Mapped[int] = mapped_column(default=0)
    intervals: Mapped[list[Interval]] = mapped_column(JSON, default=list)  # credited since the last merge
    refused: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)  # since the last merge
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    close_reason: Mapped[str] = mapped_column(String(12), default="")  # newer | silent | left
    # presence, see presence.py: seconds by the rules of the plan; carried from session to session of a learner
    check_every: Mapped[int] = mapped_column(default=0)
    check_within: Mapped[int] = mapped_column(default=0)
    unproven: Mapped[int] = mapped_column(default=0)  # credited since the learner last answered
    nonce: Mapped[str | None] = mapped_column(String(22))  # what an answer must repeat; None: nothing is asked
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered: Mapped[list[float]] = mapped_column(JSON, default=list)  # seconds each answer took


class Suspicion(LiesWith, Model):
    """A pattern that people do not make, with its evidence. It takes nothing away: staff ask, the learner explains.

    States: study/suspicions.py. `mark` names what was seen, so that it is noted once.
    """

    __tablename__ = "suspicion"
    __table_args__ = (
        UniqueConstraint("learner_id", "kind", "mark"),
        *listed("suspicion", "state", "kind", "found_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    plan_course_id: Mapped[int | None] = mapped_column(ForeignKey("plan_course.id"))
    kind: Mapped[str] = mapped_column(String(12), index=True)
    mark: Mapped[str] = mapped_column(String(60))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    state: Mapped[str] = mapped_column(String(10), default="found", index=True)
    question: Mapped[str] = mapped_column(String(300), default="")  # what staff ask
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    explanation: Mapped[str] = mapped_column(String(1000), default="")
    explained_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")  # of the decision
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    learner: Mapped[Learner] = relationship()
    plan_course: Mapped[PlanCourse | None] = relationship()
