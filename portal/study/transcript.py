"""学时档案: every year with what its rules need, what stands in the ledger, where it came from, what closes gaps.

Read-only; the sums are the ledger's, each year is judged by its own rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal import clock
from portal.catalogue import choice
from portal.catalogue import service as catalogue
from portal.catalogue.choice import Offer
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.rules import kept as rules
from portal.rules.rules import Rules
from portal.study import overview
from portal.study.models import Plan
from portal.study.overview import Year

SOURCES = ("plan", "import", "staff", "outside")


@dataclass(frozen=True)
class YearRecord:
    """A year: the goal, its live entries newest first, and until when its hours can be earned (None: always)."""

    goal: Year
    rules: Rules
    entries: tuple[Credit, ...]
    last_day: date | None
    closed: bool

    @property
    def by_source(self) -> list[tuple[str, dict[str, int]]]:
        """Hours per kind of each source that has any, in the order of SOURCES."""
        found: dict[str, dict[str, int]] = {}
        for entry in self.entries:
            kinds = found.setdefault(entry.source, {})
            kinds[entry.kind] = kinds.get(entry.kind, 0) + entry.hours
        return sorted(found.items(), key=lambda item: SOURCES.index(item[0]))


def of_learner(session: Session, learner_id: int, plans: Sequence[Plan], now: datetime) -> dict[int, YearRecord]:
    """Every year that has hours or plans, and this one; newest first. One statement beside the plans."""
    entries = credits_.live(session, learner_id)
    today = clock.today(now)
    years = {today.year, *(entry.year for entry in entries), *(plan.year for plan in plans)}
    return {
        year: _record(year, rules.of_year(year, now), entries, plans, today) for year in sorted(years, reverse=True)
    }


def _record(year: int, rule: Rules, entries: Iterable[Credit], plans: Sequence[Plan], today: date) -> YearRecord:
    mine = tuple(entry for entry in entries if entry.year == year)
    totals: dict[str, int] = {}
    for entry in mine:
        totals[entry.kind] = totals.get(entry.kind, 0) + entry.hours
    last = rule.last_day(year)
    goal = overview.of_year(year, rule, totals, plans)
    return YearRecord(goal, rule, mine, last, last is not None and today > last)


def closing(session: Session, record: YearRecord, plans: Sequence[Plan]) -> list[Offer]:
    """The cheapest single courses that close the year's gap, without those the learner has. Nothing once it is over."""
    if record.closed or not record.goal.gaps:
        return []
    had = {entry.course_id for entry in record.entries if entry.course_id is not None}
    had |= {course.course_id for plan in plans for course in plan.courses}
    offers = catalogue.closing_offers(session, record.goal.year, record.goal.gaps, had)
    return choice.close(offers, record.goal.gaps, record.rules)


def price(offers: Sequence[Offer], rule: Rules) -> int:
    """What the courses cost together, each as a line of its own; in fen."""
    return sum(choice.price([offer], rule) for offer in offers)
