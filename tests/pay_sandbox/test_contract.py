"""The sandbox keeps every promise of a payment provider."""

from collections.abc import Iterable, Mapping

import pytest
from flask import Flask

from portal import clock, db
from portal.payments.models import Payment
from portal.provider_contract import ProviderContract
from portal_pay_sandbox import books, keys, signing
from portal_pay_sandbox.provider import Sandbox, compose


class TestSandbox(ProviderContract):
    provider = Sandbox

    def pay(self, payment: Payment) -> None:
        with db.write() as session:
            trade = books.find(session, payment.number)
            assert trade is not None
            books.decide(session, trade.id, "paid", clock.now())

    def forgeries(self, payment: Payment) -> Iterable[tuple[Mapping[str, str], bytes]]:
        yield from super().forgeries(payment)
        notice = Sandbox().query(payment)
        assert notice is not None
        yield signing.sign(keys.make(), compose(notice), clock.now()), compose(notice)


class TestSlowSandbox(TestSandbox):
    """A bank that has to be asked twice for a refund."""

    def pay(self, payment: Payment) -> None:
        super().pay(payment)
        with db.write() as session:
            trade = books.find(session, payment.number)
            assert trade is not None
            books.behave(session, trade.id, "never", "pending")


def test_a_contract_alone_is_no_provider(app: Flask) -> None:
    with pytest.raises(AssertionError):
        ProviderContract().pay(Payment())
