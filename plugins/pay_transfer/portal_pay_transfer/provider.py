"""A bank transfer as a way to pay: an account to pay into, a code for the remark, and patience."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.kit import (
    BillLine,
    Notice,
    Payment,
    PaymentProvider,
    Refused,
    _l,
    clock,
    current_settings,
    db,
    plugin_setting,
)
from portal_pay_transfer import service
from portal_pay_transfer.models import Receipt, Transfer


class BankTransfer(PaymentProvider):
    """对公转账. Refunds are transfers the office makes itself."""

    key = "transfer"
    title = _l("Bank transfer")
    hint = _l("For employers: study opens when the money is matched, usually after 1 to 2 working days")
    weight = 950  # after every way that opens study at once

    def ready(self) -> bool:
        return bool(plugin_setting("pay_transfer", "account")) or current_settings().mode == "demo"

    def start(self, payment: Payment, return_url: str, notify_url: str) -> str:
        with db.write() as session:
            service.open_transfer(session, payment.number, payment.order.number, payment.amount, clock.now())
        return url_for("pay_transfer.page", number=payment.number)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise Refused(_l("Nobody notifies of bank transfers."))

    def query(self, payment: Payment) -> Notice | None:
        with db.read() as session:
            transfer = service.find(session, payment.number)
            return _end(session, transfer) if transfer else None

    def close(self, payment: Payment) -> Notice | None:
        with db.write() as session:
            transfer = service.find(session, payment.number)
            if transfer is None:
                return closed(payment.number, payment.amount)
            return _end(session, service.close(session, transfer.id, clock.now()))

    def bill(self, day: date) -> list[BillLine]:
        with db.read() as session:
            rows = session.scalars(
                select(Receipt).options(joinedload(Receipt.transfer)).where(Receipt.made_on == day).order_by(Receipt.id)
            )
            return [
                BillLine(
                    "paid",
                    row.transfer.payment_number,
                    row.amount,
                    row.reference,
                    order_number=row.transfer.order_number,
                )
                for row in rows
            ]

    def patience(self) -> timedelta:
        return timedelta(days=int(plugin_setting("pay_transfer", "days")))


def notice(receipt: Receipt) -> Notice:
    """A receipt as the portal is told of it."""
    number = receipt.transfer.payment_number
    return Notice(f"{number}-{receipt.id}", number, "paid", receipt.amount, receipt.reference)


def closed(number: str, amount: int) -> Notice:
    """Nobody will pay this any more."""
    return Notice(f"{number}-closed", number, "closed", amount, "")


def _end(session: Session, transfer: Transfer) -> Notice | None:
    if transfer.state == "closed":
        return closed(transfer.payment_number, transfer.amount)
    if transfer.state == "open":
        return None
    first = select(Receipt).options(joinedload(Receipt.transfer)).where(Receipt.transfer_id == transfer.id)
    return notice(session.scalars(first.order_by(Receipt.id).limit(1)).one())
