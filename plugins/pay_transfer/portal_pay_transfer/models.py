from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, case
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from portal.kit import Model, Sealed, UtcDateTime


class Transfer(Model):
    """A bank transfer somebody announced, one per payment. Amounts in fen.

    open -> settled (the whole amount is there) | closed (its order is over). `matched` is what the bank has booked.
    """

    __tablename__ = "pay_transfer_transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_number: Mapped[str] = mapped_column(String(20), unique=True)  # the code to write into the remark
    order_number: Mapped[str] = mapped_column(String(20), index=True)
    amount: Mapped[int]
    matched: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    slip_key: Mapped[str | None] = mapped_column(String(120))
    slip_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slip_answer: Mapped[str] = mapped_column(String(300), default="")  # why the office could not use it
    payer: Mapped[str] = mapped_column(Sealed, default="")  # as who uploaded the slip wrote it
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)

    matches: Mapped[list["Match"]] = relationship(order_by="Match.id", viewonly=True)

    def __str__(self) -> str:
        return self.payment_number

    @property
    def missing(self) -> int:
        """What has not arrived yet."""
        return max(self.amount - self.matched, 0)


class StatementLine(Model):
    """Money on the office's account, from a statement or a clerk's own eyes. Never changed but for what it pays.

    `matched` grows up to `amount`; what is neither matched nor set aside with a reason waits for a person (`state`).
    """

    __tablename__ = "pay_transfer_line"
    __table_args__ = (CheckConstraint("matched >= 0 AND matched <= amount", name="matched"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(60), unique=True)  # the bank's own number: imported once
    booked_on: Mapped[date]
    amount: Mapped[int] = mapped_column()  # named by `state` below
    matched: Mapped[int] = mapped_column(default=0)
    payer: Mapped[str] = mapped_column(Sealed, default="")
    remark: Mapped[str] = mapped_column(Sealed, default="")
    set_aside: Mapped[str] = mapped_column(String(300), default="")  # why it is nobody's payment
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    state: Mapped[str] = column_property(case((matched == amount, "matched"), (set_aside != "", "aside"), else_="open"))

    matches: Mapped[list["Match"]] = relationship(order_by="Match.id", viewonly=True)

    def __str__(self) -> str:
        return self.reference

    @property
    def rest(self) -> int:
        """What of it pays nothing yet."""
        return self.amount - self.matched


class Receipt(Model):
    """What the portal is told has arrived for a transfer: the whole amount, more than that, or money out of season.

    Written with the match that made it true, told by a job after it: the gateway's bill of this provider.
    """

    __tablename__ = "pay_transfer_receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("pay_transfer_transfer.id"), index=True)
    amount: Mapped[int]
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    made_on: Mapped[date] = mapped_column(index=True)  # the day in China the portal was told, or nearly
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    transfer: Mapped[Transfer] = relationship()


class Match(Model):
    """So much of a line pays a transfer; by the code in its remark (nobody's decision) or by a person's."""

    __tablename__ = "pay_transfer_match"
    __table_args__ = (UniqueConstraint("line_id", "transfer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("pay_transfer_line.id"))
    transfer_id: Mapped[int] = mapped_column(ForeignKey("pay_transfer_transfer.id"), index=True)
    amount: Mapped[int]
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("pay_transfer_receipt.id"))
    matched_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    matched_at: Mapped[datetime] = mapped_column(UtcDateTime)

    line: Mapped[StatementLine] = relationship()
    transfer: Mapped[Transfer] = relationship()
