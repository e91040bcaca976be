from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalogue.models import Course, Project, TrainingClass
from portal.clock import now
from portal.db import UtcDateTime
from portal.people.models import Account, Learner


class Draft(Model):
    """A half-done form of a selection mode: survives a new login and another device.

    `version` moves by conditional UPDATE, so two windows cannot silently overwrite each other.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "mode", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    mode: Mapped[str] = mapped_column(String(30))
    key: Mapped[str] = mapped_column(String(60))
    step: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Order(Model):
    """订单: who buys, for how much, under which rules. Money in fen; states in orders/states.py.

    `division_code` is what orders/places.py says; every list of staff begins with an index over it.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_state", "state", "placed_at", "id"),
        Index("ix_orders_placed_at", "placed_at", "id"),
        Index("ix_orders_division_code", "division_code", "placed_at", "id"),
        Index("ix_orders_division_state", "division_code", "state", "placed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    mode: Mapped[str] = mapped_column(String(30))
    proposal_key: Mapped[str] = mapped_column(String(80), unique=True)  # a double click places one order
    state: Mapped[str] = mapped_column(String(12), default="placed")
    total: Mapped[int]
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    division_code: Mapped[str | None] = mapped_column(String(6))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    buyer: Mapped[Account] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", back_populates="order")

    def __str__(self) -> str:
        return self.number


class OrderLine(Model):
    """One learner and one plan. What it costs and contains is frozen when the order is placed."""

    __tablename__ = "order_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    mode: Mapped[str] = mapped_column(String(30))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    award: Mapped[str] = mapped_column(String(30), default="")
    year: Mapped[int]
    price: Mapped[int]
    refunded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # taken back: its seat is free, its plan revoked

    order: Mapped[Order] = relationship(back_populates="lines")
    learner: Mapped[Learner] = relationship()
    project: Mapped[Project | None] = relationship()
    training_class: Mapped[TrainingClass | None] = relationship()
    courses: Mapped[list["LineCourse"]] = relationship(order_by="LineCourse.id", back_populates="line")


class LineCourse(Model):
    """A course as it was when the order was placed."""

    __tablename__ = "line_course"
    __table_args__ = (UniqueConstraint("line_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    year: Mapped[int]
    hours: Mapped[int]
    price: Mapped[int]
    compulsory: Mapped[bool]
    needs_test: Mapped[bool]

    line: Mapped[OrderLine] = relationship(back_populates="courses")
    course: Mapped[Course] = relationship()
