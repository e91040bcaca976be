"""Ways to earn hours elsewhere, as questions of the rule set's form and back."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.rules.rules import Way
from portal.staff.actions import Ask
from portal.staff.core import words
from portal.types import Problem

MOST = 6  # ways a form offers
PREFIX = "ways."
UNITS = {"lesson": _l("Lesson"), "day": _l("Day"), "piece": _l("Piece")}
HOURS = _l("hours")


def asks() -> Iterable[Ask]:
    """The questions of every way."""
    for number in range(MOST):
        at, section = f"{PREFIX}{number}", _l("Hours from elsewhere %(number)s", number=number + 1)
        hint = _l("Latin letters; empty: no further way")
        yield Ask(f"{at}.key", _l("Short name"), "line", section=section, most=30, needed=False, hint=hint)
        title = _l("What it is called")
        hint = _l("Empty: the portal's own words for training, meeting and work")
        yield Ask(f"{at}.title", title, "line", section=section, most=60, needed=False, hint=hint)
        yield Ask(f"{at}.kind", _l("Kind"), "choice", words.KINDS, section=section, needed=False)
        yield Ask(f"{at}.unit", _l("Counted by"), "choice", UNITS, section=section, needed=False)
        yield Ask(f"{at}.hours", _l("Hours of one"), "hours", unit=HOURS, section=section, needed=False)
        yield Ask(f"{at}.most", _l("Hours of a year at most"), "hours", unit=HOURS, section=section, needed=False)


def of(answers: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """The ways that were said, as the rules read them."""
    for number in range(MOST):
        given = {key: answers.get(f"{PREFIX}{number}.{key}") for key in Way.model_fields}
        if given["key"]:
            yield {key: value for key, value in given.items() if value is not None}


def problems(answers: Mapping[str, Any]) -> Iterable[Problem]:
    """A way is said whole or not at all, and once."""
    seen: set[str] = set()
    for number in range(MOST):
        given = {key: answers.get(f"{PREFIX}{number}.{key}") for key in Way.model_fields}
        at = f"{PREFIX}{number}"
        if not given["key"]:
            if given["hours"] or given["most"] or given["title"]:
                yield Problem(_l("Say its short name, or leave all of it empty."), f"{at}.key")
            continue
        if given["key"] in seen:
            yield Problem(_l("Two ways have this short name."), f"{at}.key")
        seen.add(given["key"])
        for key in ("kind", "unit", "hours", "most"):
            if not given[key]:
                yield Problem(_l("This is needed."), f"{at}.{key}")
