"""Races on a real database: one seat, one order, whoever is faster. Controls show that the races are real.

Each race of this file, of test_changing.py and of tests/payments/test_payment_races.py stands beside a control that
takes its guard away.
"""

import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import TrainingClass
from portal.errors import Conflict, Refused
from portal.orders import seats, states
from portal.orders import service as orders
from portal.orders.models import Order
from portal.people.models import Learner
from portal.study.models import Plan
from tests.orders.shop import HOURS, NOON, Shop, nothing_wrong, open_shop, propose, register
from tests.orders.threads import THREADS, together

CROWD = 50


def _shop(seats: int, people: int = THREADS) -> tuple[Shop, list[Learner]]:
    with db.write() as session:
        return open_shop(session, seats=seats), [register(session) for _ in range(people)]


def _place(shop: Shop, learner: Learner, key: str) -> str:
    with db.write() as session:
        return orders.place(session, propose(shop, learner, key=key), nothing_wrong, NOON, HOURS).number


def _place_at_last(shop: Shop, learner: Learner, key: str) -> str:
    """As a person in a crowd does: a page that says the database is busy (503) is asked again."""
    while True:
        try:
            return _place(shop, learner, key)
        except OperationalError:
            continue


def _taken() -> int:
    with db.read() as session:
        return session.scalar(select(TrainingClass.taken)) or 0


def test_the_last_seat_goes_to_one_of_fifty(app: Flask) -> None:
    shop, learners = _shop(seats=1, people=CROWD)
    answers = together(app, lambda place: _place_at_last(shop, learners[place], f"k{place}"), CROWD)
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == CROWD - 1
    assert _taken() == 1


def test_a_double_click_is_one_order(app: Flask) -> None:
    shop, learners = _shop(seats=THREADS)
    assert len(set(together(app, lambda _: _place(shop, learners[0], "click")))) == 1
    assert _taken() == 1


def test_two_windows_are_one_order_for_a_person(app: Flask) -> None:
    shop, learners = _shop(seats=THREADS)
    answers = together(app, lambda place: _place(shop, learners[0], f"window{place}"))
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    assert len([answer for answer in answers if isinstance(answer, Refused)]) == THREADS - 1


def test_paying_cancelling_and_expiring_have_one_winner(app: Flask) -> None:
    shop, learners = _shop(seats=2)
    number = _place(shop, learners[0], "k")
    with db.read() as session:
        order_id, ends = session.execute(select(Order.id, Order.expires_at).where(Order.number == number)).one()

    def work(place: int) -> object:
        with db.write() as session:
            if place % 3 == 0:
                return orders.mark_paid(session, order_id, NOON)
            if place % 3 == 1:
                return orders.cancel(session, session.get_one(Order, order_id), NOON)
            return orders.expire_due(session, ends)

    together(app, work)
    with db.read() as session:
        state = session.scalar(select(Order.state))
        plans = session.scalar(select(func.count()).select_from(Plan))
    assert (state == "paid", plans, _taken()) in {(True, 1, 1), (False, 0, 0)}


def test_control_looking_before_taking_oversells(app: Flask) -> None:
    """The same race without the condition in the UPDATE: everybody looks, everybody takes."""
    _shop(seats=1)
    looked = threading.Barrier(THREADS)

    def work(_place: int) -> None:
        with db.read() as session:
            free = session.execute(select(TrainingClass).where(TrainingClass.taken < TrainingClass.seats)).first()
        looked.wait()
        if free:
            with db.write() as session:
                session.execute(update(TrainingClass).values(taken=TrainingClass.taken + 1))

    together(app, work)
    assert _taken() == THREADS


def test_control_without_the_condition_a_class_is_oversold(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(session: Session, wanted: Counter[int]) -> None:
        session.execute(update(TrainingClass).values(taken=TrainingClass.taken + wanted.total()))

    monkeypatch.setattr(seats, "hold", take)
    shop, learners = _shop(seats=1)
    together(app, lambda place: _place(shop, learners[place], f"k{place}"))
    assert _taken() == THREADS


def test_control_without_looking_for_the_key_a_double_click_is_told_off(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_placed", lambda *_: None)
    shop, learners = _shop(seats=THREADS)
    answers = together(app, lambda _: _place(shop, learners[0], "click"))
    assert len([answer for answer in answers if isinstance(answer, Refused)]) == THREADS - 1


def test_control_without_asking_what_a_person_has_two_windows_are_two_orders(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "core_problems", lambda *_: ())
    shop, learners = _shop(seats=THREADS)
    answers = together(app, lambda place: _place(shop, learners[0], f"window{place}"))
    assert len({answer for answer in answers if isinstance(answer, str)}) == THREADS


def test_control_without_the_table_of_moves_an_order_is_paid_and_given_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    anywhere = dict.fromkeys(states.MOVES, frozenset(states.MOVES))
    monkeypatch.setattr(states, "MOVES", anywhere)
    shop, learners = _shop(seats=2)
    number = _place(shop, learners[0], "k")
    with db.read() as session:
        order_id = session.scalars(select(Order.id).where(Order.number == number)).one()

    def work(place: int) -> object:
        with db.write() as session:
            if place % 2:
                return orders.mark_paid(session, order_id, NOON)
            return orders.cancel(session, session.get_one(Order, order_id), NOON)

    answers = together(app, work)
    with db.read() as session:
        plans = session.scalar(select(func.count()).select_from(Plan))
    assert len([answer for answer in answers if isinstance(answer, list)]) > 1  # paid, and paid again
    assert (plans, _taken()) == (1, 0)  # somebody studies on a seat that was given back


def test_giving_back_more_than_is_taken_changes_nothing(app: Flask) -> None:
    shop, _ = _shop(seats=2)
    with db.write() as session:
        seats.release(session, seats.count([shop.class_id]))
    assert _taken() == 0
