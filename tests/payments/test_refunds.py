"""Refunds: the rule in a sentence, asked and decided once, money held back, plans revoked, never more than was paid."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal import db, jobs
from portal.catalogue.models import Lesson
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.errors import Conflict, NotFound, Refused
from portal.events import EventRow
from portal.messages.models import Message
from portal.orders.models import Order
from portal.payments import service
from portal.payments.models import Payment
from portal.payments.provider import Notice
from portal.payments.service import refunds
from portal.study import service as study
from portal.study.models import Plan, PlanCourse, Progress
from tests.orders.shop import NOON, buy, open_shop
from tests.orders.threads import THREADS, together
from tests.payments.sold import Sold, approve, ask, done, look, sold, state

__all__ = ["sold"]

DAY = timedelta(days=1)


def _study(sold: Sold, place: int, now: datetime = NOON) -> None:
    """Finishes the first course of a line, as a player that reported all of it would."""
    with db.write() as session:
        course = session.scalars(
            select(PlanCourse).join(Plan).where(Plan.line_id == sold.lines[place]).order_by(PlanCourse.id)
        ).first()
        assert course is not None
        course.state = "studied"
        study.pass_test(session, course.id, now)


def test_asking_sets_money_aside_and_changes_nothing_else(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    assert (refund.amount, refund.state, refund.reason, refund.words) == (4800, "proposed", "asked", "调岗")
    assert look(sold) == ("paid", "paid", 4800, 2, 2)


def test_one_line_of_two_goes_back(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    approve(sold, refund)
    assert look(sold) == ("paid", "paid", 4800, 1, 1)
    assert done(refund)
    assert look(sold) == ("paid", "paid", 4800, 1, 1)
    assert state(refund) == "done"


def test_all_lines_make_the_order_refunded(sold: Sold) -> None:
    for refund in ask(sold, 0, 1):
        approve(sold, refund)
        done(refund)
    assert look(sold) == ("refunded", "refunded", 9600, 0, 0)


def test_a_seat_that_came_back_can_be_sold_and_the_learner_can_order_again(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    approve(sold, refund)
    with db.write() as session:
        first = session.get_one(Order, sold.order_id)
        learner = first.lines[0].learner
        shop = open_shop(session)
        shop.project_id, shop.class_id = first.lines[0].project_id or 0, first.lines[0].class_id or 0
        assert buy(session, shop, learner, now=NOON).state == "placed"


def test_plans_are_revoked_hours_reversed_and_plugins_told_once(sold: Sold) -> None:
    _study(sold, 0)
    with db.write() as session:
        order = session.get_one(Order, sold.order_id)
        line = order.lines[0]
        assert credits_.totals(session, line.learner_id, 2026) == {"major": 1200}
        refund = refunds.propose(session, order, line.id, 1000, sold.staff_id, "单位撤回", NOON)
    approve(sold, refund)
    with db.read() as session:
        assert credits_.totals(session, line.learner_id, 2026) == {}
        assert session.scalar(select(func.count(Credit.id))) == 2
        told = [row.data for row in session.scalars(select(EventRow).where(EventRow.hook == "plan_revoked"))]
    assert [event["reason"] for event in told] == ["refund"]


def test_hours_another_plan_holds_too_stay_earned(sold: Sold) -> None:
    _study(sold, 0)
    with db.write() as session:
        order = session.get_one(Order, sold.order_id)
        line = order.lines[0]
        plan = session.scalars(select(Plan).where(Plan.line_id == line.id)).one()
        specs = [study.SpecCourse(c.course_id, c.title, c.kind, c.year, c.hours) for c in plan.courses]
        granted = study.PlanSpec(line.learner_id, "staff", "补录", 2026, order.rule_set_id, tuple(specs))
        [other] = study.open_plans(session, [granted], NOON)
        refund = refunds.propose(session, order, line.id, 1000, sold.staff_id, "重复报名", NOON)
        refunds.approve(session, refund.id, sold.staff_id, NOON)
        assert credits_.totals(session, line.learner_id, 2026) == {"major": 1200}
        assert [credit.plan_id for credit in credits_.live(session, line.learner_id)] == [other]


def test_a_test_that_ends_after_the_refund_earns_nothing(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    approve(sold, refund)
    _study(sold, 0)
    with db.read() as session:
        assert session.scalar(select(func.count(Credit.id))) == 0


@pytest.mark.parametrize(("days", "possible"), [(0, True), (7, True), (8, True), (30, True), (31, False)])
def test_the_rule_ends_some_days_after_the_payment(sold: Sold, days: int, possible: bool) -> None:
    if possible:
        assert ask(sold, 0, now=NOON + days * DAY)[0].amount == 4800
        return
    with pytest.raises(Refused) as refused:
        ask(sold, 0, now=NOON + days * DAY)
    assert "31" in str(refused.value.problems[0].message)
    assert look(sold) == ("paid", "paid", 0, 2, 2)


def test_a_line_is_asked_for_once(sold: Sold) -> None:
    ask(sold, 0)
    with pytest.raises(Refused):
        ask(sold, 0)
    with pytest.raises(Refused):
        ask(sold)
    with db.write() as session, pytest.raises(NotFound):
        refunds.ask(session, session.get_one(Order, sold.order_id), [99_999], "", sold.buyer_id, NOON)
    assert look(sold)[2] == 4800


def test_refusing_and_withdrawing_let_the_money_go(sold: Sold) -> None:
    first, second = ask(sold, 0, 1)
    with db.write() as session:
        refunds.refuse(session, first.id, sold.staff_id, "已超过办理期限", NOON)
        refunds.withdraw(session, second.id, sold.buyer_id, NOON)
    assert look(sold) == ("paid", "paid", 0, 2, 2)
    assert (state(first), state(second)) == ("refused", "withdrawn")
    for refund in (first, second):
        with pytest.raises(Conflict):
            approve(sold, refund)
    assert ask(sold, 0)[0].amount == 4800


def test_a_refusal_needs_words(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    with pytest.raises(Refused), db.write() as session:
        refunds.refuse(session, refund.id, sold.staff_id, "  ", NOON)
    assert state(refund) == "proposed"


def test_another_amount_needs_words_and_stays_below_the_price(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    for amount, answer in ((1000, ""), (0, "x"), (-5, "x"), (4801, "x")):
        with pytest.raises(Refused):
            approve(sold, refund, amount=amount, answer=answer)
    approve(sold, refund, amount=1000, answer="已发教材，扣除")
    assert look(sold) == ("paid", "paid", 1000, 1, 1)


def _watch(sold: Sold, place: int, seconds: int) -> None:
    """So much of a lesson of 100 seconds, the only one in a line's plan."""
    with db.write() as session:
        course = session.scalars(select(PlanCourse).join(Plan).where(Plan.line_id == sold.lines[place])).first()
        assert course is not None
        lesson = session.scalar(select(Lesson)) or Lesson(
            course_id=course.course_id, position=1, title="第 1 讲", kind="video", seconds=100
        )
        session.add(Progress(plan_course=course, lesson=lesson, seconds=seconds))


def test_what_is_studied_is_taken_off(sold: Sold) -> None:
    _watch(sold, 0, 1)
    assert ask(sold, 0)[0].amount == 4752  # 99 percent
    _watch(sold, 1, 51)
    with pytest.raises(Refused):
        ask(sold, 1)


def test_who_studies_on_after_asking_gets_no_more_than_is_due(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    _watch(sold, 0, 60)
    with pytest.raises(Conflict):
        approve(sold, refund)
    approve(sold, refund, amount=100, answer="按已学比例")
    assert look(sold)[2] == 100


def test_approval_is_sent_by_a_job_and_told(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    approve(sold, refund)
    with db.read() as session:
        assert [one.id for one in refunds.due(session)] == [refund.id]
        assert "refund_approved" in session.scalars(select(Message.kind)).all()
        job = session.scalars(select(jobs.Job).where(jobs.Job.key == "payments.refund")).one()
    assert job.payload == {"refund_id": refund.id}


def test_an_undecided_or_failed_gateway_loses_nothing(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    approve(sold, refund)
    assert not done(refund, "pending")
    assert state(refund) == "approved"
    assert done(refund, "failed")
    assert (state(refund), look(sold)[2]) == ("failed", 4800)
    with db.write() as session:
        refunds.retry(session, refund.id, sold.staff_id, NOON)
    assert done(refund)
    assert not done(refund)
    assert not done(refund, "failed")
    assert state(refund) == "done"


def test_what_the_provider_cannot_pay_the_office_pays(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    approve(sold, refund)
    with pytest.raises(Conflict), db.write() as session:
        refunds.settle_by_hand(session, refund.id, "2026112400017", sold.staff_id, NOON)
    done(refund, "by_hand")
    with db.read() as session:
        assert refunds.due(session) == []
    with pytest.raises(Refused), db.write() as session:
        refunds.settle_by_hand(session, refund.id, " ", sold.staff_id, NOON)
    with db.write() as session:
        refunds.settle_by_hand(session, refund.id, "2026112400017", sold.staff_id, NOON)
    assert state(refund) == "done"


def test_a_refund_is_told_by_the_gateway_too_and_twice_is_once(sold: Sold) -> None:
    [refund] = ask(sold, 0)
    approve(sold, refund)
    with db.read() as session:
        number = session.get_one(Payment, sold.payment_id).number
    told = Notice("e-refund", number, "refunded", 4800, "SR1", refund.number)
    strange = [
        Notice("e-other", number, "refunded", 4801, "SR2", refund.number),
        Notice("e-none", number, "refunded", 4800, "SR3", "R26-0000-0000"),
    ]
    with db.write() as session:
        assert [service.confirm(session, "paper", one, NOON) for one in strange] == ["attention", "attention"]
        assert [service.confirm(session, "paper", told, NOON) for _ in range(2)] == ["refunded", "known"]
    assert (state(refund), look(sold)[2]) == ("done", 4800)


def test_the_database_itself_refuses_more_than_was_paid(sold: Sold) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        session.execute(update(Payment).values(returned=Payment.received + 1))


def test_many_hands_at_once_decide_once(app: Flask, sold: Sold) -> None:
    [refund] = ask(sold, 0)

    def work(place: int) -> None:
        if place % 2:
            approve(sold, refund)
        else:
            with db.write() as session:
                refunds.refuse(session, refund.id, sold.staff_id, "x", NOON)

    answers = together(app, work)
    assert [answer for answer in answers if not isinstance(answer, Conflict)] == [None]
    assert len(answers) == THREADS
    assert look(sold)[:3] in {("paid", "paid", 4800), ("paid", "paid", 0)}


def test_many_asking_at_once_ask_once(app: Flask, sold: Sold) -> None:
    answers = together(app, lambda _: ask(sold, 0))
    assert len([answer for answer in answers if isinstance(answer, list)]) == 1
    assert look(sold)[2] == 4800
