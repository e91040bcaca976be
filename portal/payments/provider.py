"""The base class of ways to pay. A gateway plugin subclasses it; the core calls it, never the other way round."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from portal.payments.models import Payment


@dataclass(frozen=True)
class Notice:
    """What a gateway says about one payment, after its signature was checked.

    `event_id` (at most 80 characters) is the same however often it is told. kind: paid | failed | closed.
    """

    event_id: str
    payment_number: str
    kind: str
    amount: int  # fen
    reference: str  # the gateway's own number of the transaction


class PaymentProvider(ABC):
    """A way to pay. `key` is unique among all plugins; lists are sorted by (weight, key).

    Called outside any transaction; payments come with their columns, detached from the database.
    """

    key: ClassVar[str]
    title: ClassVar[object]
    hint: ClassVar[object] = ""
    weight: ClassVar[int] = 100
    acknowledgement: ClassVar[str] = "success"  # the answer that stops the gateway from telling again

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
