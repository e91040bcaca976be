from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalogue.models import Course
from portal.db import UtcDateTime
from portal.study.models import PlanCourse

FILL = "fill"  # the kind of question whose answer is written


class Question(Model):
    """A question of a course's bank. kind: single | multiple | true_false | fill.

    The options of a fill-in question are the answers that are right. `tags`: words with blanks between them.
    """

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    stem: Mapped[str] = mapped_column(Text)
    explanation: Mapped[str] = mapped_column(Text, default="")
    difficulty: Mapped[int] = mapped_column(default=2)  # 1 easy .. 3 hard
    tags: Mapped[str] = mapped_column(String(200), default="")
    image_key: Mapped[str | None] = mapped_column(String(120))
    image_words: Mapped[str] = mapped_column(String(200), default="")  # what the picture shows, for who cannot see it
    active: Mapped[bool] = mapped_column(default=True)

    course: Mapped[Course] = relationship()
    options: Mapped[list["QuestionOption"]] = relationship(
        order_by="QuestionOption.position", back_populates="question", cascade="all, delete-orphan"
    )

    def __str__(self) -> str:
        return self.stem[:40]


class QuestionOption(Model):
    """One answer to choose from."""

    __tablename__ = "question_option"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(String(300))
    correct: Mapped[bool] = mapped_column(default=False)

    question: Mapped[Question] = relationship(back_populates="options")


class PaperRule(Model):
    """How a course is tested. A course without a row uses the rule set's defaults.

    With parts the paper has their questions, else `questions` of the whole bank.
    """

    __tablename__ = "paper_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), unique=True)
    questions: Mapped[int]
    minutes: Mapped[int]
    pass_mark: Mapped[int]  # per cent
    attempts: Mapped[int]
    wait_minutes: Mapped[int] = mapped_column(default=0)  # after a failed attempt
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    shuffle: Mapped[bool] = mapped_column(default=True)  # questions and options; else in the order of the bank

    course: Mapped[Course] = relationship()
    parts: Mapped[list["PaperPart"]] = relationship(
        order_by="PaperPart.position", back_populates="rule", cascade="all, delete-orphan"
    )

    def __str__(self) -> str:
        return self.course.title


class PaperPart(Model):
    """So many questions of a paper, of one tag and one difficulty where they are said."""

    __tablename__ = "paper_part"

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("paper_rule.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    tag: Mapped[str] = mapped_column(String(40), default="")
    difficulty: Mapped[int | None]
    questions: Mapped[int]

    rule: Mapped[PaperRule] = relationship(back_populates="parts")


class Attempt(Model):
    """One sitting. `paper` and `solution` are frozen at start, in the forms of the module `paper`; the solution leaves
    the server once the attempt is closed and no other can gain by it."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("plan_course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    plan_course_id: Mapped[int] = mapped_column(ForeignKey("plan_course.id"), index=True)
    number: Mapped[int]
    paper: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    solution: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    pass_mark: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="open")  # open | graded
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[int | None]  # per cent
    passed: Mapped[bool | None]

    plan_course: Mapped[PlanCourse] = relationship()
    answers: Mapped[list["Answer"]] = relationship(back_populates="attempt")


class Answer(Model):
    """What was chosen for one question of an attempt; saved one by one."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    position: Mapped[int]
    chosen: Mapped[list[int]] = mapped_column(JSON)  # option ids
    text: Mapped[str] = mapped_column(String(200), default="")  # of a fill-in question
    flagged: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    attempt: Mapped[Attempt] = relationship(back_populates="answers")
