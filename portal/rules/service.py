"""Which version of the rules holds. Published versions are never changed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.rules.models import RuleSet


def in_force(session: Session, year: int, moment: datetime) -> RuleSet:
    """The newest effective version for a year. :raises NotFound: the year has no rules yet."""
    query = (
        select(RuleSet)
        .where(RuleSet.year == year, RuleSet.effective_at <= moment)
        .order_by(RuleSet.version.desc())
        .limit(1)
    )
    found: RuleSet | None = session.scalar(query)
    if found is None:
        raise NotFound(f"rules of {year}")
    return found


def of_years(session: Session, years: Iterable[int], moment: datetime) -> dict[int, RuleSet]:
    """The newest effective version of each year that has one. One statement."""
    query = select(RuleSet).where(RuleSet.year.in_(set(years)), RuleSet.effective_at <= moment)
    return {found.year: found for found in session.scalars(query.order_by(RuleSet.version))}
