"""Rule sets as pages read them: kept by each process until another one is published (portal.versions).

Most pages of a learner ask for little else so often. Whoever writes by a rule reads its row in the transaction
(`service.in_force`).
"""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from portal import db, versions
from portal.rules.models import RuleSet
from portal.rules.rules import Rules


@dataclass(frozen=True)
class Published:
    """A rule set, read."""

    year: int
    version: int
    effective_at: datetime
    rules: Rules


@dataclass(frozen=True)
class _Shelf:
    sets: dict[int, Published]
    marks: versions.Marks


def of_year(year: int, moment: datetime) -> Rules:
    """What the year asks for; the national defaults where the office has set nothing."""
    said = [one for one in _all().values() if one.year == year and one.effective_at <= moment]
    return max(said, key=lambda one: one.version).rules if said else Rules()


def of_set(rule_set_id: int) -> Rules:
    """What one version says: that of an order or a plan."""
    known = _all().get(rule_set_id)
    if known is not None:
        return known.rules
    with db.read() as session:  # published by another process a moment ago
        return session.get_one(RuleSet, rule_set_id).rules


def _all() -> dict[int, Published]:
    shelf: _Shelf | None = current_app.extensions.get("portal_rule_sets")
    marks = versions.marks((RuleSet.__tablename__,))
    if shelf is None or shelf.marks != marks:
        shelf = current_app.extensions["portal_rule_sets"] = _Shelf(_read(), marks)
    return shelf.sets


def _read() -> dict[int, Published]:
    with db.read() as session:
        rows = session.scalars(select(RuleSet))
        return {row.id: Published(row.year, row.version, row.effective_at, row.rules) for row in rows}
