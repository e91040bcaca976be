"""Why a proposal cannot become an order, as far as the core can tell. Plugins add theirs through order_problems."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import Project, TrainingClass
from portal.clock import today
from portal.errors import NotFound
from portal.orders.models import Order, OrderLine
from portal.orders.quote import Quote
from portal.orders.states import PLACED
from portal.people.models import Learner
from portal.study.models import Plan
from portal.types import OrderProposal, Problem, ProposedLine


def core_problems(session: Session, proposal: OrderProposal, quote: Quote, now: datetime) -> Iterator[Problem]:
    """Everything wrong with a proposal, in the order of its lines; a handful of statements, however many lines.

    :raises NotFound: a learner, project or class does not exist, or the class is another project's.
    """
    if not proposal.lines:
        yield Problem(_l("Nothing has been chosen yet."), "courses")
    yield from _twice(proposal)
    found = _read(session, proposal)
    for line in proposal.lines:
        learner = found.learners.get(line.learner_id)
        if learner is None:
            raise NotFound(f"learner {line.learner_id}")
        if not line.picks:
            yield Problem(_l("%(name)s: no course has been chosen.", name=learner.name), "courses")
        yield from _closed_project(found, line, now)
        yield from _known_already(found, proposal.buyer_id, line, learner)
    if quote.total != proposal.expected_total:
        yield Problem(
            _l(
                "The price has changed from %(was)s to %(total)s yuan. Check it and submit again.",
                was=_yuan(proposal.expected_total),
                total=_yuan(quote.total),
            ),
            "total",
        )


class Person(NamedTuple):
    """A learner as a sentence needs it."""

    id: int
    account_id: int
    name: str


@dataclass(frozen=True)
class _Found:
    """What the database knows of a proposal's lines; orders (number, buyer) and plans by (learner, project)."""

    learners: dict[int, Person]
    projects: dict[int, Project]
    classes: dict[int, TrainingClass]
    orders: dict[tuple[int, int], tuple[str, int]]
    plans: dict[tuple[int, int], int]


def _read(session: Session, proposal: OrderProposal) -> _Found:
    people = {line.learner_id for line in proposal.lines}
    projects = {line.project_id for line in proposal.lines if line.project_id is not None}
    classes = {line.class_id for line in proposal.lines if line.class_id is not None}
    on_offer = (
        select(Project, TrainingClass)
        .outerjoin(TrainingClass, and_(TrainingClass.project_id == Project.id, TrainingClass.id.in_(classes)))
        .where(Project.id.in_(projects))
    )
    offered = session.execute(on_offer).all() if projects else []
    standing = session.execute(_standing(people, projects)).all()
    return _Found(
        {row.id: Person(row.id, row.account_id, row.name) for row in standing},
        {project.id: project for project, _ in offered},
        {found.id: found for _, found in offered if found is not None},
        {(row.id, row.ordered): (row.number, row.buyer_id) for row in standing if row.number},
        {(row.id, row.planned): row.plan_id for row in standing if row.plan_id},
    )


def _standing(people: set[int], projects: set[int]) -> Any:
    """Each learner with the unpaid orders and live plans they have for these projects."""
    unpaid = (
        select(OrderLine.learner_id, OrderLine.project_id, Order.number, Order.buyer_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(db.among(OrderLine.learner_id, people), OrderLine.project_id.in_(projects), Order.state == PLACED)
        .subquery()
    )
    plans = (
        select(Plan.learner_id, Plan.project_id, Plan.id.label("plan_id"))
        .where(db.among(Plan.learner_id, people), Plan.project_id.in_(projects), Plan.state.in_(("open", "complete")))
        .subquery()
    )
    ordered, planned = unpaid.c.project_id.label("ordered"), plans.c.project_id.label("planned")
    # Columns only: a whole learner would have its ID number decrypted.
    return (
        select(Learner.id, Learner.account_id, Learner.name)
        .add_columns(ordered, unpaid.c.number, unpaid.c.buyer_id, planned, plans.c.plan_id)
        .outerjoin(unpaid, unpaid.c.learner_id == Learner.id)
        .outerjoin(plans, plans.c.learner_id == Learner.id)
        .where(db.among(Learner.id, people))
    )


def _twice(proposal: OrderProposal) -> Iterator[Problem]:
    places = Counter((line.learner_id, line.project_id) for line in proposal.lines if line.project_id is not None)
    if any(number > 1 for number in places.values()):
        yield Problem(_l("One person stands twice in this order for the same project."), "lines")
    if any(len({pick.course_id for pick in line.picks}) < len(line.picks) for line in proposal.lines):
        yield Problem(_l("One course has been chosen twice."), "courses")


def _closed_project(found: _Found, line: ProposedLine, now: datetime) -> Iterator[Problem]:
    if line.class_id is not None:
        training_class = found.classes.get(line.class_id)
        if training_class is None or training_class.project_id != line.project_id:
            raise NotFound(f"class {line.class_id}")
    if line.project_id is None:
        return
    project = found.projects.get(line.project_id)
    if project is None:
        raise NotFound(f"project {line.project_id}")
    if not project.opens_on <= today(now) <= project.closes_on:
        yield Problem(_l("“%(title)s” does not take enrolments today.", title=project.title), "project")


def _known_already(found: _Found, buyer_id: int, line: ProposedLine, learner: Person) -> Iterator[Problem]:
    """An unpaid order or a plan for the same person and project. The link is shown only to whom it belongs."""
    if line.project_id is None:
        return
    order = found.orders.get((learner.id, line.project_id))
    if order is not None:
        number, ordered_by = order
        yield Problem(
            _l(
                "%(name)s already has an unpaid order for “%(title)s”. Pay it or cancel it first.",
                name=learner.name,
                title=line.title,
            ),
            "project",
            f"/orders/{number}" if ordered_by == buyer_id else "",
        )
    plan_id = found.plans.get((learner.id, line.project_id))
    if plan_id is not None:
        yield Problem(
            _l("%(name)s is already enrolled in “%(title)s”.", name=learner.name, title=line.title),
            "project",
            f"/centre/projects/{plan_id}" if learner.account_id == buyer_id else "",
        )


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
