"""修改课程 of single courses: from an unpaid order back into the basket, one order in the end."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import clock, db
from portal.orders import service as orders_
from portal.orders.models import Draft, LineCourse, Order, OrderLine
from portal.people.models import Learner
from portal.testing import log_in, make_learner
from tests.self_select.test_choosing import choose, orders, submit


@pytest.fixture
def ordered(shelf: FlaskClient, learner: Learner) -> Order:
    """One unpaid order of courses 1 and 3."""
    choose(shelf, 1, 3)
    submit(shelf)
    (order,) = orders()
    return order


def change(client: FlaskClient, order: Order):  # type: ignore[no-untyped-def]
    return client.post(f"/courses/orders/{order.number}/change")


def courses(order: Order) -> list[int]:
    with db.read() as session:
        query = select(LineCourse.course_id).join(OrderLine, OrderLine.id == LineCourse.line_id)
        return sorted(session.scalars(query.where(OrderLine.order_id == order.id)))


def drafts() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def test_from_the_order_page_to_the_changed_order(shelf: FlaskClient, ordered: Order) -> None:
    shown = shelf.get(f"/orders/{ordered.number}").text
    assert f'action="/courses/orders/{ordered.number}/change"' in shown
    assert "名额" not in shown  # single courses have no seats
    assert change(shelf, ordered).location == "/courses/basket"
    shelf.post("/courses/basket/remove", data={"course": 3})
    choose(shelf, 2, 3)  # taken out and chosen again: one's own unpaid order does not stand in the way
    shelf.post("/courses/basket/remove", data={"course": 1})
    page = shelf.get("/courses/basket").text
    for words in ("提交修改后的订单", "修改前", ordered.number):
        assert words in page
    assert [order.state for order in orders()] == ["placed"]  # nothing has happened yet
    answer = submit(shelf)
    old, new = orders()
    assert (old.state, new.state, answer.location) == ("cancelled", "placed", f"/pay/{new.number}")
    assert (courses(old), courses(new), new.expires_at) == ([1, 3], [2, 3], ordered.expires_at)
    assert drafts() == 0


def test_what_waited_in_the_basket_is_not_lost(shelf: FlaskClient, ordered: Order) -> None:
    choose(shelf, 7)
    change(shelf, ordered)
    change(shelf, ordered)
    assert shelf.post("/courses/basket/leave").location == f"/orders/{ordered.number}"
    page = shelf.get("/courses/basket").text
    assert "课程7" in page
    assert "课程1" not in page
    assert "提交修改后的订单" not in page
    assert [order.state for order in orders()] == ["placed"]


def test_leaving_gives_an_otherwise_empty_basket_up(shelf: FlaskClient, ordered: Order) -> None:
    change(shelf, ordered)
    shelf.post("/courses/basket/leave")
    assert drafts() == 0
    assert shelf.post("/courses/basket/leave").location == "/courses/basket"


def test_an_order_cancelled_meanwhile_leaves_an_ordinary_basket(shelf: FlaskClient, ordered: Order) -> None:
    change(shelf, ordered)
    with db.write() as session:
        orders_.cancel(session, session.get_one(Order, ordered.id), clock.now())
    assert "提交修改后的订单" not in shelf.get("/courses/basket").text
    submit(shelf)
    assert [order.state for order in orders()] == ["cancelled", "placed"]


def test_once_paid_nothing_is_changed(shelf: FlaskClient, ordered: Order) -> None:
    change(shelf, ordered)
    with db.write() as session:
        orders_.mark_paid(session, ordered.id, clock.now())
    answer = submit(shelf)
    assert answer.status_code == 422
    assert "可以直接学习" in answer.text
    assert change(shelf, ordered).location == f"/orders/{ordered.number}"
    assert [order.state for order in orders()] == ["paid"]


def test_a_double_click_changes_once(shelf: FlaskClient, ordered: Order) -> None:
    change(shelf, ordered)
    shelf.post("/courses/basket/remove", data={"course": 3})
    page = shelf.get("/courses/basket").text
    first, second = submit(shelf), None
    assert page
    new = orders()[-1]
    second = shelf.post("/courses/basket", data={"key": new.proposal_key, "expected_total": 500})
    assert (first.location, second.location, len(orders())) == (f"/pay/{new.number}", f"/pay/{new.number}", 2)


def test_somebody_elses_order_is_unknown(shelf: FlaskClient, ordered: Order) -> None:
    with db.write() as session:
        stranger = make_learner(session, "别人")
    browser = shelf.application.test_client()
    log_in(browser, stranger.account)
    for number in (ordered.number, "D26-0000-0000"):
        assert browser.post(f"/courses/orders/{number}/change").status_code == 404
    assert drafts() == 0
