from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit import Model, UtcDateTime


class Trade(Model):
    """A line in the gateway's own books: what it was asked to collect, and what the payer decided. Amount in fen.

    open -> paid | refused, once, by conditional UPDATE.
    """

    __tablename__ = "pay_sandbox_trade"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)  # address of the gateway's page
    number: Mapped[str] = mapped_column(String(24), unique=True)  # the gateway's own number
    payment_number: Mapped[str] = mapped_column(String(20), unique=True)
    amount: Mapped[int]
    return_url: Mapped[str] = mapped_column(String(300))
    notify_url: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return self.number
