from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit import Model, Organisation, Sealed, TrainingClass, UtcDateTime


class Batch(Model):
    """One roster on its way to an order. The file itself is not kept: its rows are, sealed.

    States: states.py. `account_id`: who began it. `courses`: the package everybody studies. `version` moves with every
    change of rows; `job_id` is the work under way, `refusal` why the file or the order was refused.
    """

    __tablename__ = "group_reg_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    courses: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), index=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    filename: Mapped[str] = mapped_column(String(120))
    file_key: Mapped[str | None] = mapped_column(String(120))
    ignored: Mapped[list[str]] = mapped_column(JSON, default=list)
    hidden: Mapped[bool] = mapped_column(default=False)
    refusal: Mapped[str] = mapped_column(String(300), default="")
    seen_total: Mapped[int] = mapped_column(default=0)  # fen; what the clerk was shown when the roster was sent
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
    training_class: Mapped[TrainingClass] = relationship()

    def __str__(self) -> str:
        return self.filename


class RosterRow(Model):
    """A row of a roster. `typed`: what was typed by column key, sealed JSON; `faults`: [field, code, row it refers to].

    State: good | bad | enrolled (has a place in the project already) | sent (stands in the order).
    """

    __tablename__ = "group_reg_row"
    __table_args__ = (Index("ix_group_reg_row_batch_id_number", "batch_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("group_reg_batch.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    fresh: Mapped[bool] = mapped_column(default=True)  # not known as one of the organisation's people
    typed: Mapped[str] = mapped_column(Sealed)
    faults: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
