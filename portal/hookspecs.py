"""Every hook a plugin can implement. Keyword calls; a plugin may leave out arguments it does not need.

The exact contract of each hook, with the plugin that uses it: docs/hooks.md.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click
    from flask import Blueprint
    from flask_appbuilder import Model
    from sqlalchemy.orm import Session

    from portal.messages.sms import SmsSender
    from portal.orders.quote import Quote
    from portal.payments.provider import PaymentProvider
    from portal.people.models import Account, Learner
    from portal.staff.screens import Screen
    from portal.study.models import Plan
    from portal.types import (
        Award,
        HomeCard,
        JobSpec,
        LearnersMerged,
        NavItem,
        OrderClosed,
        OrderPaid,
        OrderProposal,
        PersonalRows,
        PlanAction,
        PlanCompleted,
        PlanRevoked,
        PluginSetting,
        Problem,
        Role,
        SelectionMode,
    )

hookspec = pluggy.HookspecMarker("portal")
hookimpl = pluggy.HookimplMarker("portal")

# --- declare: pure, collected and validated before anything is applied -----------------------------------------------


@hookspec
def models() -> Iterable["type[Model]"]:
    """Mapped classes of this plugin; every table name begins with "<plugin>_"."""


@hookspec
def migrations() -> "Path | None":
    """Folder of this plugin's Alembic versions; it gets a version table of its own."""


@hookspec
def blueprints() -> Iterable["Blueprint"]:
    """Pages of this plugin. Templates stand under templates/<plugin>/, translations beside the plugin module."""


@hookspec
def screens() -> Iterable["type[Screen]"]:
    """Staff screens, one declaration per model."""


@hookspec
def roles() -> Iterable["Role"]:
    """Staff roles over this plugin's screens."""


@hookspec
def commands() -> Iterable["click.Command"]:
    """Subcommands of `portal`."""


@hookspec
def settings() -> Iterable["PluginSetting"]:
    """Deployment settings of this plugin."""


@hookspec
def selection_modes() -> Iterable["SelectionMode"]:
    """Ways to choose courses; each is a door on the home page."""


@hookspec
def payment_providers() -> Iterable["type[PaymentProvider]"]:
    """Ways to pay."""


@hookspec
def sms_senders() -> Iterable["type[SmsSender]"]:
    """Ways to send text messages; the first one is used."""


@hookspec
def awards() -> Iterable["Award"]:
    """What completion of a plan can earn here."""


@hookspec
def jobs() -> Iterable["JobSpec"]:
    """Work outside requests, on demand or periodic."""


# --- ask: inside a request, all answers collected; must not write ----------------------------------------------------


@hookspec
def nav_items(user: "Account | None", audience: str) -> Iterable["NavItem"]:
    """Links in the shell for this visitor. audience: anonymous | learner | organisation | staff. Fails open."""


@hookspec
def home_cards(user: "Account | None") -> Iterable["HomeCard"]:
    """Blocks on the home page. Fails open."""


@hookspec
def order_problems(session: "Session", proposal: "OrderProposal", quote: "Quote") -> Iterable["Problem"]:
    """Reasons why this proposal cannot become an order. Fails closed: an error here refuses the order."""


@hookspec
def plan_actions(session: "Session", plans: Sequence["Plan"], user: "Account") -> Iterable["PlanAction"]:
    """Lines of the checklists of some plans and buttons beside them. Fails open."""


@hookspec
def personal_data(session: "Session", learner: "Learner") -> Iterable["PersonalRows"]:
    """What this plugin holds about a learner. Fails closed: a copy that lacks something would be a lie."""


# --- tell: after commit, at least once, each plugin in a transaction of its own; be idempotent ------------------------


@hookspec
def order_paid(session: "Session", event: "OrderPaid") -> None:
    """See OrderPaid."""


@hookspec
def order_closed(session: "Session", event: "OrderClosed") -> None:
    """See OrderClosed."""


@hookspec
def plan_completed(session: "Session", event: "PlanCompleted") -> None:
    """See PlanCompleted."""


@hookspec
def plan_revoked(session: "Session", event: "PlanRevoked") -> None:
    """See PlanRevoked."""


@hookspec
def learners_merged(session: "Session", event: "LearnersMerged") -> None:
    """See LearnersMerged."""


DECLARE = [
    "models",
    "migrations",
    "blueprints",
    "screens",
    "roles",
    "commands",
    "settings",
    "selection_modes",
    "payment_providers",
    "sms_senders",
    "awards",
    "jobs",
]
ASK = ["nav_items", "home_cards", "order_problems", "plan_actions", "personal_data"]
TELL = ["order_paid", "order_closed", "plan_completed", "plan_revoked", "learners_merged"]
