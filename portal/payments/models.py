from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from portal.clock import now
from portal.db import UtcDateTime
from portal.divisions.following import LiesWith
from portal.divisions.models import listed
from portal.orders.models import Order, OrderLine


class Payment(LiesWith, Model):
    """One attempt to pay an order through one provider. Amounts in fen; states in payments/states.py.

    `received` is what arrived, `returned` what went or is about to go back; the database itself keeps the second
    from passing the first.
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("returned >= 0 AND returned <= received", name="returned"),
        Index("ix_payment_state", "state", "id"),
        Index("ix_payment_note", "note", "id"),
        Index("ix_payment_confirmed_at", "confirmed_at", "id"),
        Index("ix_payment_reference", "reference"),
        *listed("payment", "state", "note", "confirmed_at"),
    )

    lies_with = "order"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # what the gateway calls our reference
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    provider: Mapped[str] = mapped_column(String(30))
    amount: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(12), default="started")
    reference: Mapped[str | None] = mapped_column(String(80))  # the gateway's own number
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")  # why it needs attention

    # The room of orders does not know this one: `Order.payments`, to look at, is given to it here.
    order: Mapped[Order] = relationship(backref=backref("payments", order_by=id, viewonly=True))

    def __str__(self) -> str:
        return self.number


class PaymentEvent(Model):
    """Everything a gateway told us, once per (provider, event): the proof of what was acknowledged."""

    __tablename__ = "payment_event"
    __table_args__ = (UniqueConstraint("provider", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(30))
    event_id: Mapped[str] = mapped_column(String(80))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int]
    money: Mapped[int] = mapped_column(default=0)  # fen that came with this notice and with no earlier one
    reference: Mapped[str] = mapped_column(String(80), default="", index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Refund(LiesWith, Model):
    """Money going back, of one transaction, for a line of an order or because it paid nothing.

    Amount in fen; states in payments/refund_states.py. `reason` is "asked", "staff" or a key of states.REASONS.
    """

    __tablename__ = "refund"
    __table_args__ = (
        Index("ix_refund_state", "state", "created_at", "id"),
        Index("ix_refund_created_at", "created_at", "id"),
        Index("ix_refund_division_code", "division_code", "created_at", "id"),
        Index("ix_refund_division_state", "division_code", "state", "created_at", "id"),
    )

    lies_with = "payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # asked for twice under it, a gateway pays once
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"), index=True)
    transaction: Mapped[str] = mapped_column(String(80), default="")  # the gateway's number of what goes back
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    reason: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(300), default="")  # why, as the buyer or the office wrote it
    answer: Mapped[str] = mapped_column(String(300), default="")  # what the office answered
    error: Mapped[str] = mapped_column(String(300), default="")  # why the gateway did not pay
    by_hand: Mapped[bool] = mapped_column(default=False)  # the provider cannot: the office pays and books it
    reference: Mapped[str | None] = mapped_column(String(80))  # the gateway's number of the refund
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # None: the system itself
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    payment: Mapped[Payment] = relationship()
    line: Mapped[OrderLine | None] = relationship()

    def __str__(self) -> str:
        return self.number


class InvoiceRequest(LiesWith, Model):
    """发票: title, tax number, kind, mail; staff attach the file. States in payments/invoice_states.py.

    `kind` is plain (普通发票) or special (专用发票). A refund of what was invoiced needs a red letter (红字发票).
    """

    __tablename__ = "invoice_request"
    __table_args__ = (
        Index("ix_invoice_request_number", "number"),
        Index("ix_invoice_request_state", "state", "created_at", "id"),
        Index("ix_invoice_request_created_at", "created_at", "id"),
        Index("ix_invoice_request_division_code", "division_code", "created_at", "id"),
        Index("ix_invoice_request_division_state", "division_code", "state", "created_at", "id"),
    )

    lies_with = "order"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    tax_number: Mapped[str | None] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(12))
    email: Mapped[str | None] = mapped_column(String(320))
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="asked")
    number: Mapped[str | None] = mapped_column(String(30))  # 发票号码
    storage_key: Mapped[str | None] = mapped_column(String(120))
    red_number: Mapped[str | None] = mapped_column(String(30))
    red_storage_key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    red_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship()
