"""The base class of ways to pay. A gateway plugin subclasses it; the core calls it, never the other way round."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from portal.payments.models import Payment

if TYPE_CHECKING:
    from portal.payments.models import Refund


@dataclass(frozen=True)
class Notice:
    """What a gateway says about one payment, after its signature was checked. Amounts in fen.

    `event_id` (at most 80 characters) is the same however often it is told. kind: paid | failed | closed, or about a
    refund, which `refund_number` then names: refunded | refund_failed.
    """

    event_id: str
    payment_number: str
    kind: str
    amount: int
    reference: str  # the gateway's own number of the transaction
    refund_number: str = ""


@dataclass(frozen=True)
class RefundAnswer:
    """What came of asking for a refund. state: done | pending | failed | by_hand (the office pays and books it)."""

    state: str
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True)
class BillLine:
    """A transaction of one day as the gateway's bill has it. kind: paid | refunded; amount in fen, never negative.

    `order_number` is what the gateway kept of it; with it, money of a payment that a backup does not know finds its
    order again.
    """

    kind: str
    payment_number: str
    amount: int
    reference: str
    refund_number: str = ""
    order_number: str = ""


class PaymentProvider(ABC):
    """A way to pay. `key` is unique among all plugins; lists are sorted by (weight, key).

    Called outside any transaction; payments come with their columns and their order, detached from the database.
    Three methods make a provider; the others say what it can do besides. Every answer may be asked for again.
    """

    key: ClassVar[str]
    title: ClassVar[object]
    hint: ClassVar[object] = ""
    weight: ClassVar[int] = 100
    acknowledgement: ClassVar[str] = "success"  # the answer that stops the gateway from telling again

    def ready(self) -> bool:
        """Whether the site has set it up; a provider that is not ready is not offered."""
        return True

    @abstractmethod
    def start(self, payment: Payment, return_url: str, notify_url: str) -> str:
        """Address of the gateway's page for this payment; asked twice, the same one. Moves no money."""

    @abstractmethod
    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Checks the signature first; header names come in lower case.

        :raises portal.errors.Refused: forged, stale or unreadable.
        """

    @abstractmethod
    def query(self, payment: Payment) -> Notice | None:
        """Asks the gateway; None while nothing is decided. Says the same as the notification, event number included."""

    def close(self, payment: Payment) -> Notice | None:
        """Has the gateway collect no more for a payment; says what it came to: closed, or paid when money was faster.

        A provider that cannot close says what `query` says.
        """
        return self.query(payment)

    def refund(self, payment: Payment, refund: "Refund") -> RefundAnswer:
        """Sends `refund.amount` back, once for `refund.number` however often it is asked.

        A provider that cannot leaves it to the office.
        """
        return RefundAnswer("by_hand")

    def bill(self, day: date) -> Iterable[BillLine] | None:
        """All transactions of a day in China; None when this provider gives no bill (or not yet)."""
        return None

    def patience(self) -> timedelta:
        """How long money may be on its way: an order that is paid this way is kept at least so long."""
        return timedelta()
