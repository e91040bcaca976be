"""What the texts of a layout may contain in braces: {name}, {number}, {hours} ..."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter

from portal.kit import _l, formats
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
    """Names in braces that mean nothing."""
    return used(text) - set(VARIABLES) - OF_PRINTING


def fill(text: str, said: Snapshot, number: str, page: int = 1, pages: int = 1) -> str:
    """The text of one document on one of its pages."""
    values = {name: VARIABLES[name](said) for name in used(text) - OF_PRINTING}
    return text.format(**values, number=number, page=page, pages=pages)
