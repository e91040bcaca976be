"""Placing, paying, cancelling and expiring orders. The only writer of orders, lines and their courses."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import db, events
from portal.audit import service as audit
from portal.catalogue.models import TrainingClass
from portal.errors import Conflict, NotFound, Refused
from portal.messages import service as messages
from portal.orders import numbers, places, seats, states
from portal.orders.models import LineCourse, Order, OrderLine
from portal.orders.planning import specs
from portal.orders.problems import core_problems
from portal.orders.quote import Quote, QuotedCourse, QuotedLine, quote
from portal.people.models import Account
from portal.study import service as study
from portal.study.models import Plan
from portal.types import OrderClosed, OrderPaid, OrderProposal, Problem

_FROZEN = ("course_id", "title", "kind", "year", "hours", "compulsory", "needs_test", "price")

NOT_CHANGEABLE = _l("This order can no longer be changed: it is paid, cancelled or over.")

Ask = Callable[[OrderProposal, Quote], Iterable[Problem]]


def place(session: Session, proposal: OrderProposal, ask: Ask, now: datetime, hours: int) -> Order:
    """Makes a proposal an order that keeps its price and seats for `hours`.

    The same proposal key gives the same order, whatever its state by now. An order that costs nothing is paid at
    once, by no provider and without a payment row. One that replaces another keeps until the other's moment: changing
    it again and again holds a seat no longer.

    :raises Refused: with all problems at once, the core's and the plugins' (`ask`); nothing is written.
    :raises Conflict: a class has too few seats left, or the order to be replaced is over.
    """
    if (known := _placed(session, proposal)) is not None:
        return known
    until = _give_way(session, proposal, now) if proposal.replaces else now + timedelta(hours=hours)
    quoted = quote(session, proposal, now)
    problems = [*core_problems(session, proposal, quoted, now), *ask(proposal, quoted)]
    if problems:
        raise Refused(_l("The order cannot be submitted yet"), problems)
    order = _insert(session, proposal, quoted, now, until)
    _hold_seats(session, proposal)
    placed = {"total": order.total} | ({"replaces": proposal.replaces} if proposal.replaces else {})
    audit.record(session, proposal.buyer_id, "order.placed", order, after=placed)
    if order.total == 0:
        mark_paid(session, order.id, now)
    return order


def mark_paid(session: Session, order_id: int, now: datetime) -> list[int]:
    """Opens the plans of a placed order, in one transaction with the move to "paid". Called by payments only.

    :returns: plan ids in the order of the lines.
    :raises Conflict: the order is not waiting for payment (any more); nothing is changed.
    """
    buyer = session.get_one(Order, order_id).buyer
    order = states.move(session, order_id, states.PAID, paid_at=now)
    if order is None:
        raise Conflict(_l("This order is no longer waiting for payment."))
    planned = specs(session, order)
    plan_ids = study.open_plans(session, planned, now)
    events.record(session, OrderPaid(order_id=order.id, plan_ids=tuple(plan_ids)))
    audit.record(session, None, "order.paid", order)
    url = _where_it_goes_on(order, buyer, in_project=planned[0].project_id is not None)
    messages.post(session, order.buyer_id, "order_paid", url, number=order.number)
    return plan_ids


def _where_it_goes_on(order: Order, buyer: Account, *, in_project: bool) -> str:
    """Where a buyer finds what was bought."""
    if buyer.kind != "learner":
        return f"/orders/{order.number}"
    return "/centre/projects" if in_project else "/centre/courses"


def cancel(session: Session, order: Order, now: datetime, actor_id: int | None = None) -> None:
    """The buyer, or `actor_id` for it, gives an unpaid order up; its seats are free again. Cancelling twice is once.

    :raises Conflict: it is paid, or has expired.
    """
    if order.state == states.CANCELLED:
        return
    if not _close(session, order, states.CANCELLED, now, actor_id or order.buyer_id):
        raise Conflict(_l("This order can no longer be cancelled: it has been paid or has expired."))


def expire_due(session: Session, now: datetime) -> int:
    """Closes unpaid orders whose time is over and frees their seats. Returns how many."""
    due = session.scalars(select(Order).where(Order.state == states.PLACED, Order.expires_at <= now)).all()
    return sum(_close(session, order, states.EXPIRED, now, None) for order in due)


def keep_until(session: Session, order_id: int, moment: datetime) -> None:
    """Keeps an unpaid order at least until then, because its money may be on its way so long. Never shortens."""
    session.execute(
        update(Order)
        .where(Order.id == order_id, Order.state == states.PLACED, Order.expires_at < moment)
        .values(expires_at=moment)
        .execution_options(synchronize_session=False)
    )
    session.get(Order, order_id, populate_existing=True)


def take_back(session: Session, order_id: int, line_ids: Sequence[int], reason: str, now: datetime) -> list[int]:
    """Takes lines of a paid order back: seats free, plans revoked; the last line makes the order "refunded".

    Called by payments only. A line is taken back once, whoever asks again.

    :returns: the lines this call took back.
    """
    order = session.get_one(Order, order_id)
    taken = [line for line in order.lines if line.id in set(line_ids) and _mark_refunded(session, line, now)]
    seats.release(session, seats.count(line.class_id for line in taken))
    ids = [line.id for line in taken]
    for plan_id in session.scalars(select(Plan.id).where(Plan.line_id.in_(ids))).all():
        study.revoke(session, plan_id, reason, now)
    audit.record(session, None, "order.lines_taken_back", order, after={"lines": ids}, reason=reason)
    left = select(OrderLine.id).where(OrderLine.order_id == order_id, OrderLine.refunded_at.is_(None)).limit(1)
    if session.scalar(left) is None:
        states.move(session, order_id, states.REFUNDED, closed_at=now)
    return ids


def replace(session: Session, order: Order, line_id: int, learner_id: int, actor_id: int) -> None:
    """Gives a line of a paid order to another person before study begins: the place is paid for, once.

    :raises NotFound: the line is not of this order.
    :raises Conflict: study has begun, the line was taken back, or the other person has a place in the project.
    """
    line = next((one for one in order.lines if one.id == line_id), None)
    if line is None:
        raise NotFound(_l("There is no such order."))
    free = order.state == states.PAID and line.refunded_at is None and not _has_place(session, line, learner_id)
    before = line.learner_id
    if not free or before == learner_id or not study.pass_on(session, line_id, learner_id):
        raise Conflict(_l("This person cannot be replaced any more: study has begun, or the place is another's."))
    line.learner_id = learner_id
    session.flush()
    places.settle(session, [order.id])
    after = {"learner": learner_id}
    audit.record(session, actor_id, "order.person_replaced", line, before={"learner": before}, after=after)


def _has_place(session: Session, line: OrderLine, learner_id: int) -> bool:
    """Whether somebody has a live plan or an unpaid order in the project of a line."""
    plan = select(Plan.id).where(
        Plan.learner_id == learner_id, Plan.project_id == line.project_id, Plan.state.in_(("open", "complete"))
    )
    unpaid = (
        select(OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.learner_id == learner_id, OrderLine.project_id == line.project_id)
        .where(Order.state == states.PLACED)
    )
    return any(session.scalar(query.limit(1)) is not None for query in (plan, unpaid))


def find(session: Session, number: str, buyer_id: int) -> Order:
    """A buyer's own order by its number, typed in any of the usual ways. :raises NotFound: unknown or foreign."""
    exact = numbers.read(number)
    query = select(Order).where(Order.number == exact, Order.buyer_id == buyer_id)
    found: Order | None = session.scalar(query) if exact else None
    if found is None:
        raise NotFound(_l("There is no such order."))
    return found


def of_buyer(session: Session, buyer_id: int, limit: int = 50) -> list[Order]:
    """A buyer's orders, newest first."""
    query = select(Order).where(Order.buyer_id == buyer_id).order_by(Order.id.desc()).limit(limit)
    return list(session.scalars(query))


def _placed(session: Session, proposal: OrderProposal) -> Order | None:
    known = session.scalar(select(Order).where(Order.proposal_key == proposal.key))
    if known is not None and known.buyer_id != proposal.buyer_id:
        raise NotFound(_l("There is no such order."))
    return known


def _give_way(session: Session, proposal: OrderProposal, now: datetime) -> datetime:
    """Closes the order a proposal replaces, before its problems are looked for: what it holds is free for this one
    and, as there is one writer at a time, for nobody else. Returns until when the closed one was kept.
    """
    order = find(session, proposal.replaces, proposal.buyer_id)
    if order.expires_at <= now or not _close(session, order, states.CANCELLED, now, proposal.buyer_id):
        raise Conflict(NOT_CHANGEABLE)
    return order.expires_at


def _insert(session: Session, proposal: OrderProposal, quoted: Quote, now: datetime, until: datetime) -> Order:
    """Writes an order with its lines and their courses: a handful of statements, however many lines."""
    values = {
        "buyer_id": proposal.buyer_id,
        "mode": proposal.mode,
        "proposal_key": proposal.key,
        "state": states.PLACED,
        "total": quoted.total,
        "rule_set_id": proposal.rule_set_id,
        "division_code": places.of_one(line.learner_id for line in proposal.lines),
        "placed_at": now,
        "expires_at": until,
    }
    order = numbers.insert(session, Order, numbers.ORDER, values, now)
    same = {"order_id": order.id, "mode": order.mode}
    line_ids = db.insert_many(session, OrderLine, [same | _line(line) for line in quoted.lines])
    with db.filling(session):
        db.fill(session, LineCourse, _courses(line_ids, quoted))
    if order.division_code is None:
        places.settle(session, [order.id])
    return order


def _courses(line_ids: list[int], quoted: Quote) -> Iterator[dict[str, Any]]:
    """The courses of all lines; those that many lines share are written out once."""
    said: dict[int, list[dict[str, Any]]] = {}
    for line_id, line in zip(line_ids, quoted.lines, strict=True):
        key = id(line.courses)
        if key not in said:
            said[key] = [_course(course) for course in line.courses]
        for course in said[key]:
            yield {"line_id": line_id, **course}


def _line(quoted: QuotedLine) -> dict[str, Any]:
    line = quoted.line
    return {
        "learner_id": line.learner_id,
        "project_id": line.project_id,
        "class_id": line.class_id,
        "title": line.title,
        "award": line.award,
        "year": line.year,
        "price": quoted.price,
    }


def _course(course: QuotedCourse) -> dict[str, Any]:
    return {name: getattr(course, name) for name in _FROZEN}


def _hold_seats(session: Session, proposal: OrderProposal) -> None:
    full = seats.hold(session, seats.count(line.class_id for line in proposal.lines))
    if full is not None:
        name = session.get_one(TrainingClass, full).name
        raise Conflict(_l("%(name)s has no seat left. Nothing was submitted; choose another class.", name=name))


def _class_ids(session: Session, order: Order) -> list[int | None]:
    """The class of each line."""
    return list(session.scalars(select(OrderLine.class_id).where(OrderLine.order_id == order.id)))


def _close(session: Session, order: Order, state: str, now: datetime, actor_id: int | None) -> bool:
    if not states.move(session, order.id, state, closed_at=now):
        return False
    seats.release(session, seats.count(_class_ids(session, order)))
    events.record(session, OrderClosed(order_id=order.id, reason=state))
    audit.record(session, actor_id, f"order.{state}", order)
    if state == states.EXPIRED:
        messages.post(session, order.buyer_id, "order_expired", f"/orders/{order.number}", number=order.number)
    return True


def _mark_refunded(session: Session, line: OrderLine, now: datetime) -> bool:
    unmarked = update(OrderLine).where(OrderLine.id == line.id, OrderLine.refunded_at.is_(None))
    marked = db.changed(session, unmarked.values(refunded_at=now))
    session.refresh(line, ["refunded_at"])
    return bool(marked)
