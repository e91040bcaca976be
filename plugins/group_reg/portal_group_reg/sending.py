"""From the good rows of a roster to one order: accounts for new people, lines, the order. One transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kit import (
    Offer,
    Order,
    OrderProposal,
    Pick,
    ProposedLine,
    Refused,
    _l,
    joining,
    messages,
    place_within,
    quote,
)
from portal_group_reg import AWARD, MODE, keeping, roster, service, standing, terms
from portal_group_reg.models import Batch
from portal_group_reg.roster import Entry
from portal_group_reg.standing import Standing

OFFICE = "OFFICE"
DEARER = _l("Prices have changed since the list was shown. Check the amount and send it again.")
NOT_ALL = _l("Some people cannot be enrolled by you alone. They are marked below; the office helps.")


@dataclass
class Stopped(Exception):
    """Rows that cannot be sent, by number: why, as a code."""

    faults: dict[int, str]


def order(session: Session, batch: Batch, account_id: int, now: datetime) -> Order:
    """The order of all good rows, sent by an account of the organisation.

    :raises Stopped: rows whose people are enrolled or registered otherwise elsewhere; what it is, is not told.
    :raises Refused: nobody is left, the price rose, or the order cannot be placed; nothing is written.
    """
    judged = terms.of_batch(session, batch)
    entries = _entries(session, batch, judged.rows)
    known = standing.find(session, judged.people, entries)
    if faults := dict(_faults(entries, known)):
        raise Stopped(faults)
    if not entries:
        raise Refused(_l("Nobody new is in this list: there is nothing to send."))
    organisation = batch.organisation
    fresh = [one.person for one in entries if one.number not in known]
    ids = joining.join(session, organisation, fresh, now)
    ids |= {one.person.index: known[one.number].learner_id for one in entries if one.number in known}
    placed = place_within(session, proposal(session, batch, entries, ids, charged_less=bool(known)))
    for one in known.values():
        messages.post(
            session,
            one.account_id,
            "enrolled_by_employer",
            "/centre",
            employer=organisation.name,
            title=batch.training_class.project.title,
        )
    service.settle(session, batch.id, placed.id, account_id, len(entries), now)
    return placed


def proposal(
    session: Session, batch: Batch, entries: Sequence[Entry], ids: dict[str, int], *, charged_less: bool
) -> OrderProposal:
    """One line per person, all with the package of the roster.

    `charged_less`: somebody may have hours already, which cost nothing; new people cost what the clerk was shown.

    :raises Refused: it would cost more than the clerk was shown.
    """
    project = batch.training_class.project
    picks = package(terms.offers(session, project), batch.courses)
    lines = tuple(
        ProposedLine(
            learner_id=ids[entry.person.index],
            title=project.title,
            year=project.year,
            picks=picks,
            award=AWARD,
            project_id=project.id,
            class_id=entry.class_id or batch.class_id,
        )
        for entry in entries
    )
    buyer = batch.organisation.account_id
    assert buyer is not None  # only an organisation with an account has rosters
    changed = replaced(session, batch)
    asked = OrderProposal(
        MODE,
        buyer,
        key(batch),
        project.rule_set_id,
        lines,
        batch.seen_total,
        replaces=changed.number if changed else "",
    )
    if not charged_less:
        return asked
    total = quote(session, asked).total
    if total > batch.seen_total:
        raise Refused(DEARER)
    return replace(asked, expected_total=total)


def replaced(session: Session, batch: Batch) -> Order | None:
    """The order this roster stands in, as long as it waits for money: the next one takes its place."""
    found = session.get(Order, batch.order_id) if batch.order_id else None
    return found if found is not None and found.state == "placed" else None


def key(batch: Batch) -> str:
    """Key of the order: the same rows make one order however often they are sent."""
    return f"{MODE}:{batch.token}:{batch.version}"


def package(offers: Sequence[Offer], courses: Sequence[int]) -> tuple[Pick, ...]:
    """Chosen courses as an order wants them. Foreign ids are left out."""
    taken = set(courses)
    return tuple(Pick(offer.course.id, offer.compulsory) for offer in offers if offer.course.id in taken)


def _entries(session: Session, batch: Batch, judged: roster.Terms) -> list[Entry]:
    """The people of the good rows. They are checked again only where the terms have changed since they were shown.

    :raises Stopped: rows that are not right by the terms of today.
    """
    typed = keeping.typed_rows(session, batch.id, keeping.GOOD)
    if batch.judged_by == judged.mark:
        return roster.entries(typed, judged)
    checked = roster.again(typed, judged)
    if faults := {line.number: line.problems[0].code for line in checked.report.bad}:
        raise Stopped(faults)
    return checked.entries


def _faults(entries: Sequence[Entry], known: dict[int, Standing]) -> list[tuple[int, str]]:
    """People who may not be enrolled, although their rows are right."""
    found = []
    for entry in entries:
        one = known.get(entry.number)
        if one is not None and (not one.usable or one.name != entry.person.name):
            found.append((entry.number, "ALREADY_ENROLLED" if one.own and one.enrolled else OFFICE))
    return found
