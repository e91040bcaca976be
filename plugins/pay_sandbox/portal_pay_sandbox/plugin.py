"""Sandbox gateway: pays without money."""

from collections.abc import Iterable
from pathlib import Path

from click import Command
from flask import Blueprint

from portal.kit import JobSpec, Model, PaymentProvider, PluginSetting, hookimpl
from portal_pay_sandbox.models import Key, Pin, Return, Trade
from portal_pay_sandbox.provider import Sandbox
from portal_pay_sandbox.telling import JOB, tell


@hookimpl
def models() -> Iterable[type[Model]]:
    return [Trade, Return, Key, Pin]


@hookimpl
def migrations() -> Path:
    return Path(__file__).parent / "migrations"


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    from portal_pay_sandbox.views import blueprint

    return [blueprint]


@hookimpl
def settings() -> Iterable[PluginSetting]:
    return [
        PluginSetting("in_production", False, "offer the sandbox gateway on a site in production mode"),
    ]


@hookimpl
def commands() -> Iterable[Command]:
    from portal_pay_sandbox.command import sandbox_key

    return [sandbox_key]


@hookimpl
def payment_providers() -> Iterable[type[PaymentProvider]]:
    return [Sandbox]


@hookimpl
def jobs() -> Iterable[JobSpec]:
    return [JobSpec(JOB, tell)]
