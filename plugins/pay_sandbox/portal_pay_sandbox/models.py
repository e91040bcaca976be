from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit import Model, Sealed, UtcDateTime


class Trade(Model):
    """A line in the gateway's own books: what it was asked to collect, and what the payer decided. Amount in fen.

    open -> paid | refused | closed, once, by conditional UPDATE. `telling` and `refunding` are how this bank behaves
    about it, chosen on its page: see behaviour.py.
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
    order_number: Mapped[str] = mapped_column(String(20), default="")
    telling: Mapped[str] = mapped_column(String(10), default="now")
    refunding: Mapped[str] = mapped_column(String(10), default="done")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return self.number


class Return(Model):
    """Money this bank was asked to send back, once per the payee's number. Amount in fen.

    pending -> done; or refused from the start.
    """

    __tablename__ = "pay_sandbox_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    trade_id: Mapped[int] = mapped_column(ForeignKey("pay_sandbox_trade.id"), index=True)
    refund_number: Mapped[str] = mapped_column(String(20), unique=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)  # the gateway's own number
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    trade: Mapped[Trade] = relationship()


class Key(Model):
    """A key the bank signs with; the newest is in use. Encrypted, as a bank would keep it."""

    __tablename__ = "pay_sandbox_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32), unique=True)
    private: Mapped[str] = mapped_column(Sealed)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Pin(Model):
    """The portal's side: a public key of the bank that is trusted, for good or until some moment."""

    __tablename__ = "pay_sandbox_pin"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32), unique=True)
    public: Mapped[str] = mapped_column(Text)
    pinned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
