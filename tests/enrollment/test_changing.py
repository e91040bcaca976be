"""修改课程: from an unpaid order back to the choice, the new price before the click, one order in the end."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import clock, db
from portal.catalogue.models import TrainingClass
from portal.orders import service as orders_
from portal.orders.models import Draft, LineCourse, Order
from portal.payments.models import Payment
from portal.people.models import Learner
from portal.testing import log_in, make_learner
from tests.enrollment.conftest import Wizard, draft, orders

SENTENCE = "这份订单有一笔支付正在进行"


@pytest.fixture
def ordered(wizard: Wizard) -> Order:
    """One unpaid order of courses 1, 2, 3, 4 and 9 over 95 yuan; its class is full with it."""
    wizard.up_to_check()
    wizard.submit()
    with db.write() as session:
        session.get_one(TrainingClass, 2).taken = session.get_one(TrainingClass, 2).seats
    (order,) = orders()
    return order


def change(wizard: Wizard, order: Order):  # type: ignore[no-untyped-def]
    return wizard.client.post(f"/enrol/orders/{order.number}/change")


def drafts() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def submit(wizard: Wizard, total: int):  # type: ignore[no-untyped-def]
    return wizard.submit(expected_total=total)


def test_from_the_order_page_to_the_changed_order(wizard: Wizard, ordered: Order) -> None:
    page = wizard.client.get(f"/orders/{ordered.number}").text
    assert f'action="/enrol/orders/{ordered.number}/change"' in page
    assert "名额始终为您保留" in page
    assert "名额立即释放" in page
    assert change(wizard, ordered).location == "/enrol/1/courses"
    shown = wizard.get("courses").text
    assert f"正在修改订单 {ordered.number}" in shown
    assert all(f'value="{at}" checked' in shown for at in (1, 2, 4, 9))
    assert wizard.choose(1, 2, 4, 10).location == "/enrol/1/check"
    asked = wizard.get("check").text
    assert "提交修改后的订单" in asked
    assert "<b>100</b>" in asked  # the new price
    assert "<b>95</b>" in asked  # and the old one
    assert [order.state for order in orders()] == ["placed"]  # nothing has happened yet
    key = f"enrollment:{draft().data['token']}:{draft().version}"
    answer = submit(wizard, 10000)
    old, new = orders()
    assert (old.number, old.state, new.state, new.total) == (ordered.number, "cancelled", "placed", 10000)
    assert answer.location == f"/pay/{new.number}"
    assert new.expires_at == ordered.expires_at
    assert drafts() == 0
    with db.read() as session:
        room = session.get_one(TrainingClass, 2)
        assert room.taken == room.seats
        assert sorted(session.scalars(select(LineCourse.course_id).where(LineCourse.line.has(order_id=new.id)))) == [
            *(1, 2, 3, 4, 8, 10)
        ]
    again = wizard.post("check", version=9, key=key, expected_total=10000, truthful="y")
    assert (again.location, len(orders())) == (answer.location, 2)


def test_thinking_better_of_it_leaves_the_order(wizard: Wizard, ordered: Order) -> None:
    change(wizard, ordered)
    wizard.choose(1, 2, 4, 10)
    assert change(wizard, ordered).location == "/enrol/1/courses"  # goes on where it was
    assert 'value="10" checked' in wizard.get("courses").text
    assert wizard.post("drop").location == f"/orders/{ordered.number}"
    assert [(order.state, order.total) for order in orders()] == [("placed", 9500)]
    assert drafts() == 0


def test_the_class_of_ones_own_seat_can_be_kept(wizard: Wizard, ordered: Order) -> None:
    change(wizard, ordered)
    assert 'value="2" checked' in wizard.get("class").text
    assert wizard.choose_class(2).location == "/enrol/1/courses"


def test_an_order_cancelled_meanwhile_leaves_an_ordinary_form(wizard: Wizard, ordered: Order) -> None:
    change(wizard, ordered)
    with db.write() as session:
        orders_.cancel(session, session.get_one(Order, ordered.id), clock.now())
        session.get_one(TrainingClass, 2).taken = 0
    assert "正在修改订单" not in wizard.get("courses").text
    wizard.choose(1, 2, 4, 10)
    assert submit(wizard, 10000).status_code == 303
    assert [order.state for order in orders()] == ["cancelled", "placed"]


def _go_and_pay(wizard: Wizard, order: Order, provider: str) -> Payment:
    """Chooses a way to pay, and leaves its page."""
    assert wizard.client.post(f"/pay/{order.number}", data={"provider": provider}).status_code == 303
    with db.read() as session:
        return session.scalars(select(Payment)).one()


def test_money_that_may_be_on_its_way_for_days_keeps_its_order(wizard: Wizard, ordered: Order) -> None:
    _go_and_pay(wizard, ordered, "transfer")
    assert change(wizard, ordered).location == f"/orders/{ordered.number}"
    assert SENTENCE in wizard.client.get(f"/orders/{ordered.number}").text
    assert drafts() == 0


def test_a_page_to_pay_on_that_was_left_is_closed_first(wizard: Wizard, ordered: Order) -> None:
    payment = _go_and_pay(wizard, ordered, "sandbox")
    assert change(wizard, ordered).location == "/enrol/1/courses"
    with db.read() as session:
        assert session.get_one(Payment, payment.id).state == "closed"


def test_a_payment_begun_after_the_look_refuses_the_change(wizard: Wizard, ordered: Order) -> None:
    change(wizard, ordered)
    wizard.choose(1, 2, 4, 10)
    _go_and_pay(wizard, ordered, "sandbox")
    answer = submit(wizard, 10000)
    assert (answer.status_code, SENTENCE in answer.text) == (422, True)
    assert [order.state for order in orders()] == ["placed"]


def test_once_paid_nothing_is_changed(wizard: Wizard, ordered: Order) -> None:
    change(wizard, ordered)
    wizard.choose(1, 2, 4, 10)
    with db.write() as session:
        orders_.mark_paid(session, ordered.id, clock.now())
    assert submit(wizard, 10000).location == "/enrol/specialties/1"
    assert change(wizard, ordered).location == f"/orders/{ordered.number}"
    assert "不能再修改" in wizard.client.get(f"/orders/{ordered.number}").text
    assert [order.state for order in orders()] == ["paid"]


def test_somebody_elses_order_is_unknown(wizard: Wizard, ordered: Order, learner: Learner) -> None:
    with db.write() as session:
        stranger = make_learner(session, "别人")
    browser: FlaskClient = wizard.client.application.test_client()
    log_in(browser, stranger.account)
    for number in (ordered.number, "D26-0000-0000"):
        assert browser.post(f"/enrol/orders/{number}/change").status_code == 404
    assert drafts() == 0
