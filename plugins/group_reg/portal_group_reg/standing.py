"""What the portal knows about the people of a roster, and how much of it their organisation is told.

Only an organisation's own people are told apart: somebody who is registered elsewhere looks like a new person until
the roster is sent, so a roster finds nobody out. Read-only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.kit import Order, OrderLine, Organisation, Plan, Problem, Project, TrainingClass, _l, joining
from portal_group_reg.roster import Entry

AT_ONCE = 500


@dataclass(frozen=True)
class Terms:
    """Whose roster it is, and which projects it enrols in. No organisation: an operator asks, who is told all.

    `changing` is the unpaid order the roster takes the place of: whoever stands in it can be enrolled anew.
    """

    organisation: Organisation | None
    project_ids: frozenset[int]
    changing: int = 0


@dataclass(frozen=True)
class Standing:
    """What is known about an entry. `learner_id` 0: nobody is known. `own`: one of the organisation's people."""

    learner_id: int
    account_id: int
    name: str
    own: bool
    open: bool
    enrolled: bool

    @property
    def usable(self) -> bool:
        """May be enrolled, as far as the portal knows."""
        return self.open and not self.enrolled


def find(session: Session, terms: Terms, entries: Sequence[Entry]) -> dict[int, Standing]:
    """What is known about entries, by row number; nobody unknown is among them."""
    known = joining.known(session, terms.organisation, [entry.person.index for entry in entries])
    ids = [one.learner_id for one in known.values()]
    places = set(_places(session, ids, terms))
    found = {}
    for entry in entries:
        if (one := known.get(entry.person.index)) is not None:
            mine = (one.learner_id, True) in places
            taken = mine or (one.learner_id, False) in places
            own = one.own or mine
            found[entry.number] = Standing(one.learner_id, one.account_id, one.name, own, one.open, taken)
    return found


def visible(terms: Terms, entry: Entry, standing: Standing | None) -> Problem | None:
    """What an organisation is told about a row before it sends the roster, if anything."""
    if standing is None or not (standing.own or terms.organisation is None):
        return None
    if standing.enrolled:
        return Problem(_l("Enrolled in this project already; not charged again."), "id_number", code="ALREADY_ENROLLED")
    if standing.name != entry.person.name and terms.organisation is not None:
        sentence = _l("This ID number is on file with you under another name.")
        return Problem(sentence, "name", code="NAME_DIFFERS")
    return None


def _places(session: Session, learner_ids: list[int], terms: Terms) -> Iterator[tuple[int, bool]]:
    """(learner, whether this organisation bought it) of plans and unpaid orders in these projects."""
    buyer = terms.organisation.account_id if terms.organisation else None
    for start in range(0, len(learner_ids), AT_ONCE):
        part = learner_ids[start : start + AT_ONCE]
        plans = (
            select(Plan.learner_id, Order.buyer_id)
            .outerjoin(OrderLine, OrderLine.id == Plan.line_id)
            .outerjoin(Order, Order.id == OrderLine.order_id)
            .where(Plan.learner_id.in_(part), Plan.project_id.in_(terms.project_ids))
            .where(Plan.state.in_(("open", "complete")))
        )
        unpaid = (
            select(OrderLine.learner_id, Order.buyer_id)
            .join(Order, Order.id == OrderLine.order_id)
            .where(OrderLine.learner_id.in_(part), OrderLine.project_id.in_(terms.project_ids))
            .where(Order.state == "placed", Order.id != terms.changing)
        )
        for query in (plans, unpaid):
            for learner_id, bought_by in session.execute(query):
                yield learner_id, buyer is not None and bought_by == buyer


def open_projects(session: Session, today: object) -> frozenset[int]:
    """Projects that take enrolments today and have classes."""
    query = select(Project.id).where(Project.opens_on <= today, Project.closes_on >= today)
    return frozenset(session.scalars(query.where(or_(Project.id.in_(select(TrainingClass.project_id))))))
