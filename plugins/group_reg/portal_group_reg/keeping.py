"""The rows of a roster: kept sealed as they were typed, with what is wrong with each. Written for services alone."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.kit import db, ledger
from portal_group_reg import roster, standing
from portal_group_reg.models import Batch, RosterRow
from portal_group_reg.roster import Checked
from portal_group_reg.standing import Standing
from portal_group_reg.terms import Terms

written = json.JSONEncoder(ensure_ascii=False).encode  # of what was typed in a row
GOOD, BAD, ENROLLED, SENT = "good", "bad", "enrolled", "sent"


def merge(
    session: Session, batch_id: int, repaired: Mapping[int, Mapping[str, str]]
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a roster with repaired ones in place of those they repair; nothing is written."""
    rows = dict(typed_rows(session, batch_id))
    rows.update({number: dict(said) for number, said in repaired.items() if number in rows})
    return sorted(rows.items())


def typed_rows(session: Session, batch_id: int, *wanted: str) -> Iterator[tuple[int, dict[str, str]]]:
    """What was typed, by row number; of rows in these states, or of all."""
    query = select(RosterRow.number, RosterRow.typed).where(RosterRow.batch_id == batch_id)
    if wanted:
        query = query.where(RosterRow.state.in_(wanted))
    for number, said in session.execute(query.order_by(RosterRow.number)):
        yield number, json.loads(said)


def counts(session: Session, batch_id: int) -> dict[str, int]:
    """How many rows are in which state."""
    query = select(RosterRow.state, func.count()).where(RosterRow.batch_id == batch_id).group_by(RosterRow.state)
    return {row[0]: row[1] for row in session.execute(query)}


def move(session: Session, batch_id: int, before: str, after: str) -> None:
    """All rows in one state come into another."""
    rows = update(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.state == before)
    session.execute(rows.values(state=after))


def replace_rows(session: Session, batch_id: int, checked: Checked, terms: Terms) -> None:
    """Rows as they were read, instead of those before; what stands in an order stays."""
    entries = {entry.number: entry for entry in checked.entries}
    known = standing.find(session, terms.people, checked.entries)
    had = _had(session, batch_id, known)
    session.execute(delete(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.state != SENT))
    rows: list[dict[str, Any]] = []
    none: list[Any] = []  # the same one for most rows: it is turned into JSON once
    for line in checked.report.lines:
        faults = [
            [one.field, one.code, checked.same.get(line.number) if one.code == "DUP_IN_FILE" else None]
            for one in line.problems
        ]
        here = known.get(line.number)
        told = standing.visible(terms.people, entries[line.number], here) if line.number in entries else None
        state = BAD if faults else GOOD
        if told is not None:
            state = ENROLLED if told.code == "ALREADY_ENROLLED" else BAD
            faults = [[told.field, told.code, None]]
        rows.append(
            {
                "batch_id": batch_id,
                "number": line.number,
                "state": state,
                "fresh": here is None or not here.own,
                "typed": written(roster.typed(line)),
                "faults": faults or none,
                "had": had.get(line.number, none),
            }
        )
    db.fill(session, RosterRow, rows)


def _had(session: Session, batch_id: int, known: Mapping[int, Standing]) -> dict[int, list[int]]:
    """Courses that the organisation's own people have hours of already, by row. Of others nothing is told."""
    own = {one.learner_id: number for number, one in known.items() if one.own}
    found: dict[int, list[int]] = {}
    if own:
        courses = session.get_one(Batch, batch_id).courses
        for learner_id, course_id in sorted(ledger.counted(session, own, courses)):
            found.setdefault(own[learner_id], []).append(course_id)
    return found


def become(session: Session, batch_id: int, before: str, after: str) -> None:
    """Moves all rows of a roster that are in one state to another."""
    rows = update(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.state == before)
    session.execute(rows.values(state=after))
