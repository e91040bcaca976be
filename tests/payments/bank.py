"""A gateway of paper: its notices are made by the test."""

from collections.abc import Mapping

from portal.payments.models import Payment
from portal.payments.provider import Notice, PaymentProvider


class Paper(PaymentProvider):
    """Never asked anything; gives payments their key."""

    key = "paper"
    title = "Paper"

    def start(self, payment: Payment, return_url: str, notify_url: str) -> str:
        raise AssertionError("not asked")

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise AssertionError("not asked")

    def query(self, payment: Payment) -> Notice | None:
        raise AssertionError("not asked")


def paid(payment: Payment, event_id: str = "e1", amount: int | None = None, reference: str = "r1") -> Notice:
    """The notice that a payment was made."""
    return Notice(event_id, payment.number, "paid", payment.amount if amount is None else amount, reference)
