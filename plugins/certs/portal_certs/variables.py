"""What the texts of a layout may contain in braces: {name}, {number}, {hours} ..., and what other plugins add."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

from portal.kit import _l, document_variables, formats
from portal_certs.snapshot import Snapshot

VARIABLES: Mapping[str, Callable[[Snapshot], str]] = {
    "name": lambda said: said.name,
    "id_shown": lambda said: said.id_shown,
    "employer": lambda said: said.employer,
    "division": lambda said: said.division,
    "project": lambda said: said.project,
    "year": lambda said: str(said.year),
    "years": lambda said: said.years,
    "hours": lambda said: formats.hours(said.hours()),
    "major": lambda said: formats.hours(said.major),
    "public": lambda said: formats.hours(said.public),
    "courses": lambda said: str(len(said.courses)),
    "rules": lambda said: said.rules,
    "office": lambda said: said.office,
    "site": lambda said: said.site,
    "host": lambda said: said.address.split("//")[-1],
    "issued_year": lambda said: str(said.issued_on.year),
    "issued_month": lambda said: str(said.issued_on.month),
    "issued_day": lambda said: str(said.issued_on.day),
}
OF_PRINTING = {"number", "page", "pages"}
WORDS: Mapping[str, object] = {
    "name": _l("Name"),
    "id_shown": _l("ID number"),
    "employer": _l("Employer"),
    "division": _l("Division"),
    "project": _l("Project"),
    "year": _l("Year"),
    "years": _l("Years of the hours"),
    "hours": _l("All hours"),
    "major": _l("Professional subjects"),
    "public": _l("Public subjects"),
    "courses": _l("Number of courses"),
    "rules": _l("Version of the rules"),
    "office": _l("Issuing office"),
    "site": _l("Name of the site"),
    "host": _l("Address of the site"),
    "issued_year": _l("Year of issue"),
    "issued_month": _l("Month of issue"),
    "issued_day": _l("Day of issue"),
    "number": _l("Number of the document"),
    "page": _l("Page number"),
    "pages": _l("Number of pages"),
}


@lru_cache(maxsize=512)
def used(text: str) -> frozenset[str]:
    """Names in braces. :raises ValueError: a brace without its partner, or formatting inside."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(_l("A brace has no partner.")) from error
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise ValueError(_l("Only plain names may stand in braces."))
    return frozenset(name for _, name, _, _ in parts if name is not None)


def unknown(text: str) -> frozenset[str]:
    """Names in braces that mean nothing, to us and to the plugins there are."""
    return used(text) - set(VARIABLES) - OF_PRINTING - {one.key for one in document_variables()}


def asked(layout: Mapping[str, Any]) -> frozenset[str]:
    """All names a layout uses."""
    return frozenset().union(*(used(element["text"]) for element in layout["elements"] if "text" in element))


def words() -> dict[str, object]:
    """What each name says, ours first."""
    return dict(WORDS) | {one.key: one.title for one in document_variables() if one.key not in WORDS}


def fill(text: str, said: Snapshot, number: str, page: int = 1, pages: int = 1) -> str:
    """The text of one document on one of its pages."""
    own = used(text) - OF_PRINTING
    values = {name: VARIABLES[name](said) if name in VARIABLES else said.more.get(name, "") for name in own}
    return text.format(**values, number=number, page=page, pages=pages)
