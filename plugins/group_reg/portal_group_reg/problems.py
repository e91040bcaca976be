"""Causes of problems in words, and rows as the page shows them: grouped by cause, each with its own sentence."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit import _l
from portal_group_reg import keeping, roster
from portal_group_reg.models import RosterRow
from portal_group_reg.roster import LAYOUT
from portal_group_reg.terms import Terms

SHOWN = 200  # failing rows that are edited on one page
# Code -> what the group is called, and what usually helps.
CAUSES: dict[str, tuple[object, object]] = {
    "REQUIRED": (_l("Something is missing"), _l("Fill it in; split merged cells")),
    "NAME_CHARS": (_l("Name not written as on the ID"), ""),
    "NAME_DIFFERS": (_l("Name differs from the one on file"), _l("Compare it with the ID")),
    "ID_15": (_l("ID number of the first generation"), _l("Enter the 18-digit number")),
    "ID_LENGTH": (_l("ID number too short or too long"), _l("Usually a digit or the final X was left out")),
    "ID_CHECKSUM": (_l("ID number does not check"), _l("Usually one digit was copied wrongly")),
    "ID_DATE": (_l("ID number with an impossible date"), ""),
    "ID_NUMBER": (_l("ID number not right"), ""),
    "ID_KIND": (_l("Unknown kind of ID"), ""),
    "ID_PRECISION_LOST": (
        _l("Digits of the ID number were lost"),
        _l("The spreadsheet kept 15 digits only; type the number again"),
    ),
    "DUP_IN_FILE": (_l("The same person twice"), _l("Remove one of the rows, or correct the number")),
    "SEX": (_l("Sex not readable"), ""),
    "SEX_MISMATCH": (_l("Sex and ID number contradict each other"), ""),
    "PHONE": (_l("Mobile number not right"), ""),
    "EMAIL": (_l("E-mail address not right"), ""),
    "COUNTY": (_l("Unknown county"), ""),
    "CLASS": (_l("Unknown class"), _l("Choose from the list of the template")),
    "EMPLOYER": (_l("Name of the employer incomplete"), ""),
    "OTHER_EMPLOYER": (_l("Employer differs from your organisation"), _l("Certificates carry the registered name")),
    "CREDIT_CODE": (_l("Code does not check"), ""),
    "OTHER_CODE": (_l("Code differs from your organisation's"), ""),
    "DATE": (_l("Date not readable"), ""),
    "OFFICE": (_l("To be looked at by the office"), _l("These people cannot be enrolled by you alone")),
}
OTHER = (_l("Cell not readable"), "")
OWN_NAME = {"OTHER_EMPLOYER", "OTHER_CODE"}  # mended for all rows by one button
SENTENCES = {
    "NAME_DIFFERS": _l("This ID number is on file with you under another name."),
    "OFFICE": _l("Please ask the office; leave the row behind meanwhile."),
}


@dataclass(frozen=True)
class Item:
    """One problem of one row: what was typed there, and the sentence."""

    number: int
    name: str
    field: str
    title: str
    value: str
    sentence: object


@dataclass(frozen=True)
class Group:
    """All shown rows with one cause. `count`: how many there are in all."""

    code: str
    title: object
    hint: object
    count: int
    items: list[Item]


def groups(session: Session, batch_id: int, terms: Terms) -> list[Group]:
    """The failing rows by cause, the most frequent first; at most SHOWN rows are written out."""
    query = select(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.state == keeping.BAD)
    rows = list(session.scalars(query.order_by(RosterRow.number).limit(SHOWN)))
    said = sentences(rows, terms)
    counted = counts(session, batch_id)
    found: dict[str, list[Item]] = {}
    for row in rows:
        for item, code in _items(row, said):
            found.setdefault(code, []).append(item)
    ordered = sorted(found.items(), key=lambda one: -counted.get(one[0], 0))
    made = []
    for code, items in ordered:
        title, hint = CAUSES.get(code, OTHER)
        made.append(Group(code, title, hint, counted.get(code, len(items)), items))
    return made


def counts(session: Session, batch_id: int) -> dict[str, int]:
    """How many failing rows have which cause."""
    found: dict[str, int] = {}
    query = select(RosterRow.faults).where(RosterRow.batch_id == batch_id, RosterRow.state == keeping.BAD)
    for faults in session.scalars(query):
        for code in {code for _field, code, _row in faults}:
            found[code] = found.get(code, 0) + 1
    return found


def sentences(rows: Sequence[RosterRow], terms: Terms) -> dict[tuple[int, str, str], object]:
    """What is wrong with rows, by row, field and code, in the reader's language."""
    checked = roster.again([(row.number, json.loads(row.typed)) for row in rows], terms.rows)
    return {(line.number, one.field, one.code): one.message for line in checked.report.bad for one in line.problems}


def _items(row: RosterRow, said: dict[tuple[int, str, str], object]) -> list[tuple[Item, str]]:

    typed = json.loads(row.typed)
    titles = {column.key: column.title for column in LAYOUT.columns}
    return [
        (
            Item(
                row.number,
                str(typed.get("name", "")),
                field,
                titles.get(field, field),
                str(typed.get(field, "")),
                sentence(row.number, field, code, first, said),
            ),
            code,
        )
        for field, code, first in row.faults
    ]


def sentence(
    number: int, field: str, code: str, first: int | None, said: Mapping[tuple[int, str, str], object]
) -> object:
    """What is said about one problem; `first`: the row that names the same person."""
    if first is not None:
        return roster.twice(first).message
    return said.get((number, field, code)) or SENTENCES.get(code) or CAUSES.get(code, OTHER)[0]
