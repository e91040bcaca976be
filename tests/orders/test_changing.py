"""Changing an unpaid order: one transaction closes it and places the other; the seat is nobody else's in between."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditRow
from portal.catalogue.models import TrainingClass
from portal.errors import Conflict, NotFound, Refused
from portal.orders import service as orders
from portal.orders.models import Order
from portal.people.models import Learner
from portal.types import OrderProposal, Pick
from tests.orders.shop import HOURS, NOON, Shop, buy, nothing_wrong, open_shop, propose, register
from tests.orders.threads import THREADS, together

LATER = NOON + timedelta(hours=5)


def _ordered(seats: int = 1) -> tuple[Shop, Learner, Order]:
    with db.write() as session:
        shop = open_shop(session, seats=seats)
        learner = register(session)
        return shop, learner, buy(session, shop, learner, key="first")


def _fewer(shop: Shop, learner: Learner, order: Order, key: str = "second") -> OrderProposal:
    """Without the first course: 28 yuan less."""
    whole = propose(shop, learner, key=key)
    picks = tuple(Pick(course_id, compulsory=True) for course_id in list(shop.prices)[1:])
    (line,) = whole.lines
    return replace(whole, lines=(replace(line, picks=picks),), expected_total=2000, replaces=order.number)


def _change(proposal: OrderProposal) -> Order:
    with db.write() as session:
        return orders.place(session, proposal, nothing_wrong, LATER, HOURS)


def _states() -> list[tuple[str, int]]:
    with db.read() as session:
        return [(order.state, order.total) for order in session.scalars(select(Order).order_by(Order.id))]


def _taken() -> int:
    with db.read() as session:
        return session.scalar(select(func.sum(TrainingClass.taken))) or 0


def test_the_other_order_takes_its_place_and_its_seat_in_a_full_class(app: Flask) -> None:
    shop, learner, order = _ordered(seats=1)
    changed = _change(_fewer(shop, learner, order))
    assert _states() == [("cancelled", 4800), ("placed", 2000)]
    assert _taken() == 1
    assert changed.expires_at == order.expires_at  # changing it again and again holds a seat no longer
    with db.read() as session:
        said = session.scalars(select(AuditRow.after).where(AuditRow.verb == "order.placed").order_by(AuditRow.id))
        assert list(said) == [{"total": 4800}, {"total": 2000, "replaces": order.number}]


def test_a_double_click_changes_it_once(app: Flask) -> None:
    shop, learner, order = _ordered()
    answers = together(app, lambda _: _change(_fewer(shop, learner, order)).number)
    assert len(set(answers)) == 1
    assert _states() == [("cancelled", 4800), ("placed", 2000)]


def test_two_windows_change_it_once(app: Flask) -> None:
    shop, learner, order = _ordered(seats=THREADS)
    answers = together(app, lambda place: _change(_fewer(shop, learner, order, f"window{place}")).number)
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == THREADS - 1
    assert _taken() == 1


def test_nobody_takes_the_seat_in_between(app: Flask) -> None:
    shop, learner, order = _ordered(seats=1)
    with db.write() as session:
        others = [register(session) for _ in range(THREADS)]

    def work(place: int) -> str:
        if place == 0:
            return _change(_fewer(shop, learner, order)).number
        with db.write() as session:
            return buy(session, shop, others[place]).number

    answers = together(app, work)
    assert isinstance(answers[0], str)
    assert all(isinstance(answer, Conflict) for answer in answers[1:])


def test_control_in_two_transactions_somebody_else_has_the_seat(app: Flask) -> None:
    """The same change as cancelling first and ordering then."""
    shop, learner, order = _ordered(seats=1)
    with db.write() as session:
        orders.cancel(session, session.get_one(Order, order.id), LATER)
    with db.write() as session:
        buy(session, shop, register(session))
    with pytest.raises(Conflict), db.write() as session:
        buy(session, shop, learner)


def test_what_is_refused_leaves_the_old_order_as_it_was(app: Flask) -> None:
    shop, learner, order = _ordered()
    proposal = _fewer(shop, learner, order)
    with pytest.raises(Refused):
        _change(replace(proposal, expected_total=1))
    assert _states() == [("placed", 4800)]
    assert _taken() == 1


@pytest.mark.parametrize("end", ["paid", "cancelled", "expired", "late"])
def test_an_order_that_is_over_is_not_changed(app: Flask, end: str) -> None:
    shop, learner, order = _ordered()
    with db.write() as session:
        row = session.get_one(Order, order.id)
        if end == "paid":
            orders.mark_paid(session, row.id, NOON)
        elif end == "cancelled":
            orders.cancel(session, row, NOON)
        elif end == "expired":
            orders.expire_due(session, NOON + timedelta(hours=HOURS))
        else:  # its time is over, and nobody has swept yet
            row.expires_at = LATER
    before = _states()
    with pytest.raises(Conflict):
        _change(_fewer(shop, learner, order))
    assert _states() == before


def test_somebody_elses_order_is_unknown(app: Flask) -> None:
    shop, _learner, order = _ordered(seats=2)
    with db.write() as session:
        stranger = register(session)
    with pytest.raises(NotFound):
        _change(_fewer(shop, stranger, order))
    assert _states() == [("placed", 4800)]
