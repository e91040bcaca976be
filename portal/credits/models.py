from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.db import UtcDateTime
from portal.divisions.following import LiesWith
from portal.divisions.models import listed
from portal.people.models import Learner
from portal.rules.models import RuleSet


class Credit(LiesWith, Model):
    """Hours earned once, in hundredths. Never deleted: a reversal points from the old row to its counter-row.

    Live rows are unique per learner, course and year. The year is the course's, never the clock's.
    """

    __tablename__ = "credit"
    __table_args__ = (
        Index(
            "uq_credit_live",
            "learner_id",
            "course_id",
            "year",
            unique=True,
            sqlite_where=text("reversed_by IS NULL AND hours > 0"),
            postgresql_where=text("reversed_by IS NULL AND hours > 0"),
        ),
        *listed("credit", "year", "source", "earned_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    year: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(10))
    hours: Mapped[int]  # a counter-row is negative
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    title: Mapped[str] = mapped_column(String(120))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    source: Mapped[str] = mapped_column(String(10), index=True)  # plan | import | staff | outside
    employer_name: Mapped[str] = mapped_column(String(120))
    earned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    reversed_by: Mapped[int | None] = mapped_column(ForeignKey("credit.id"))
    reference: Mapped[str | None] = mapped_column(String(60))  # number of the document another platform issued for it

    learner: Mapped[Learner] = relationship()


class OutsideActivity(LiesWith, Model):
    """校外学时: what somebody did elsewhere, with its evidence; staff decide. States and rules: credits/outside.py.

    `amount` in whole units of its way (lessons, days, pieces), `hours` (hundredths) what the rule makes of it.
    """

    __tablename__ = "outside_activity"
    __table_args__ = listed("outside_activity", "year", "state")

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    year: Mapped[int] = mapped_column(index=True)
    way: Mapped[str] = mapped_column(String(30))  # key of a Way of the rule set
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120), default="")  # who held it
    done_on: Mapped[date]
    amount: Mapped[int]
    hours: Mapped[int]
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    storage_key: Mapped[str] = mapped_column(String(120), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    shredded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")  # why it was refused
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("credit.id"))

    learner: Mapped[Learner] = relationship()
    rule_set: Mapped[RuleSet] = relationship()
    credit: Mapped[Credit | None] = relationship()

    def __str__(self) -> str:
        return self.title
