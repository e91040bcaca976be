"""A bank transfer keeps every promise of a payment provider; refunds are the office's."""

from sqlalchemy import select

from portal import clock, db
from portal.payments.models import Payment
from portal.people.models import Account
from portal.provider_contract import ProviderContract
from portal_pay_transfer import service
from portal_pay_transfer.provider import BankTransfer


class TestBankTransfer(ProviderContract):
    provider = BankTransfer
    refunds = False

    def pay(self, payment: Payment) -> None:
        with db.write() as session:
            transfer = service.find(session, payment.number)
            clerk = session.scalar(select(Account.id).limit(1))
            assert transfer is not None
            assert clerk is not None
            today = clock.today(clock.now())
            service.confirm(session, transfer.id, f"B{payment.number}", payment.amount, today, clerk, clock.now())
