"""The sandbox as a way to pay: collects nothing, and tells it like a real gateway."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import url_for

from portal.kit import BillLine, Notice, Payment, PaymentProvider, Refund, RefundAnswer, Refused, _l, clock, db
from portal_pay_sandbox import books, signing

_UNREADABLE = _l("The notification cannot be read.")


class Sandbox(PaymentProvider):
    """Pays without money, on a page of its own."""

    key = "sandbox"
    title = _l("Sandbox bank")
    hint = _l("For trying things out: no money moves")
    weight = 900

    def start(self, payment: Payment, return_url: str, notify_url: str) -> str:
        with db.write() as session:
            trade = books.open_trade(
                session, payment.number, payment.amount, return_url, notify_url, clock.now(), payment.order.number
            )
        return url_for("pay_sandbox.page", token=trade.token)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        signing.check(headers, body, clock.now())
        return parse(body)

    def query(self, payment: Payment) -> Notice | None:
        with db.read() as session:
            trade = books.find(session, payment.number)
            return books.notice(trade) if trade else None

    def close(self, payment: Payment) -> Notice:
        with db.write() as session:
            trade = books.find(session, payment.number)
            if trade is not None and books.decide(session, trade.id, "closed", clock.now()):
                session.refresh(trade)
            said = books.notice(trade) if trade is not None else None
        # A payment the bank never heard of cannot be paid there any more than a closed one.
        return said or Notice(f"{payment.number}-closed", payment.number, "closed", payment.amount, "")

    def refund(self, payment: Payment, refund: Refund) -> RefundAnswer:
        with db.write() as session:
            trade = books.find(session, payment.number)
            if trade is None:
                return RefundAnswer("failed", reason="the sandbox bank knows no such payment")
            return books.send_back(session, trade, refund.number, refund.amount, clock.now())

    def bill(self, day: date) -> list[BillLine]:
        with db.read() as session:
            return books.bill(session, day)


def compose(notice: Notice) -> bytes:
    """A notification as it travels."""
    return json.dumps(asdict(notice)).encode()


def parse(body: bytes) -> Notice:
    """A notification from its body. :raises Refused: fields are missing, of another type, or unknown."""
    try:
        said: Any = json.loads(body)
        notice = Notice(**said)
    except (ValueError, TypeError) as error:
        raise Refused(_UNREADABLE) from error
    if not isinstance(notice.refund_number, str) or len(notice.refund_number) > 20:
        raise Refused(_UNREADABLE)
    texts = (notice.event_id, notice.payment_number, notice.kind, notice.reference)
    whole = type(notice.amount) is int  # neither 4800.0 nor true nor "4800"
    if not whole or not all(isinstance(text, str) and 0 < len(text) <= 80 for text in texts):
        raise Refused(_UNREADABLE)
    return notice
