"""本单位人员: what the people of an organisation's orders have studied for the year, against its rule. Read-only.

An organisation sees what was ordered by it, and hours that were earned in those plans; nothing else about anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from portal.kit import Credit, Learner, Message, NotFound, Order, OrderLine, Organisation, Plan, clock, joining, rules

AT_ONCE = 500
DAY = timedelta(days=1)
RISK_SHARE, RISK_FROM_MONTH = 50, 10  # per cent of the target; from this month on less is a risk
MET, GAP, RISK = "met", "gap", "risk"


@dataclass(frozen=True)
class Person:
    """Somebody of the board. Hours in hundredths."""

    learner_id: int
    account_id: int
    name: str
    id_number: str
    plan_id: int
    line_id: int
    order_number: str
    title: str
    hours: int
    state: str  # met | gap | risk
    waiting: bool  # has not opened the account yet


@dataclass(frozen=True)
class Summary:
    """The board in figures. `need`: hours of the year, in hundredths."""

    year: int
    need: int
    people: int
    met: int
    risk: int
    waiting: int

    @property
    def gap(self) -> int:
        return self.people - self.met - self.risk


def needed(session: Session, now: datetime) -> int:
    """Hours of the year by the rule in force; 0 where none is published."""
    try:
        return rules.in_force(session, clock.today(now).year, now).rules.year_total
    except NotFound:
        return 0


def summary(session: Session, organisation: Organisation, now: datetime) -> Summary:
    """The figures of the board, in a few statements."""
    everybody, need = people(session, organisation, now, words=""), needed(session, now)
    states = [one.state for one in everybody]
    return Summary(
        clock.today(now).year,
        need,
        len(everybody),
        states.count(MET),
        states.count(RISK),
        sum(one.waiting for one in everybody),
    )


def people(
    session: Session, organisation: Organisation, now: datetime, words: str = "", state: str = ""
) -> list[Person]:
    """Everybody with a plan of this year that this organisation bought, by name."""
    query = (
        select(
            Learner.id,
            Learner.account_id,
            Learner.name,
            Learner.id_number,
            Plan.id.label("plan"),
            Plan.line_id,
            Plan.title,
            Order.number,
        )
        .join(Plan, Plan.learner_id == Learner.id)
        .join(OrderLine, OrderLine.id == Plan.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.buyer_id == organisation.account_id, Plan.year == clock.today(now).year, Plan.state != "revoked")
        .order_by(Learner.name, Plan.id)
    )
    if words:
        query = query.where(Learner.name.contains(words, autoescape=True))
    rows = session.execute(query).all()
    hours = earned(session, [row.plan for row in rows])
    unopened = joining.waiting(session, organisation, [row.id for row in rows])
    need, month = needed(session, now), clock.today(now).month
    found = [
        Person(
            row.id,
            row.account_id,
            row.name,
            row.id_number,
            row.plan,
            row.line_id,
            row.number,
            row.title,
            hours.get(row.plan, 0),
            judged(hours.get(row.plan, 0), need, month),
            row.id in unopened,
        )
        for row in rows
    ]
    return [one for one in found if state in ("", one.state)]


def judged(hours: int, need: int, month: int) -> str:
    """Whether the target is met, still open, or at risk: late in the year with less than half of it."""
    if hours >= need:
        return MET
    return RISK if month >= RISK_FROM_MONTH and hours * 100 < need * RISK_SHARE else GAP


def earned(session: Session, plan_ids: Sequence[int]) -> dict[int, int]:
    """Hours that stand, by plan."""
    found: dict[int, int] = {}
    for start in range(0, len(plan_ids), AT_ONCE):
        query = (
            select(Credit.plan_id, func.sum(case((Credit.reversed_by.is_(None), Credit.hours), else_=0)))
            .where(Credit.plan_id.in_(plan_ids[start : start + AT_ONCE]), Credit.hours > 0)
            .group_by(Credit.plan_id)
        )
        found |= {plan_id: int(hours) for plan_id, hours in session.execute(query)}
    return found


def not_reminded(session: Session, account_ids: Sequence[int], now: datetime) -> set[int]:
    """Those of some accounts that had no reminder during the last day."""
    found: set[int] = set()
    for start in range(0, len(account_ids), AT_ONCE):
        part = account_ids[start : start + AT_ONCE]
        recent = select(Message.account_id).where(
            Message.account_id.in_(part), Message.kind == "reminded_by_employer", Message.created_at > now - DAY
        )
        found |= set(part) - set(session.scalars(recent))
    return found
