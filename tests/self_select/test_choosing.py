"""选课学习, the basket and 提交订单: one order, its own plans, and nothing bought twice."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal import clock, db
from portal.catalogue.models import Course
from portal.credits import service as ledger
from portal.errors import NotFound, Refused
from portal.kit import OrderProposal, Pick, ProposedLine, place_order
from portal.orders.models import LineCourse, Order, OrderLine
from portal.people.models import Learner
from portal.rules import service as rules_
from portal.rules.models import RuleSet
from portal.rules.rules import Rules
from portal.study.models import Plan
from portal.testing import log_in, make_account, make_learner
from portal_self_select import basket


def choose(client: FlaskClient, *course_ids: int) -> None:
    for course_id in course_ids:
        assert client.post(f"/courses/{course_id}/choose").status_code == 303


def submit(client: FlaskClient, **over: object):  # type: ignore[no-untyped-def]
    page = client.get("/courses/basket").text
    hidden = dict(re.findall(r'name="(key|expected_total)" type="hidden" value="([^"]*)"', page))
    return client.post("/courses/basket", data={**hidden, **over})


def orders() -> list[Order]:
    with db.read() as session:
        return list(session.scalars(select(Order)))


def pay(client: FlaskClient, order: Order) -> None:
    gateway = client.post(f"/pay/{order.number}", data={"provider": "sandbox"}).location
    client.get(client.post(gateway, data={"decision": "pay"}).location)


def test_the_whole_way(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 1, 3, 7)
    page = shelf.get("/courses/basket").text
    for words in ("课程1", "课程3", "课程7", "支付前请了解", "37.5"):
        assert words in page
    answer = submit(shelf)
    (order,) = orders()
    assert answer.location == f"/pay/{order.number}"
    assert (order.total, order.mode) == (2000, "self_select")
    with db.read() as session:
        lines = session.scalars(select(OrderLine).order_by(OrderLine.id)).all()
        assert [(line.title, line.award, line.project_id) for line in lines] == [
            ("课程1", "", None),
            ("课程3", "", None),
            ("课程7", "", None),
        ]
        assert set(session.scalars(select(LineCourse.course_id).where(LineCourse.needs_test))) == {3}
    pay(shelf, order)
    with db.read() as session:
        plans = session.scalars(select(Plan)).all()
        assert {(plan.title, plan.state, plan.study_until) for plan in plans} == {
            ("课程1", "open", None),
            ("课程3", "open", None),
            ("课程7", "open", None),
        }
    assert "还没有选课" in shelf.get("/courses/basket").text
    assert "课程3" in shelf.get("/centre/courses").text


def test_a_free_course_opens_at_once(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 7)
    answer = submit(shelf)
    (order,) = orders()
    assert (answer.location, order.state, order.total) == (f"/orders/{order.number}", "paid", 0)


def test_choosing_twice_is_once_and_removing_works(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 1, 1, 2)
    assert "2 门课程" in shelf.get("/courses/basket").text
    shelf.post("/courses/basket/remove", data={"course": 1})
    for nonsense in ("1", "", "x", "999"):
        assert shelf.post("/courses/basket/remove", data={"course": nonsense}).status_code == 303
    page = shelf.get("/courses/basket").text
    assert "课程2" in page
    assert "课程1" not in page


def test_the_basket_is_found_on_another_device_and_is_nobody_elses(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 2)
    phone = shelf.application.test_client()
    log_in(phone, learner.account)
    assert "课程2" in phone.get("/courses/basket").text
    with db.write() as session:
        other = make_learner(session, name="李四")
    stranger = shelf.application.test_client()
    log_in(stranger, other.account)
    assert "课程2" not in stranger.get("/courses/basket").text


def test_a_double_click_is_one_order(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 1)
    page = shelf.get("/courses/basket").text
    hidden = dict(re.findall(r'name="(key|expected_total)" type="hidden" value="([^"]*)"', page))
    first = shelf.post("/courses/basket", data=hidden)
    second = shelf.post("/courses/basket", data=hidden)
    assert first.location == second.location
    assert len(orders()) == 1


@pytest.mark.parametrize("total", [0, 499, -500, "x"])
def test_a_tampered_price_is_refused(shelf: FlaskClient, learner: Learner, total: object) -> None:
    choose(shelf, 1)
    assert submit(shelf, expected_total=total).status_code == 422
    assert orders() == []


def test_a_changed_price_is_shown_and_asked_again(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 1)
    page = shelf.get("/courses/basket").text
    hidden = dict(re.findall(r'name="(key|expected_total)" type="hidden" value="([^"]*)"', page))
    with db.write() as session:
        session.get_one(Course, 1).price = 900
    answer = shelf.post("/courses/basket", data=hidden)
    assert answer.status_code == 422
    assert 'value="900"' in answer.text
    assert submit(shelf).status_code == 303


def test_another_window_was_quicker(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 1)
    page = shelf.get("/courses/basket").text
    hidden = dict(re.findall(r'name="(key|expected_total)" type="hidden" value="([^"]*)"', page))
    choose(shelf, 2)
    assert shelf.post("/courses/basket", data=hidden).location == "/courses/basket"
    assert "另一个窗口" in shelf.get("/courses/basket").text
    assert orders() == []


def test_a_withdrawn_course_is_left_out_and_said(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 1, 2)
    with db.write() as session:
        session.get_one(Course, 2).published = False
    assert "已不再开放" in shelf.get("/courses/basket").text
    submit(shelf)
    assert [order.total for order in orders()] == [500]


def test_an_empty_basket_makes_no_order(shelf: FlaskClient, learner: Learner) -> None:
    assert shelf.post("/courses/basket", data={"key": "x", "expected_total": 0}).status_code in (303, 422)
    assert orders() == []


def test_what_one_has_is_said_before_paying(shelf: FlaskClient, learner: Learner) -> None:
    choose(shelf, 1, 2, 4)
    shelf.post("/courses/basket/remove", data={"course": 4})
    submit(shelf)
    (order,) = orders()
    assert "待支付" in shelf.get("/courses").text
    assert shelf.post("/courses/1/choose").location == "/courses/1"
    assert "未支付的订单" in shelf.get("/courses/1").text
    pay(shelf, order)
    page = shelf.get("/courses/1").text
    assert "继续学习" in page
    with db.write() as session:
        ledger.earn(
            session,
            learner_id=learner.id,
            year=2026,
            kind="major",
            hours=1250,
            title="课程4",
            source="import",
            employer_name="",
            now=clock.now(),
            course_id=4,
        )
    assert "学时已计入" in shelf.get("/courses/4").text
    assert shelf.post("/courses/4/choose").location == "/courses/4"


def test_organisations_and_staff_choose_nothing_here(shelf: FlaskClient) -> None:
    with db.write() as session:
        account = make_account(session, "organisation")
    log_in(shelf, account)
    assert shelf.get("/courses/1").status_code == 200
    assert shelf.post("/courses/1/choose").status_code == 403
    assert shelf.get("/courses/basket").status_code == 403


# --- whoever places the order ------------------------------------------------------------------------------------


@pytest.fixture
def proposal(learner: Learner) -> OrderProposal:
    lines = tuple(
        ProposedLine(learner.id, f"课程{course_id}", 2026, (Pick(course_id, tested),))
        for course_id, tested in ((1, False), (3, True))
    )
    return OrderProposal("self_select", learner.account_id, "k", 1, lines, 2000)


def test_a_proper_proposal_is_placed(proposal: OrderProposal) -> None:
    assert place_order(proposal).total == 2000


@pytest.mark.parametrize(
    "change",
    [
        {"award": "certificate"},
        {"project_id": 1, "class_id": 2},
        {"picks": (Pick(3),)},  # without its test the hours would be cheaper
        {"picks": (Pick(1), Pick(2))},
    ],
)
def test_each_rule_holds(proposal: OrderProposal, change: dict[str, object]) -> None:
    lines = (replace(proposal.lines[0], **change), proposal.lines[1])  # type: ignore[arg-type]
    with pytest.raises(Refused):
        place_order(replace(proposal, lines=lines))
    assert orders() == []


def test_nobody_orders_for_somebody_else(proposal: OrderProposal) -> None:
    with db.write() as session:
        other = make_learner(session, name="李四")
    with pytest.raises(NotFound):
        place_order(replace(proposal, lines=(replace(proposal.lines[0], learner_id=other.id),)))


def test_what_is_held_is_not_sold_again(proposal: OrderProposal) -> None:
    place_order(proposal)
    with pytest.raises(Refused) as refused:
        place_order(replace(proposal, key="k2"))
    assert [problem.field for problem in refused.value.problems] == ["course-1", "course-3"]
    assert all(problem.url.startswith("/pay/") for problem in refused.value.problems)


def test_a_year_that_is_over_can_be_neither_chosen_nor_ordered(shelf: FlaskClient, learner: Learner) -> None:
    """Course 6 is of 2025. Its rules say until when; the plan of what is ordered before ends on that day, too."""
    choose(shelf, 6)
    submit(shelf)
    pay(shelf, orders()[0])
    with db.read() as session:
        assert session.scalars(select(Plan.study_until)).all() == [None]  # no rules: no end
    with db.write() as session:
        session.execute(update(Plan).values(state="revoked"))
        said = Rules(make_up_years=1).model_dump(mode="json")
        yesterday = clock.now() - timedelta(days=1)
        rules = RuleSet(id=2025, year=2025, version=1, title="t", data=said, effective_at=yesterday)
        session.add(rules)
    choose(shelf, 6)
    submit(shelf)
    pay(shelf, orders()[1])
    with db.write() as session:
        assert session.scalars(select(Plan.study_until).where(Plan.state == "open")).all() == [date(2026, 12, 31)]
        session.execute(update(Plan).values(state="revoked"))
        session.execute(update(RuleSet).where(RuleSet.year == 2025).values(data=Rules(make_up_years=0).model_dump()))
    assert "“课程6”已不能再选" in shelf.get("/courses/6").text
    assert "/courses/6/choose" not in shelf.get("/courses/6").text
    assert shelf.post("/courses/6/choose").location == "/courses/6"
    shelf.post("/courses/basket/fill", data={"course": [6]})
    with db.read() as session:
        assert basket.load(session, learner).courses == ()
        year = rules_.in_force(session, 2026, clock.now()).id
    line = ProposedLine(learner.id, "课程6", 2025, (Pick(6),))
    with pytest.raises(Refused) as refused:
        place_order(OrderProposal("self_select", learner.account_id, "late", year, (line,), 0))
    assert any("2025 年 12 月 31 日" in str(problem.message) for problem in refused.value.problems)
