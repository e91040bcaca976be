"""The old platform's register as people with their hours, one or several rows each; checked before it is written."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.people import contact, identity
from portal.people.newcomers import Newcomer
from portal.rules.rules import MAJOR, PUBLIC
from portal.sheets import checking, layout, tables, values
from portal.sheets.checking import Line, Report
from portal.sheets.reading import Book
from portal.types import Problem

_DATA = Path(__file__).parent / "data"
WORDS = tomllib.loads((_DATA / "words.toml").read_text("utf-8"))
KINDS = {WORDS["major"]: MAJOR, WORDS["public"]: PUBLIC}
EARLIEST = 1990
LAYOUT = layout.load(
    _DATA / "columns.toml",
    {
        **dict.fromkeys(
            ("name", "id_kind", "email", "employer", "division", "residence", "title_series", "title_level"),
            values.text,
        ),
        **dict.fromkeys(("id_number", "phone", "certificate", "certificates"), values.code),
        **dict.fromkeys(("major", "public", "hours"), values.hours),
        "year": values.year,
    },
)


@dataclass(frozen=True)
class Earned:
    """Hours (hundredths) of one year and kind, and the certificate the old platform issued for the year."""

    year: int
    kind: str
    hours: int
    reference: str | None


@dataclass
class Person:
    """Somebody of the old register, gathered from all their rows. `earned` by (year, kind), with the row."""

    newcomer: Newcomer
    lines: list[Line] = field(default_factory=list)
    earned: dict[tuple[int, str], tuple[Earned, Line]] = field(default_factory=dict)


def read(book: Book, places: Mapping[str, str], today: date) -> tuple[Report, list[Person]]:
    """All rows with what is wrong with each, and the people of those rows that are right.

    `places`: codes of divisions by name and by code. What only the database knows is checked by importing.py.

    :raises Refused: the file holds no such table.
    """
    earned: list[list[Earned]] = []  # of each row

    def rule(data: Mapping[str, Any]) -> Iterator[Problem]:
        earned.append(_earned(data))
        return _problems(data, earned[-1], places, today)

    report = checking.check(tables.find(book, LAYOUT), rule)
    people: dict[str, Person] = {}
    faults: dict[int, list[Problem]] = {}
    for line, entries in zip(report.lines, earned, strict=True):
        if not line.problems:
            fault = _join(people, line, entries, places)
            if fault:
                faults[line.number] = [fault]
    lines = [line.but(*faults.get(line.number, ())) for line in report.lines]
    return replace(report, lines=lines), list(people.values())


def _problems(
    data: Mapping[str, Any], entries: Sequence[Earned], places: Mapping[str, str], today: date
) -> Iterator[Problem]:
    if "id_number" in data:
        kind = _id_kind(data)
        if kind is None:
            yield Problem(_l("This kind of ID is not known here."), "id_kind")
        elif fault := identity.check(kind, identity.normalise(data["id_number"]), today):
            yield Problem(fault, "id_number")
    if "name" in data and (fault := contact.name_problem(contact.normal_name(data["name"]))):
        yield Problem(fault, "name")
    if "phone" in data and (fault := contact.phone_problem(contact.normal_phone(data["phone"]))):
        yield Problem(fault, "phone")
    if "email" in data and (fault := contact.email_problem(contact.normal_email(data["email"]))):
        yield Problem(fault, "email")
    if "employer" in data and (fault := contact.employer_problem(contact.normal_employer(data["employer"]))):
        yield Problem(fault, "employer")
    if "division" in data and data["division"] not in places:
        yield Problem(_l("No county of this name is served here."), "division")
    if "residence" in data and data["residence"] not in places:
        yield Problem(_l("No county of this name is served here."), "residence")
    yield from _hour_problems(data, entries, today)


def _hour_problems(data: Mapping[str, Any], entries: Sequence[Earned], today: date) -> Iterator[Problem]:
    if ("major" in data or "public" in data or "certificate" in data) and "year" not in data:
        yield Problem(_l("Hours need the year they were earned for."), "year")
    years = {entry.year for entry in entries}
    if any(not EARLIEST <= year <= today.year for year in years):
        yield Problem(
            _l("Hours of a year to come, or of long ago, cannot be right."), "year" if "year" in data else "hours"
        )
    if "certificate" in data and "year" in data and data["year"] not in years:
        yield Problem(_l("A certificate needs the hours it was issued for."), "certificate")
    if any(int(year) not in years for (year,) in data.get("certificates", {})):
        yield Problem(_l("A certificate needs the hours it was issued for."), "certificates")


def _id_kind(data: Mapping[str, Any]) -> str | None:
    """Key of the kind of ID; where the file has none, what the number looks like."""
    said = data.get("id_kind")
    if said:
        found: str | None = WORDS["id_kinds"].get(said)
        return found
    return "resident_id"


def _earned(data: Mapping[str, Any]) -> list[Earned]:
    """Hours of a row, from columns per year or from the row's own year; nought hours are none."""
    references = {int(year): number for (year,), number in data.get("certificates", {}).items()}
    found = [
        Earned(int(year), KINDS[word], hours, references.get(int(year)))
        for (year, word), hours in data.get("hours", {}).items()
    ]
    if "year" in data:
        number = data.get("certificate", references.get(data["year"]))
        found += [Earned(data["year"], kind, data[kind], number) for kind in (MAJOR, PUBLIC) if kind in data]
    return [entry for entry in found if entry.hours]


def _join(
    people: dict[str, Person], line: Line, entries: Sequence[Earned], places: Mapping[str, str]
) -> Problem | None:
    """Adds a row to its person. What is wrong with the row beside the person's other rows, or None."""
    newcomer = _newcomer(line.data, places)
    person = people.setdefault(newcomer.id_number, Person(newcomer))
    if person.lines and person.newcomer.name != newcomer.name:
        first = person.lines[0].number
        return Problem(_l("This ID number stands in row %(row)s with another name.", row=first), "id_number")
    if person.lines and not entries:
        return Problem(_l("This ID number stands in row %(row)s already.", row=person.lines[0].number), "id_number")
    for entry in entries:
        known = person.earned.get((entry.year, entry.kind))
        if known is not None:
            return Problem(
                _l("The same hours of %(year)s stand in row %(row)s already.", year=entry.year, row=known[1].number),
                "year" if "year" in line.data else "hours",
            )
    person.earned.update({(entry.year, entry.kind): (entry, line) for entry in entries})
    person.lines.append(line)
    return None


def _newcomer(data: Mapping[str, Any], places: Mapping[str, str]) -> Newcomer:
    return Newcomer(
        name=contact.normal_name(data["name"]),
        id_kind=_id_kind(data) or "",
        id_number=identity.normalise(data["id_number"]),
        phone=contact.normal_phone(data.get("phone", "")),
        email=contact.normal_email(data.get("email", "")),
        employer=contact.normal_employer(data["employer"]),
        division_code=places[data["division"]] if "division" in data else None,
        residence_code=places[data["residence"]] if "residence" in data else None,
        title_series=data.get("title_series") or None,
        title_level=data.get("title_level") or None,
    )
