from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.db import UtcDateTime
from portal.people.models import Learner


class Credit(Model):
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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    hours: Mapped[int]  # a counter-row is negative
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    title: Mapped[str] = mapped_column(String(120))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    source: Mapped[str] = mapped_column(String(10))  # plan | import | staff | outside
    employer_name: Mapped[str] = mapped_column(String(120))
    earned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    reversed_by: Mapped[int | None] = mapped_column(ForeignKey("credit.id"))
    reference: Mapped[str | None] = mapped_column(String(60))  # number of the document another platform issued for it

    learner: Mapped[Learner] = relationship()
