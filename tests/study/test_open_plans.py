"""Opening plans: once per order line, credited courses are done, a finished plan is told once."""

import dataclasses

from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.credits import service as credits_
from portal.events import EventRow
from portal.messages.models import Message
from portal.orders.models import Order, OrderLine
from portal.study import service
from portal.study.models import Plan, PlanCourse
from tests.study.world import START, make_course, make_learner, make_rules, spec_of


def _line(session, learner, rules) -> int:  # type: ignore[no-untyped-def]
    order = Order(
        number="1",
        buyer_id=learner.account_id,
        mode="enrollment",
        proposal_key="k",
        total=0,
        rule_set_id=rules.id,
        placed_at=START,
        expires_at=START,
    )
    order.lines.append(OrderLine(learner_id=learner.id, mode="enrollment", title="t", year=2026, price=0))
    session.add(order)
    session.flush()
    return order.lines[0].id


def test_a_line_has_one_plan(app: Flask) -> None:
    with db.write() as session:
        learner, rules, course = make_learner(session), make_rules(session), make_course(session)
        spec = spec_of(learner.id, rules.id, [course], line_id=_line(session, learner, rules))
        first = service.open_plans(session, [spec, spec], START)
        again = service.open_plans(session, [spec], START)
    assert [first[0]] == [first[1]] == again
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 1
        row = session.scalars(select(PlanCourse)).one()
        assert (row.title, row.hours, row.state) == (course.title, 800, "open")


def test_a_grant_opens_each_time(app: Flask) -> None:
    with db.write() as session:
        learner, rules, course = make_learner(session), make_rules(session), make_course(session)
        spec = spec_of(learner.id, rules.id, [course])
        assert len(set(service.open_plans(session, [spec, spec], START))) == 2


def test_a_credited_course_opens_complete_only_in_its_year(app: Flask) -> None:
    with db.write() as session:
        learner, rules = make_learner(session), make_rules(session)
        done, other = make_course(session), make_course(session)
        common = {"kind": "major", "hours": 800, "source": "import", "employer_name": "", "now": START}
        credits_.earn(session, learner_id=learner.id, year=2026, title="t", course_id=done.id, **common)  # type: ignore[arg-type]
        credits_.earn(session, learner_id=learner.id, year=2025, title="t", course_id=other.id, **common)  # type: ignore[arg-type]
        plan_id = service.open_plans(session, [spec_of(learner.id, rules.id, [done, other])], START)[0]
        plan = session.get_one(Plan, plan_id)
        assert [course.state for course in plan.courses] == ["complete", "open"]
        assert plan.state == "open"


def test_a_reversed_credit_opens_nothing_complete(app: Flask) -> None:
    with db.write() as session:
        learner, rules, course = make_learner(session), make_rules(session), make_course(session)
        credit = credits_.earn(
            session,
            learner_id=learner.id,
            year=2026,
            kind="major",
            hours=800,
            title="t",
            source="import",
            employer_name="",
            now=START,
            course_id=course.id,
        )
        credits_.reverse(session, credit, START)
        plan_id = service.open_plans(session, [spec_of(learner.id, rules.id, [course])], START)[0]
        assert [row.state for row in session.get_one(Plan, plan_id).courses] == ["open"]


def test_a_plan_of_credited_courses_completes_at_once_and_is_told_once(app: Flask) -> None:
    with db.write() as session:
        learner, rules, course = make_learner(session), make_rules(session), make_course(session)
        first = spec_of(learner.id, rules.id, [course])
        credits_.earn(
            session,
            learner_id=learner.id,
            year=2026,
            kind="major",
            hours=800,
            title="t",
            source="import",
            employer_name="",
            now=START,
            course_id=course.id,
        )
        plan_id = service.open_plans(session, [dataclasses.replace(first, title="t")], START)[0]
        assert session.get_one(Plan, plan_id).state == "complete"
    with db.read() as session:
        assert session.scalars(select(EventRow.data)).all() == [{"plan_id": plan_id}]
        assert session.scalars(select(Message.kind)).all() == ["course_completed"]
