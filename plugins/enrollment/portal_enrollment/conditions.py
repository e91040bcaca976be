"""What an order of this mode must fulfil, and what somebody already has in a project."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from portal.kit import (
    Learner,
    NotFound,
    Offer,
    Order,
    OrderLine,
    OrderProposal,
    Pick,
    Plan,
    PlanCourse,
    Problem,
    Project,
    ProposedLine,
    _l,
    catalogue,
    choice,
    clock,
)
from portal_enrollment import AWARD


def problems(session: Session, proposal: OrderProposal) -> Iterator[Problem]:
    """Minimum hours, compulsory courses, and a class of the learner's own division.

    :raises NotFound: the learner, the project or the class does not exist or belongs to somebody else.
    """
    for line in proposal.lines:
        learner = session.get(Learner, line.learner_id)
        if learner is None or learner.account_id != proposal.buyer_id or line.project_id is None:
            raise NotFound(f"learner {line.learner_id}")
        project = catalogue.project(session, line.project_id)
        offers = catalogue.courses_of(session, project)
        chosen = [pick.course_id for pick in line.picks]
        yield from choice.check(offers, chosen, project.rule_set.rules).problems
        yield from _class_problems(session, project, learner, line)
        terms = (project.rule_set_id, project.year, AWARD, set(picks(offers, chosen)))
        if terms != (proposal.rule_set_id, line.year, line.award, set(line.picks)):
            yield Problem(_l("The terms of this project have changed. Please check your choice once more."), "courses")


def picks(offers: list[Offer], chosen: list[int]) -> tuple[Pick, ...]:
    """Chosen courses as an order wants them. Foreign ids are left out."""
    taken = set(chosen)
    return tuple(Pick(offer.course.id, offer.compulsory) for offer in offers if offer.course.id in taken)


def _class_problems(session: Session, project: Project, learner: Learner, line: ProposedLine) -> Iterator[Problem]:
    found = catalogue.class_for(session, project, learner.division_code, clock.today(clock.now()))
    training_class = found.get(line.class_id)
    if training_class is None:
        yield Problem(_l("This class is not one of your employer's division. Please choose again."), "class_id")
    elif catalogue.free_seats(training_class) == 0:
        yield Problem(
            _l("All seats of %(name)s are taken by now. Please choose another class.", name=training_class.name),
            "class_id",
        )


def unpaid(session: Session, learner_id: int, project_id: int) -> OrderLine | None:
    """What a learner has ordered of a project and not paid yet, with its order."""
    query = select(OrderLine).join(Order).options(contains_eager(OrderLine.order))
    query = query.where(OrderLine.learner_id == learner_id, OrderLine.project_id == project_id, Order.state == "placed")
    found: OrderLine | None = session.scalar(query)
    return found


@dataclass(frozen=True)
class Enrolled:
    """What a learner already has in a project: an unpaid order, or a plan."""

    order_number: str = ""
    plan_id: int = 0


def enrolled(session: Session, learner_id: int, project_id: int) -> Enrolled | None:
    """An unpaid order or a live plan of that project, or None. Two statements."""
    plan_id = session.scalar(
        select(Plan.id).where(
            Plan.learner_id == learner_id, Plan.project_id == project_id, Plan.state.in_(("open", "complete"))
        )
    )
    if plan_id is not None:
        return Enrolled(plan_id=plan_id)
    line = unpaid(session, learner_id, project_id)
    return Enrolled(order_number=line.order.number) if line else None


def studying(session: Session, learner_id: int, course_ids: list[int]) -> set[int]:
    """Those of some courses that an open plan of the learner holds. One statement."""
    query = (
        select(PlanCourse.course_id)
        .join(Plan, Plan.id == PlanCourse.plan_id)
        .where(Plan.learner_id == learner_id, Plan.state == "open", PlanCourse.state != "complete")
        .where(PlanCourse.course_id.in_(course_ids))
    )
    return set(session.scalars(query))


def specialties_before(session: Session, learner_id: int, year: int) -> set[int]:
    """Specialties the learner had a plan in the year before. One statement."""
    query = (
        select(Project.specialty_id)
        .join(Plan, Plan.project_id == Project.id)
        .where(Plan.learner_id == learner_id, Project.year == year - 1, Plan.state != "revoked")
    )
    return set(session.scalars(query))
