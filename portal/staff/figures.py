"""What the staff home counts: real rows of the visitor's divisions, a statement per figure.

Weeks begin on Monday, days at midnight, both in China. Money in fen, hours in hundredths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import case, func, select, true
from sqlalchemy.orm import Session

from portal.clock import SHANGHAI, today
from portal.credits.models import Credit
from portal.divisions.models import Division
from portal.orders import states as order_states
from portal.orders.models import Order, OrderLine
from portal.payments import states as payment_states
from portal.payments.models import Payment
from portal.people.models import Account, Learner, OrganisationApplication
from portal.staff.core.orders import Orders, Payments
from portal.staff.core.people import Organisations
from portal.staff.core.study import Credits, Plans
from portal.staff.scope import Scope
from portal.study.models import Plan

WEEKS, MONEY_WEEKS, DAYS = 12, 6, 7


@dataclass(frozen=True)
class Span:
    """A week or a day: its first and last day, and what was counted in it. `running`: it is not over yet."""

    first: date
    last: date
    value: int
    running: bool
    other: int = 0  # a second kind, drawn on top


@dataclass(frozen=True)
class Place:
    """A division: people with plans of the year, and how many of them have completed one."""

    code: str
    name: str
    plans: int
    complete: int


@dataclass(frozen=True)
class Queue:
    """Rows that wait for somebody, and since when the first does."""

    count: int
    since: datetime | None


def enrolments(session: Session, scope: Scope, now: datetime) -> list[Span]:
    """People enrolled per week by orders that stand; `other`: those whom an organisation enrolled."""
    spans = _weeks(now, WEEKS)
    group = Account.kind == "organisation"
    sums = [_heads(~group & _during(Order.placed_at, span)) for span in spans]
    others = [_heads(group & _during(Order.placed_at, span)) for span in spans]
    query = select(*sums, *others).select_from(OrderLine).join(OrderLine.order).join(Order.buyer)
    query = query.join(OrderLine.learner).where(
        Order.state.in_((order_states.PLACED, order_states.PAID)), Order.placed_at >= _start(spans[0].first)
    )
    found = session.execute(query.where(_inside(scope, Learner.division_code))).one()
    return _filled(spans, found[: len(spans)], found[len(spans) :])


def money(session: Session, scope: Scope, now: datetime) -> list[Span]:
    """Fen that came in per week."""
    spans = _weeks(now, MONEY_WEEKS)
    query = select(*(_sum(Payment.confirmed_at, span, Payment.amount) for span in spans))
    query = query.where(
        Payment.state == payment_states.PAID, Payment.confirmed_at >= _start(spans[0].first), scope.clause(Payments)
    )
    return _filled(spans, session.execute(query).one())


def hours(session: Session, scope: Scope, now: datetime) -> list[Span]:
    """Hundredths of hours credited per day; what was reversed counts against the day of its reversal."""
    spans = _days(now, DAYS)
    query = select(*(_sum(Credit.earned_at, span, Credit.hours) for span in spans))
    query = query.where(Credit.source != "import", Credit.earned_at >= _start(spans[0].first), scope.clause(Credits))
    return _filled(spans, session.execute(query).one())


def places(session: Session, scope: Scope, year: int) -> list[Place]:
    """People with a plan of the year per division, and those who have completed one; most first."""
    people = func.count(Plan.learner_id.distinct())
    complete = func.count(case((Plan.state == "complete", Plan.learner_id)).distinct())
    query = (
        select(Division.code, Division.name, people, complete)
        .select_from(Plan)
        .join(Plan.learner)
        .join(Learner.division)
        .where(Plan.year == year, Plan.state != "revoked", scope.clause(Plans))
        .group_by(Division.code, Division.name)
        .order_by(people.desc(), Division.code)
        .limit(20)
    )
    return [Place(*row) for row in session.execute(query)]


def attention(session: Session, scope: Scope) -> Queue:
    """Payments somebody has to look into."""
    query = select(func.count(), func.min(Payment.started_at)).where(
        Payment.state == payment_states.ATTENTION, scope.clause(Payments)
    )
    return Queue(*session.execute(query).one())


def reviews(session: Session, scope: Scope) -> Queue:
    """Organisations that wait for their review."""
    query = (
        select(func.count(), func.min(OrganisationApplication.created_at))
        .join(OrganisationApplication.organisation)
        .where(OrganisationApplication.state == "open", scope.clause(Organisations))
    )
    return Queue(*session.execute(query).one())


def unpaid(session: Session, scope: Scope) -> Queue:
    """Orders that wait to be paid."""
    query = select(func.count(), func.min(Order.placed_at)).where(
        Order.state == order_states.PLACED, scope.clause(Orders)
    )
    return Queue(*session.execute(query).one())


def _inside(scope: Scope, column: Any) -> Any:
    return true() if scope.codes is None else column.in_(sorted(scope.codes))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _weeks(now: datetime, count: int) -> list[Span]:
    day = today(now)
    monday = day - timedelta(days=day.weekday())
    firsts = [monday - timedelta(weeks=back) for back in range(count - 1, -1, -1)]
    return [Span(first, first + timedelta(days=6), 0, first == monday) for first in firsts]


def _days(now: datetime, count: int) -> list[Span]:
    day = today(now)
    return [Span(one, one, 0, one == day) for one in (day - timedelta(days=back) for back in range(count - 1, -1, -1))]


def _during(column: Any, span: Span) -> Any:
    return (column >= _start(span.first)) & (column < _start(span.last + timedelta(days=1)))


def _sum(column: Any, span: Span, value: Any) -> Any:
    return func.sum(case((_during(column, span), value), else_=0))


def _heads(condition: Any) -> Any:
    """Different people among the order lines that fit."""
    return func.count(case((condition, OrderLine.learner_id)).distinct())


def _filled(spans: Sequence[Span], values: Sequence[Any], others: Sequence[Any] = ()) -> list[Span]:
    others = others or [0] * len(spans)
    return [
        Span(span.first, span.last, int(value or 0), span.running, int(other or 0))
        for span, value, other in zip(spans, values, others, strict=True)
    ]
