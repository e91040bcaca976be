"""One notification from many sides at once, money against cancelling, two deciders: one winner each.

Beside each race stands a control that takes its guard away and shows what would happen.
"""

import secrets
import threading
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import db
from portal.catalogue.models import TrainingClass
from portal.errors import Conflict, PortalError
from portal.events import EventRow
from portal.orders import numbers, states
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import ledger, refund_states, service, terms
from portal.payments.judgement import Verdict
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.service import confirming, hearing, holding, refunds
from portal.study.models import Plan
from tests.orders.shop import NOON, buy, open_shop, register
from tests.orders.threads import THREADS, together
from tests.payments.bank import Paper
from tests.payments.races import approve, ask_again, asked, confirm, count, faults, held, refuse, sendings, started


def test_one_notification_at_once_from_all_sides(app: Flask) -> None:
    _, payment = started()
    answers = together(app, lambda _: confirm(payment, "e", "r"))
    assert sorted(map(str, answers)) == ["known"] * (THREADS - 1) + ["paid"]
    assert [count(model) for model in (Plan, PaymentEvent, EventRow, Refund)] == [1, 1, 1, 0]


def test_every_transaction_but_one_goes_back(app: Flask) -> None:
    _, payment = started()
    answers = together(app, lambda place: confirm(payment, f"e{place}", f"r{place}"))
    assert sorted(map(str, answers)) == ["attention"] * (THREADS - 1) + ["paid"]
    assert [count(model) for model in (Plan, PaymentEvent, Refund)] == [1, THREADS, THREADS - 1]


def test_a_double_click_starts_one_attempt(app: Flask) -> None:
    order, _ = started()

    def start(_place: int) -> str:
        with db.write() as session:
            return service.start(session, order, Paper(), NOON).number

    assert len(set(together(app, start))) == 1
    assert count(Payment) == 1


def test_money_or_cancelling_wins_never_both(app: Flask) -> None:
    order, payment = started()

    def work(place: int) -> object:
        if place % 2:
            return confirm(payment, "e", "r")
        with db.write() as session:
            return orders.cancel(session, session.get_one(Order, order.id), NOON)

    answers = together(app, work)
    with db.read() as session:
        state = session.scalar(select(Order.state))
        taken = session.scalar(select(TrainingClass.taken))
    if state == "paid":
        assert [answer for answer in answers if isinstance(answer, Conflict)]
        assert (taken, count(Plan), count(Refund)) == (1, 1, 0)
    else:
        assert (state, taken, count(Plan), count(Refund)) == ("cancelled", 0, 0, 1)


def test_a_refund_is_agreed_to_once(app: Flask) -> None:
    refund, staff_id = asked()
    answers = together(app, lambda _: approve(refund, staff_id))
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == THREADS - 1
    assert held() == refund.amount
    assert sendings() == 1


def test_a_line_is_asked_back_once(app: Flask) -> None:
    refund, _ = asked()
    answers = together(app, lambda _: ask_again(refund))
    assert all(isinstance(answer, PortalError) for answer in answers)
    assert held() == refund.amount


def test_agreeing_and_refusing_have_one_winner(app: Flask) -> None:
    refund, staff_id = asked()
    together(app, lambda place: (approve if place % 2 else refuse)(refund, staff_id))
    with db.read() as session:
        state = session.get_one(Refund, refund.id).state
    assert (state, held()) in {("approved", refund.amount), ("refused", 0)}
    assert faults() == []


def test_more_than_arrived_is_never_set_aside(app: Flask) -> None:
    _, payment = started()
    confirm(payment, "e", "r")

    def give(_place: int) -> None:
        with db.write() as session:
            holding.set_aside(session, session.get_one(Payment, payment.id), payment.amount, "staff", NOON)

    answers = together(app, give)
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == THREADS - 1
    assert held() == payment.amount


# --- the same races without their guards ------------------------------------------------------------------------------


def test_control_without_the_record_one_notification_is_money_each_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = hearing.heard

    def forgetful(*given: object) -> hearing.Heard:
        nothing = {"same": False, "again": False, "reused": False, "told_of_money": False}
        return replace(heard(*given), event_id=secrets.token_hex(8), **nothing)  # type: ignore[arg-type]

    monkeypatch.setattr(hearing, "heard", forgetful)
    _, payment = started()
    together(app, lambda _: confirm(payment, "e", "r"))
    assert [count(model) for model in (Plan, PaymentEvent)] == [1, THREADS]
    assert faults() != []


def test_control_without_judging_later_money_is_nowhere(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "judge", lambda *_: Verdict("paid"))
    _, payment = started()
    answers = together(app, lambda place: confirm(payment, f"e{place}", f"r{place}"))
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == THREADS - 1
    assert [count(model) for model in (PaymentEvent, Refund)] == [1, 0]  # so many came, one is on record


def test_control_looking_before_beginning_is_as_many_attempts_as_clicks(app: Flask) -> None:
    with db.write() as session:
        order = buy(session, open_shop(session), register(session))
    looked = threading.Barrier(THREADS)

    def start(_place: int) -> None:
        with db.read() as session:
            begun = session.scalars(select(Payment).where(Payment.order_id == order.id)).all()
        looked.wait()
        values = {"order_id": order.id, "provider": "paper", "amount": order.total, "started_at": NOON}
        if not begun:
            with db.write() as session:
                numbers.insert(session, Payment, numbers.PAYMENT, values | {"state": "started"}, NOON)

    together(app, start)
    assert count(Payment) == THREADS


def test_control_without_the_table_of_moves_money_and_cancelling_both_win(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "MOVES", dict.fromkeys(states.MOVES, frozenset(states.MOVES)))
    order, payment = started()
    confirm(payment, "e", "r")

    def cancel(_place: int) -> None:
        with db.write() as session:
            orders.cancel(session, session.get_one(Order, order.id), NOON)

    together(app, cancel)
    assert count(Plan) == 1
    assert faults() != []  # somebody studies on a seat that was given back


def test_control_without_the_table_of_moves_a_refund_is_agreed_to_and_refused(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refund_states, "MOVES", dict.fromkeys(refund_states.MOVES, frozenset(refund_states.MOVES)))
    refund, staff_id = asked()
    approve(refund, staff_id)
    together(app, lambda _: refuse(refund, staff_id))
    assert held() < refund.amount  # its money is on its way, and free to be sent once more


def test_control_without_looking_at_the_state_a_refund_is_sent_by_everybody_who_agrees(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund, staff_id = asked()
    approve(refund, staff_id)
    monkeypatch.setattr(refund_states, "MOVES", dict.fromkeys(refund_states.MOVES, frozenset(refund_states.MOVES)))
    monkeypatch.setattr(refund_states, "PROPOSED", refund_states.APPROVED)  # whoever looks sees it undecided
    monkeypatch.setattr(refunds, "_still_due", lambda *_: None)
    together(app, lambda _: approve(refund, staff_id))
    assert sendings() == 1 + THREADS


def test_control_without_looking_what_is_under_way_one_line_goes_back_twice(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "_blocked", lambda *_: {})
    refund, _ = asked(people=2)
    together(app, lambda _: ask_again(refund))
    assert held() == 2 * refund.amount


def test_control_without_reading_what_is_on_record_money_counts_twice(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction told under many event numbers: the record is what makes it one."""
    heard = hearing.heard

    def deaf(*given: object) -> hearing.Heard:
        return replace(heard(*given), told_of_money=False)  # type: ignore[arg-type]

    monkeypatch.setattr(hearing, "heard", deaf)
    _, payment = started()
    together(app, lambda place: confirm(payment, f"e{place}", "r"))
    with db.read() as session:
        assert session.get_one(Payment, payment.id).received == THREADS * payment.amount
        assert ledger.faults(session) != []


def test_one_transaction_told_under_many_numbers_is_one(app: Flask) -> None:
    _, payment = started()
    together(app, lambda place: confirm(payment, f"e{place}", "r"))
    with db.read() as session:
        assert session.get_one(Payment, payment.id).received == payment.amount
        assert ledger.faults(session) == []


def test_control_without_the_condition_the_database_itself_keeps_refunds_below_what_arrived(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(session: Session, payment_id: int, amount: int) -> None:
        session.execute(update(Payment).where(Payment.id == payment_id).values(returned=Payment.returned + amount))

    _, payment = started()
    confirm(payment, "e", "r")
    monkeypatch.setattr(holding, "hold", hold)

    def give(_place: int) -> None:
        with db.write() as session:
            holding.set_aside(session, session.get_one(Payment, payment.id), payment.amount, "staff", NOON)

    answers = together(app, give)
    assert [answer for answer in answers if answer is not None and not isinstance(answer, IntegrityError)] == []
    assert held() == payment.amount
