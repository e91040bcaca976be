"""学习报名: enrol in a yearly project of a specialty."""

from collections.abc import Iterable

from flask import Blueprint
from sqlalchemy.orm import Session

from portal.kit import Account, NavItem, OrderProposal, Problem, Quote, SelectionMode, _l, hookimpl
from portal_enrollment import (  # noqa: F401 - pages register themselves
    MODE,
    changing,
    checking,
    choosing,
    conditions,
    pages,
    steps,
    wanted,
)


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return [pages.blueprint]


@hookimpl
def selection_modes() -> Iterable[SelectionMode]:
    return [
        SelectionMode(
            MODE,
            _l("Project enrolment"),
            weight=10,
            endpoint="enrollment.index",
            suits=_l("Studying a whole set for your title or specialty"),
            how=_l("Choose a specialty and courses, complete the hours"),
            gives=_l("Certificate of qualification"),
            action=_l("Enrol by specialty"),
            icon="list",
            changes="enrollment.change",
        )
    ]


@hookimpl
def nav_items(user: Account | None, audience: str) -> Iterable[NavItem]:
    if audience in ("anonymous", "learner"):
        return [NavItem(MODE, _l("Project enrolment"), "enrollment.index", weight=10)]
    return []


@hookimpl
def order_problems(session: Session, proposal: OrderProposal, quote: Quote) -> Iterable[Problem]:
    """Whoever places an order of this mode, its rules hold."""
    return conditions.problems(session, proposal) if proposal.mode == MODE else []
