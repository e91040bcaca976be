from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.db import UtcDateTime
from portal.orders.models import Order, OrderLine


class Payment(Model):
    """One attempt to pay an order through one provider. Amount in fen; states in payments/states.py."""

    __tablename__ = "payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # what the gateway calls our reference
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    provider: Mapped[str] = mapped_column(String(30))
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="started", index=True)
    reference: Mapped[str | None] = mapped_column(String(80))  # the gateway's own number
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")  # why it needs attention

    order: Mapped[Order] = relationship()

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
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Refund(Model):
    """Money going back, whole or for one line of an order."""

    __tablename__ = "refund"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"))
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="proposed", index=True)
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    payment: Mapped[Payment] = relationship()
    line: Mapped[OrderLine | None] = relationship()


class InvoiceRequest(Model):
    """发票: title, tax number, kind, mail; staff attach the file."""

    __tablename__ = "invoice_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    tax_number: Mapped[str | None] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(12))
    email: Mapped[str | None] = mapped_column(String(320))
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="asked", index=True)
    storage_key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    order: Mapped[Order] = relationship()
