"""What the office has set up: rules, agreement, notices, employers."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import SHANGHAI
from portal.demo import numbers, reading
from portal.messages.models import Notice
from portal.people import agreements
from portal.people import service as people
from portal.people.models import Organisation
from portal.rules.models import RuleSet
from portal.rules.rules import Rules, Testing

RULES = Rules(testing=Testing(questions=5, minutes=10, pass_mark=60, attempts=3))
YEARS_BEFORE = 2  # earned hours of these years came from the old platform and are judged by rules too


def new_year(year: int) -> datetime:
    """When a year begins in China."""
    return datetime(year, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)


def rule_set(session: Session, year: int) -> RuleSet:
    """The rules of a year, and of the years before it, made where a year has none. Returns the newest of `year`."""
    found: dict[int, RuleSet] = {}
    for one in range(year - YEARS_BEFORE, year + 1):
        newest = session.scalar(select(RuleSet).where(RuleSet.year == one).order_by(RuleSet.version.desc()).limit(1))
        if newest is None:
            newest = RuleSet(
                year=one,
                version=1,
                title=f"唐山市 {one} 年度继续教育学时规则",
                data=RULES.model_dump(mode="json"),
                effective_at=new_year(one),
            )
            session.add(newest)
        found[one] = newest
    session.flush()
    return found[year]


def ensure_agreement(session: Session, year: int, now: datetime) -> None:
    """The supplied agreement, in force since the year began, on a site that has none."""
    if agreements.in_force(session, now) is None:
        people.ensure_agreement(session, new_year(year))


def publish_notices(session: Session, year: int, now: datetime) -> None:
    """Notices, on a site that has none."""
    if session.scalar(select(Notice.id).limit(1)) is None:
        for text in reading.notices(year):
            published = now - timedelta(days=text.days_ago)
            session.add(Notice(title=text.title, body=text.body, pinned=text.pinned, published_at=published))


def register_employers(session: Session, now: datetime) -> None:
    """Employers that learners find by name; the first was reviewed most recently."""
    rows = reading.employers()
    codes = [numbers.credit_number(row["kind"], row["division"], n) for n, row in enumerate(rows, 1)]
    if session.scalar(select(Organisation.id).where(Organisation.code.in_(codes)).limit(1)) is not None:
        return
    for number, (code, row) in enumerate(zip(codes, rows, strict=True)):
        since = now - timedelta(days=90 + number)
        session.add(Organisation(name=row["name"], code=code, division_code=row["division"], created_at=since))
