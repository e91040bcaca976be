"""课程资源: choose single courses."""

from collections.abc import Iterable

from flask import Blueprint
from sqlalchemy.orm import Session

from portal.kit import Account, NavItem, OrderProposal, Problem, Quote, SelectionMode, _l, hookimpl
from portal_self_select import (  # noqa: F401 - pages register themselves
    MODE,
    browsing,
    buying,
    changing,
    conditions,
    pages,
)


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return [pages.blueprint]


@hookimpl
def selection_modes() -> Iterable[SelectionMode]:
    return [
        SelectionMode(
            MODE,
            _l("Course resources"),
            weight=20,
            endpoint="self_select.index",
            suits=_l("Filling missing hours, studying one course"),
            how=_l("Try a lesson first, then choose the course"),
            gives=_l("Proof of hours"),
            action=_l("Find a course"),
            icon="book",
            takes="self_select.fill",
            changes="self_select.change",
        )
    ]


@hookimpl
def nav_items(user: Account | None, audience: str) -> Iterable[NavItem]:
    if audience in ("anonymous", "learner"):
        return [NavItem(MODE, _l("Course resources"), "self_select.index", weight=20)]
    return []


@hookimpl
def order_problems(session: Session, proposal: OrderProposal, quote: Quote) -> Iterable[Problem]:
    """Whoever places an order of this mode, its rules hold."""
    return conditions.problems(session, proposal) if proposal.mode == MODE else []
