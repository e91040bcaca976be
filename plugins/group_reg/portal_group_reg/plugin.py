"""集体注册: an organisation enrols its people."""

from collections.abc import Iterable
from pathlib import Path

from click import Command
from flask import Blueprint
from sqlalchemy.orm import Session

from portal.kit import (
    Account,
    HomeCard,
    JobSpec,
    Model,
    NavItem,
    OrderClosed,
    OrderProposal,
    Problem,
    Quote,
    Role,
    Screen,
    SelectionMode,
    _l,
    clock,
    hookimpl,
    may_act,
)
from portal_group_reg import (  # noqa: F401 - pages register themselves
    MODE,
    board,
    changing,
    choosing,
    conditions,
    pages,
    replacing,
    result,
    reworking,
)
from portal_group_reg.command import command
from portal_group_reg.models import Batch, RosterRow
from portal_group_reg.staff import Rosters
from portal_group_reg.work import JOBS


@hookimpl
def models() -> Iterable[type[Model]]:
    return [Batch, RosterRow]


@hookimpl
def migrations() -> Path:
    return Path(__file__).parent / "migrations"


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return [pages.blueprint]


@hookimpl
def commands() -> Iterable[Command]:
    return [command]


@hookimpl
def screens() -> Iterable[type[Screen]]:
    return [Rosters]


@hookimpl
def roles() -> Iterable[Role]:
    return [Role("county_staff", _l("County staff"), {Rosters.key: "read"})]


@hookimpl
def jobs() -> Iterable[JobSpec]:
    return JOBS


@hookimpl
def selection_modes() -> Iterable[SelectionMode]:
    return [
        SelectionMode(
            MODE,
            _l("Group registration"),
            weight=30,
            audience="organisation",
            endpoint="group_reg.index",
            suits=_l("Employers who enrol their people"),
            how=_l("Fill in one spreadsheet, pay once"),
            gives=_l("Certificate of qualification for each person"),
            action=_l("Enrol our people"),
            icon="people",
            changes="group_reg.change",
        )
    ]


@hookimpl
def nav_items(user: Account | None, audience: str) -> Iterable[NavItem]:
    if audience == "organisation":
        return [
            NavItem(MODE, _l("Group registration"), "group_reg.index", weight=30),
            *([NavItem("group_enrol", _l("Enrol people"), "group_reg.enrol", weight=31)] if may_act() else []),
            NavItem("group_people", _l("Our people"), "group_reg.people", weight=32),
            NavItem("group_orders", _l("Our orders"), "orders.mine", weight=33),
        ]
    return [NavItem(MODE, _l("Group registration"), "group_reg.index", weight=30)] if audience == "anonymous" else []


@hookimpl
def home_cards(user: Account | None) -> Iterable[HomeCard]:
    if user is None or user.kind == "organisation":
        return [HomeCard("roster_template", "group_reg/card.html", weight=20, lasting=True)]
    return []


@hookimpl
def order_problems(session: Session, proposal: OrderProposal, quote: Quote) -> Iterable[Problem]:
    """Whoever places an order of this mode, its rules hold."""
    return conditions.problems(session, proposal) if proposal.mode == MODE else []


@hookimpl
def order_closed(session: Session, event: OrderClosed) -> None:
    """A list whose order was given up or ran out can be sent again."""
    reworking.reopen(session, event.order_id, clock.now())
