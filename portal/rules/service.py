"""Which version of the rules holds. Published versions are never changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.errors import NotFound, Refused
from portal.rules.models import RuleSet
from portal.rules.rules import Rules
from portal.types import Problem

SLACK = timedelta(minutes=5)  # between looking at what changes and publishing it


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


def newest(session: Session, year: int) -> RuleSet | None:
    """The last version published for a year, in force or not yet."""
    query = select(RuleSet).where(RuleSet.year == year).order_by(RuleSet.version.desc()).limit(1)
    found: RuleSet | None = session.scalar(query)
    return found


def publish(
    session: Session, year: int, title: str, rules: Rules, begins: datetime | None, actor_id: int | None, now: datetime
) -> RuleSet:
    """The next version of a year's rules. Orders and plans that exist keep theirs.

    :param begins: when it comes into force; None: at once.
    :raises Refused: it would have been in force already.
    """
    if begins is not None and begins < now - SLACK:
        raise Refused(problems=[Problem(_l("It cannot come into force in the past."), "begins")])
    last = newest(session, year)
    row = RuleSet(
        year=year,
        version=last.version + 1 if last else 1,
        title=title,
        data=rules.model_dump(mode="json"),
        effective_at=max(begins or now, now),
    )
    session.add(row)
    old = last.data if last else {}
    changed = {key for key in {*old, *row.data} if old.get(key) != row.data.get(key)}
    before = {key: said for key, said in old.items() if key in changed} if last else None
    after = {key: said for key, said in row.data.items() if key in changed}
    audit.record(session, actor_id, "rules.published", row, before=before, after=after)
    return row


def of_years(session: Session, years: Iterable[int], moment: datetime) -> dict[int, RuleSet]:
    """The newest effective version of each year that has one. One statement."""
    query = select(RuleSet).where(RuleSet.year.in_(set(years)), RuleSet.effective_at <= moment)
    return {found.year: found for found in session.scalars(query.order_by(RuleSet.version))}
