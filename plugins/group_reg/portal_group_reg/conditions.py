"""What an order of this mode must fulfil, whoever places it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit import NotFound, OrderProposal, Organisation, Problem, _l, catalogue, choice
from portal_group_reg import AWARD, sending, terms


def problems(session: Session, proposal: OrderProposal) -> Iterator[Problem]:
    """An approved organisation, one project, its package complete. A few statements, however many lines.

    :raises NotFound: the buyer is no organisation, or a line has no project.
    """
    buyer = session.scalar(select(Organisation).where(Organisation.account_id == proposal.buyer_id))
    projects = {line.project_id for line in proposal.lines}
    if buyer is None or len(projects) != 1 or None in projects:
        raise NotFound(f"organisation of account {proposal.buyer_id}")
    if buyer.state != "approved":
        yield Problem(_l("Your organisation has not been approved yet."))
    project = catalogue.project(session, int(projects.pop() or 0))
    offers = terms.offers(session, project)
    for picks in {line.picks for line in proposal.lines}:
        chosen = [pick.course_id for pick in picks]
        yield from choice.check(offers, chosen, project.rule_set.rules).problems
        if set(picks) != set(sending.package(offers, chosen)):
            yield Problem(_l("The terms of this project have changed. Please check the package once more."), "courses")
    wanted = {(project.rule_set_id, project.year, AWARD)}
    if {(proposal.rule_set_id, line.year, line.award) for line in proposal.lines} != wanted:
        yield Problem(_l("The terms of this project have changed. Please check the package once more."), "courses")
