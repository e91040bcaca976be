"""名单: what a row of a roster must say. Pure: no database, no clock; one pipeline for pages, jobs and the command.

Every problem carries a code: pages group by it, the command prints it.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from portal.kit import (
    ID_KINDS,
    Book,
    Line,
    Newcomer,
    Problem,
    Refused,
    Report,
    _l,
    cells,
    check_again,
    check_table,
    contact,
    find_table,
    identity,
    lacking_columns,
    load_layout,
    organisation_codes,
    template_version,
)

_DATA = Path(__file__).parent / "data"
TEMPLATE: dict[str, Any] = tomllib.loads((_DATA / "template.toml").read_text("utf-8"))
WORDS: dict[str, Any] = TEMPLATE["words"]
_TEXTS = ("name", "id_kind", "sex", "county", "class", "employer", "title_level", "title_series", "education", "note")
LAYOUT = load_layout(
    _DATA / "columns.toml",
    {
        **dict.fromkeys((*_TEXTS, "email"), cells.text),
        **dict.fromkeys(("id_number", "phone", "code"), cells.code),
        "graduated": cells.day,
    },
)
_KEYS = {column.title: column.key for column in LAYOUT.columns}
_DAYS = [column.key for column in LAYOUT.columns if column.read is cells.day]
_CLASSES = re.compile(r"第?[一二三四五六七八九十\d]{1,3}班")


@dataclass(frozen=True)
class Place:
    """Where a row's person is enrolled: a class of the project, by the names a row gives it."""

    class_id: int
    county: str
    name: str


@dataclass(frozen=True)
class Terms:
    """What rows are compared with. Without `places` any class of a known county is right (`portal roster check`).

    `employer` and `code`: the organisation's own, "" where nobody in particular sends the file.
    """

    today: date
    counties: frozenset[str]
    places: tuple[Place, ...] = ()
    employer: str = ""
    code: str = ""

    @cached_property
    def by_name(self) -> dict[tuple[str, str], int]:
        """Classes by county and name, with and without the county in front: 丰润区 一班, 丰润区 丰润区一班."""
        found: dict[tuple[str, str], int] = {}
        for place in self.places:
            found[(place.county, place.name)] = place.class_id
            found[(place.county, f"{place.county}{place.name}")] = place.class_id
        return found

    def class_of(self, data: Mapping[str, Any]) -> int | None:
        """The class a row names."""
        return self.by_name.get((data.get("county", ""), data.get("class", "").replace(" ", "")))

    @cached_property
    def mark(self) -> str:
        """The same for terms that judge alike. The day is left out: what was right stays right on later days."""
        said = (sorted(self.counties), [(one.class_id, one.county, one.name) for one in self.places])
        return hashlib.sha256(repr((*said, self.employer, self.code)).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """A row without problems: who is enrolled in which class (0 where no class was asked for)."""

    number: int
    person: Newcomer
    class_id: int


@dataclass
class Checked:
    """A roster as it was read: the report, the entries of its good rows, and rows that name the person of another."""

    report: Report
    entries: list[Entry] = field(default_factory=list)
    same: dict[int, int] = field(default_factory=dict)
    template: str = ""


class Lacks(Refused):
    """Columns are missing, but there are headings nobody knows: a person may say which is which."""

    def __init__(self, refused: Refused, headings: list[str], columns: list[str]) -> None:
        super().__init__(refused.message, refused.problems)
        self.headings, self.columns = headings, columns


def read(book: Book, terms: Terms, mapping: Mapping[str, str] | None = None) -> Checked:
    """Finds the table of a file and checks all of it. `mapping`: headings by column, as somebody said by hand.

    :raises Lacks: columns are missing that may stand there by other names.
    :raises Refused: the file holds no such table.
    """
    layout = LAYOUT.named(mapping or {})
    try:
        table = find_table(book, layout)
    except Refused as refused:
        headings, columns = lacking_columns(book, layout)
        known = {problem.code for problem in refused.problems} & {"MISSING_COLUMN", "NO_HEADINGS"}
        if known and columns and len(headings) >= len(columns):
            raise Lacks(refused, headings, [column.key for column in columns]) from refused
        raise
    checked = _checked(check_table(table, lambda data: problems(data, terms)), terms)
    checked.template = template_version(book)
    return checked


def again(typed: Iterable[tuple[int, Mapping[str, str]]], terms: Terms) -> Checked:
    """The same for rows kept as what was typed, by number and column key."""
    return _checked(check_again(LAYOUT, typed, lambda data: problems(data, terms)), terms)


def entries(typed: Iterable[tuple[int, Mapping[str, str]]], terms: Terms) -> list[Entry]:
    """Rows that were right by the same terms, as they are kept: nothing about them is asked again."""
    return [_entry(number, said, terms) for number, said in typed]


def typed(line: Line) -> dict[str, str]:
    """What is kept of a row, by column key; a date that was read in whatever form is kept as a date."""
    found = {key: said for title, said in line.typed.items() if said and (key := _KEYS.get(title))}
    for key in _DAYS:
        if isinstance(value := line.data.get(key), date):
            found[key] = value.isoformat()
    return found


def problems(data: Mapping[str, Any], terms: Terms) -> Iterator[Problem]:
    """What is wrong with a row beside cells that cannot be read."""
    if "name" in data and (fault := contact.name_problem(name_of(data))):
        yield Problem(fault, "name", code="NAME_CHARS")
    yield from _id_problems(data, terms.today)
    if "phone" in data and (fault := contact.phone_problem(contact.normal_phone(data["phone"]))):
        yield Problem(fault, "phone", code="PHONE")
    if "email" in data and (fault := contact.email_problem(contact.normal_email(data["email"]))):
        yield Problem(fault, "email", code="EMAIL")
    yield from _place_problems(data, terms)
    yield from _employer_problems(data, terms)


def name_of(data: Mapping[str, Any]) -> str:
    """The name as it is kept."""
    return contact.normal_name(data["name"])


def _id_problems(data: Mapping[str, Any], today: date) -> Iterator[Problem]:
    kind = _kind(data)
    if "id_number" not in data:  # a caption or a sum: what is missing says enough
        return
    if kind is None:
        yield Problem(_l("This kind of ID is not known here."), "id_kind", code="ID_KIND")
        return
    number = identity.normalise(data["id_number"])
    if fault := identity.check(kind, number, today):
        yield Problem(fault, "id_number", code=_id_code(number))
        return
    said = str(data.get("sex", "")).lower()
    if said and said not in WORDS["male"] + WORDS["female"]:
        yield Problem(_l("The sex cannot be read. Choose it from the list."), "sex", code="SEX")
    elif said and kind == "resident_id" and (said in WORDS["male"]) != (int(number[16]) % 2 == 1):
        yield Problem(_l("The sex does not fit the ID number. One of both is wrong."), "sex", code="SEX_MISMATCH")


def _id_code(number: str) -> str:
    """Why a number cannot be right, as a code."""
    if re.fullmatch(r"\d{15}", number):
        return "ID_15"
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return "ID_LENGTH"
    if number[17] != identity.check_digit(number[:17]):
        return "ID_CHECKSUM"
    return "ID_DATE" if identity.birth_date(number) is None else "ID_NUMBER"


def _kind(data: Mapping[str, Any]) -> str | None:
    said = data.get("id_kind")
    found: str | None = WORDS["id_kinds"].get(said) if said else "resident_id"
    return found


def _place_problems(data: Mapping[str, Any], terms: Terms) -> Iterator[Problem]:
    county, said = data.get("county"), data.get("class", "").replace(" ", "")
    if county and county not in terms.counties:
        yield Problem(_l("No county of this name is served here."), "county", code="COUNTY")
    elif county and said:
        known = terms.class_of(data) is not None
        if (terms.places and not known) or (not terms.places and not _CLASSES.fullmatch(said.removeprefix(county))):
            yield Problem(_l("The project has no such class in this county."), "class", code="CLASS")


def _employer_problems(data: Mapping[str, Any], terms: Terms) -> Iterator[Problem]:
    if "employer" in data:
        name = contact.normal_employer(data["employer"])
        if fault := contact.employer_problem(name):
            yield Problem(fault, "employer", code="EMPLOYER")
        elif terms.employer and name != terms.employer:
            sentence = _l("Not the registered name; certificates carry “%(name)s”.", name=terms.employer)
            yield Problem(sentence, "employer", code="OTHER_EMPLOYER")
    if "code" in data:
        code = identity.normalise(data["code"])
        if fault := _code_problem(code):
            yield Problem(fault, "code", code="CREDIT_CODE")
        elif terms.code and code != terms.code:
            yield Problem(_l("Not the code your organisation is registered with."), "code", code="OTHER_CODE")


@lru_cache(4096)
def _code_problem(code: str) -> object:
    """One organisation's code stands in every row: its check digits are computed once."""
    kind = {15: "registration", 9: "organisation"}.get(len(code), "credit_code")
    return organisation_codes.problem(kind, code)


def _checked(report: Report, terms: Terms) -> Checked:
    """Gives problems of cells their names in a roster, finds people who stand twice, and makes the entries."""
    lines = [_renamed(line) for line in report.lines]
    same = {line.number: group[0].number for group in _by_number(lines).values() for line in group[1:]}
    lines = [line.but(twice(same[line.number])) if line.number in same else line for line in lines]
    report = Report(lines, report.headings, report.ignored, report.mark, report.hidden)
    return Checked(report, [_entry(line.number, line.data, terms) for line in report.good], same)


def twice(first: int) -> Problem:
    """What is said to a row whose person stands in an earlier one."""
    return Problem(_l("The same ID number stands in row %(row)s.", row=first), "id_number", code="DUP_IN_FILE")


def _by_number(lines: list[Line]) -> dict[Any, list[Line]]:
    """Lines that share an ID, however each wrote it."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        if "id_number" in line.data:
            found.setdefault(identity.normalise(line.data["id_number"]), []).append(line)
    return {number: group for number, group in found.items() if len(group) > 1}


def _renamed(line: Line) -> Line:
    if not any(problem.code == "PRECISION_LOST" and problem.field == "id_number" for problem in line.problems):
        return line
    said = [
        Problem(one.message, one.field, code=f"ID_{one.code}" if one.field == "id_number" else one.code)
        for one in line.problems
    ]
    return Line(line.number, line.data, tuple(said), line.typed, line.origin)


def _entry(number: int, data: Mapping[str, Any], terms: Terms) -> Entry:
    kind = _kind(data) or ""
    assert kind in ID_KINDS  # a row of another kind has a problem
    person = Newcomer(
        name=name_of(data),
        id_kind=kind,
        id_number=identity.normalise(data["id_number"]),
        phone=contact.normal_phone(data.get("phone", "")),
        email=contact.normal_email(data.get("email", "")),
        employer=contact.normal_employer(data["employer"]),
        division_code=None,
        title_series=data.get("title_series") or None,
        title_level=data.get("title_level") or None,
    )
    return Entry(number, person, terms.class_of(data) or 0)
