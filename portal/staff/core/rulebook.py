"""学时规则 in plain words: every key of a rule set with its label and unit, and back from the form."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from portal.errors import Refused
from portal.rules import service
from portal.rules.models import RuleSet
from portal.rules.rules import KINDS, RefundStep, Rules, Way
from portal.staff.actions import Ask
from portal.staff.core import words
from portal.staff.versions import BEGINS, FROM, Versions
from portal.study import words as study_words
from portal.types import Problem

STEPS, PLACES = 4, 6  # refund terms, and ways to earn hours elsewhere, that a form offers
ROWS: dict[str, tuple[int, str, type[BaseModel]]] = {  # lists: how many, what makes a row of them, what a row is
    "refunds.steps": (STEPS, "days", RefundStep),
    "ways": (PLACES, "key", Way),
}
OWN = ("year", "title", BEGINS)  # questions about the version itself
HOURS, MINUTES, DAYS, PER_CENT, YUAN = _l("hours"), _l("minutes"), _l("days"), "%", _l("yuan")
PRICED = {"course": _l("Course by course"), "hour": _l("So much an hour"), "project": _l("One sum a project")}
WAYS = study_words.WAYS | {f"own_{n}": _l("A way of the place's own, %(number)s", number=n) for n in (1, 2, 3)}
TESTED = {"compulsory": _l("Compulsory courses"), "all": _l("All courses"), "none": _l("No course")}
UNITS = {"lesson": _l("Teaching period"), "day": _l("Day"), "piece": _l("Piece of work")}
BACK = {"whole": _l("Of the whole price"), "unstudied": _l("Of the part not yet studied")}
INVOICED = {"red_letter": _l("It is cancelled by a red letter first"), "refuse": _l("No refund")}


def _hours(field: str, section: object) -> Iterable[Ask]:
    for kind in KINDS:
        yield Ask(f"{field}.{kind}", words.KINDS[kind], "hours", unit=HOURS, section=section, needed=False)


def _tested() -> Iterable[Ask]:
    hint = _l("Orders and plans that exist keep what they were made with")
    for kind in KINDS:
        yield Ask(f"tested.{kind}", words.KINDS[kind], "choice", TESTED, hint, section=_l("Courses that need a test"))


def _way(number: int) -> Iterable[Ask]:
    at, section = f"ways.{number}", _l("Hours earned elsewhere %(number)s", number=number + 1)
    yield Ask(f"{at}.key", _l("Way"), "choice", WAYS, _l("Empty: no such way"), needed=False, section=section)
    hint = _l("Of the place's own; empty: as above")
    yield Ask(f"{at}.title", _l("Title"), "line", section=section, most=60, needed=False, hint=hint)
    yield Ask(f"{at}.kind", _l("Kind"), "choice", words.KINDS, section=section, needed=False)
    yield Ask(f"{at}.unit", _l("Counted by"), "choice", UNITS, section=section, needed=False)
    yield Ask(f"{at}.hours", _l("One of them is worth"), "hours", unit=HOURS, section=section, needed=False)
    yield Ask(f"{at}.most", _l("At most in a year"), "hours", unit=HOURS, section=section, needed=False)


def _step(number: int) -> Iterable[Ask]:
    at, section = f"refunds.steps.{number}", _l("Refund terms %(number)s", number=number + 1)
    first = number == 0
    yield Ask(
        f"{at}.days",
        _l("At most so long after the payment"),
        "number",
        unit=DAYS,
        section=section,
        most=3650,
        needed=False,
        hint=_l("Empty: no refunds by rule") if first else _l("Empty: no further terms"),
    )
    studied = _l("At most so much studied")
    yield Ask(f"{at}.studied", studied, "number", unit=PER_CENT, section=section, most=100, needed=False)
    yield Ask(f"{at}.back", _l("What goes back"), "choice", BACK, section=section, needed=False)
    share = _l("Share that goes back")
    yield Ask(f"{at}.share", share, "number", unit=PER_CENT, section=section, least=1, most=100, needed=False)


_PRICES, _TESTS = _l("Price of an enrolment"), _l("Tests, where a course says nothing else")
ASKS = (
    Ask("title", _l("Title"), "line", most=80),
    Ask("year", _l("Year"), "number", least=2000, most=2100),
    FROM,
    *_hours("hours", _l("Hours a year needs")),
    *_hours("project_hours", _l("Hours the choice of a project needs")),
    Ask(
        "minutes_per_hour",
        _l("One hour of credit is"),
        "number",
        unit=MINUTES,
        section=_l("Counting"),
        least=1,
        most=240,
    ),
    Ask("pricing.by", _l("Priced"), "choice", PRICED, section=_PRICES),
    Ask(
        "pricing.amount",
        _l("Amount"),
        "money",
        unit=YUAN,
        section=_PRICES,
        needed=False,
        hint=_l("An hour or a project costs this; course by course, courses have their own prices"),
    ),
    *_tested(),
    Ask(
        "testing.questions",
        _l("Questions of a paper"),
        "number",
        unit=_l("questions"),
        section=_TESTS,
        least=1,
        most=200,
    ),
    Ask("testing.minutes", _l("Time to answer"), "number", unit=MINUTES, section=_TESTS, least=1, most=600),
    Ask("testing.pass_mark", _l("Passed from"), "number", unit=PER_CENT, section=_TESTS, least=1, most=100),
    Ask("testing.attempts", _l("Attempts"), "number", unit=_l("times"), section=_TESTS, least=1, most=100),
    Ask(
        "testing.wait_minutes",
        _l("Wait after a failed attempt"),
        "number",
        unit=MINUTES,
        section=_TESTS,
        most=100_000,
        needed=False,
    ),
    Ask(
        "presence.every_minutes",
        _l("Asked after so much credited study"),
        "number",
        unit=MINUTES,
        section=_l("Presence while studying"),
        most=600,
        hint=_l("0: nobody is asked"),
    ),
    Ask(
        "presence.within_seconds",
        _l("Time to answer"),
        "number",
        unit=_l("seconds"),
        section=_l("Presence while studying"),
        least=20,
        most=3600,
    ),
    Ask(
        "make_up_years",
        _l("Hours of a year can still be earned for"),
        "number",
        unit=_l("years"),
        section=_l("Make-up of earlier years"),
        most=50,
        needed=False,
        hint=_l("Empty: for ever"),
    ),
    *(ask for number in range(PLACES) for ask in _way(number)),
    *(ask for number in range(STEPS) for ask in _step(number)),
    Ask("refunds.invoiced", _l("Where an invoice was issued"), "choice", INVOICED, section=_l("Refunds and invoices")),
)


def said(row: RuleSet | None) -> dict[str, Any]:
    """A version as answers; without one, the rules of the state."""
    rules = row.rules if row else Rules()
    own = {"title": row.title, "year": row.year, BEGINS: row.effective_at} if row else {}
    return own | dict(_flat("", rules.model_dump(mode="json")))


def rules_of(answers: Mapping[str, Any], base: Mapping[str, Any]) -> Rules:
    """The rules these answers make; what the form does not ask stays as in `base`.

    :raises Refused: at the answers that do not go together.
    """
    data: dict[str, Any] = {**base}
    for name, value in answers.items():
        if name not in OWN and not name.startswith(tuple(f"{one}." for one in ROWS)):
            room, _dot, key = name.rpartition(".")
            if room:
                data[room] = {**data.get(room, {}), key: value or 0}
            else:
                data[key] = value
    for field in ("hours", "project_hours"):
        data[field] = {kind: hours for kind, hours in data[field].items() if hours}
    data["refunds"] = {**data["refunds"], "steps": _rows(answers, "refunds.steps")}
    data["ways"] = _rows(answers, "ways")
    try:
        return Rules.model_validate(data)
    except ValidationError as error:
        raise Refused(
            problems=[Problem(one["msg"], ".".join(map(str, one["loc"]))) for one in error.errors()]
        ) from None


def publish(
    session: Session, answers: Mapping[str, Any], base: RuleSet | None, actor_id: int, now: datetime
) -> RuleSet:
    """The next version of the year that was said."""
    if problems := list(_problems(answers)):
        raise Refused(problems=problems)
    rules = rules_of(answers, base.data if base else Rules().model_dump(mode="json"))
    return service.publish(session, answers["year"], answers["title"], rules, answers[BEGINS], actor_id, now)


def _rows(answers: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of a list that were filled in; what a row leaves out, the rules fill."""
    most, first, row = ROWS[name]
    found = []
    for number in range(most):
        given = {key: answers.get(f"{name}.{number}.{key}") for key in row.model_fields}
        if given[first] not in (None, ""):
            found.append({key: value for key, value in given.items() if value not in (None, "")})
    return found


def _problems(answers: Mapping[str, Any]) -> Iterable[Problem]:
    """What single answers cannot tell."""
    if not any(answers.get(f"hours.{kind}") for kind in KINDS):
        yield Problem(_l("A year needs hours of at least one kind."), f"hours.{KINDS[0]}")
    if answers["pricing.by"] != "course" and not answers.get("pricing.amount"):
        yield Problem(_l("Say how much."), "pricing.amount")
    last = -1
    for number in range(STEPS):
        at = f"refunds.steps.{number}"
        days = answers.get(f"{at}.days")
        if days is None:
            if any(answers.get(f"{at}.{key}") for key in RefundStep.model_fields):
                yield Problem(_l("Say for how many days, or leave all of it empty."), f"{at}.days")
            continue
        if days <= last:
            yield Problem(_l("These terms would never be reached: earlier ones hold as long."), f"{at}.days")
        last = days
    yield from _way_problems(answers)


def _way_problems(answers: Mapping[str, Any]) -> Iterable[Problem]:
    seen = set()
    for number in range(PLACES):
        at = f"ways.{number}"
        key = answers.get(f"{at}.key")
        if not key and any(answers.get(f"{at}.{one}") for one in ("title", "hours", "most")):
            yield Problem(_l("Choose the way, or leave all of it empty."), f"{at}.key")
        elif key and key in seen:
            yield Problem(_l("There is one like this already."), f"{at}.key")
        elif key:
            yield from (
                Problem(_l("This is needed."), f"{at}.{one}")
                for one in ("hours", "most")
                if not answers.get(f"{at}.{one}")
            )
        seen.add(key)


def _flat(at: str, data: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _flat(f"{at}.{key}" if at else str(key), value)
    else:
        yield at, data


VERSIONS = Versions(
    ASKS,
    said,
    lambda session, answers: service.newest(session, answers["year"]),
    publish,
    _l("Orders and plans that exist keep the rules they were made under. A published version cannot be changed."),
)
