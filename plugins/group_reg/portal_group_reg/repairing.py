"""Rows as they are shown and handed back: good ones as a line, failing ones as a workbook to repair. Read-only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote as percent

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kit import Line, Problem, Report, identity
from portal_group_reg import keeping, problems, roster
from portal_group_reg.models import Batch, RosterRow
from portal_group_reg.roster import LAYOUT
from portal_group_reg.terms import Terms

FILENAME = f"filename*=UTF-8''{percent(roster.TEMPLATE['repair_file'])}"


@dataclass(frozen=True)
class Shown:
    """A row that needs nothing more."""

    number: int
    name: str
    id_number: str
    title: str
    state: str
    fresh: bool
    had: tuple[int, ...]


def shown(row: RosterRow) -> Shown:
    """A row as the list shows it."""
    typed = json.loads(row.typed)
    number = identity.normalise(typed.get("id_number", ""))
    return Shown(
        row.number, typed.get("name", ""), number, typed.get("title_level", ""), row.state, row.fresh, tuple(row.had)
    )


def own_people(session: Session, batch_id: int) -> int:
    """How many good rows name somebody the organisation has on file."""
    query = select(func.count()).where(
        RosterRow.batch_id == batch_id, RosterRow.state == keeping.GOOD, RosterRow.fresh.is_(False)
    )
    return session.scalar(query) or 0


def spared(session: Session, batch_id: int) -> list[tuple[int, ...]]:
    """The courses that cost somebody nothing, for each of the good rows where there are any."""
    query = select(RosterRow.had).where(
        RosterRow.batch_id == batch_id, RosterRow.state == keeping.GOOD, RosterRow.fresh.is_(False)
    )
    return [tuple(had) for had in session.scalars(query) if had]


def report(session: Session, batch: Batch, terms: Terms) -> Report:
    """The failing rows with all that is wrong with each, to be written as a workbook."""
    query = select(RosterRow).where(RosterRow.batch_id == batch.id, RosterRow.state == keeping.BAD)
    rows = list(session.scalars(query.order_by(RosterRow.number)))
    said = problems.sentences(rows, terms)
    lines = []
    for row in rows:
        typed = json.loads(row.typed)
        faults = tuple(
            Problem(problems.sentence(row.number, field, code, first, said), field, code=code)
            for field, code, first in row.faults
        )
        cells = {column.title: typed.get(column.key, "") for column in LAYOUT.columns}
        lines.append(Line(row.number, {}, faults, cells))
    return Report(lines, [(column.title, column) for column in LAYOUT.columns], [])


def own_name(session: Session, batch: Batch, edits: Mapping[int, Mapping[str, str]]) -> dict[int, dict[str, str]]:
    """The edits, with the registered name and code in every row that has others."""
    found = {number: dict(said) for number, said in edits.items()}
    query = select(RosterRow.number, RosterRow.faults).where(
        RosterRow.batch_id == batch.id, RosterRow.state == keeping.BAD
    )
    for number, faults in session.execute(query):
        for field, code, _first in faults:
            if code in problems.OWN_NAME:
                organisation = batch.organisation
                right = organisation.name if field == "employer" else organisation.code
                found.setdefault(number, {})[field] = right
    return found
