"""Rule sets as pages read them: kept by each process until another one is published (portal.versions).

Most pages of a learner ask for little else so often. Whoever writes by a rule reads its row in the transaction
(`service.in_force`).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portal import db, versions
from portal.rules.models import RuleSet
from portal.rules.rules import Rules

_ONE = select(RuleSet.__table__.c.data).where(RuleSet.__table__.c.id == bindparam("rule_set_id"))


@dataclass(frozen=True)
class Published:
    """A rule set, read."""

    year: int
    version: int
    effective_at: datetime
    rules: Rules


def of_year(year: int, moment: datetime) -> Rules:
    """What the year asks for; the national defaults where the office has set nothing."""
    said = [one for one in _all().values() if one.year == year and one.effective_at <= moment]
    return max(said, key=lambda one: one.version).rules if said else Rules()


def of_set(session: Session | Connection, rule_set_id: int) -> Rules:
    """What one version says: that of an order or a plan.

    One that was published by another process a moment ago, or in this very transaction, is read.
    """
    known = _all().get(rule_set_id)
    if known is not None:
        return known.rules
    return Rules.model_validate(session.execute(_ONE, {"rule_set_id": rule_set_id}).scalar_one())


def _all() -> dict[int, Published]:
    return versions.kept("rule sets", ("rule_set",), _read)


def _read() -> dict[int, Published]:
    with db.read() as session:
        rows = session.scalars(select(RuleSet))
        return {row.id: Published(row.year, row.version, row.effective_at, row.rules) for row in rows}
