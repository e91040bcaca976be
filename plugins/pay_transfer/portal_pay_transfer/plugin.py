"""Bank transfers: a code in the remark, a slip, the statement matched to orders."""

from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint

from portal.kit import JobSpec, Model, PaymentProvider, PluginSetting, Screen, hookimpl
from portal_pay_transfer.models import Match, Receipt, StatementLine, Transfer
from portal_pay_transfer.provider import BankTransfer
from portal_pay_transfer.telling import JOBS


@hookimpl
def models() -> Iterable[type[Model]]:
    return [Transfer, StatementLine, Receipt, Match]


@hookimpl
def migrations() -> Path:
    return Path(__file__).parent / "migrations"


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    from portal_pay_transfer.office import blueprint  # with the payer's pages on it

    return [blueprint]


@hookimpl
def screens() -> Iterable[type[Screen]]:
    from portal_pay_transfer.staff import TransferLines, Transfers

    return [Transfers, TransferLines]


@hookimpl
def settings() -> Iterable[PluginSetting]:
    return [
        PluginSetting("payee", "", "name of the account money is transferred to; empty: the office's"),
        PluginSetting("bank", "", "bank and branch of that account"),
        PluginSetting("account", "", "number of that account; empty: transfers are offered in demo mode only"),
        PluginSetting("days", 7, "days an order is kept while its transfer may be on its way"),
    ]


@hookimpl
def payment_providers() -> Iterable[type[PaymentProvider]]:
    return [BankTransfer]


@hookimpl
def jobs() -> Iterable[JobSpec]:
    return JOBS
