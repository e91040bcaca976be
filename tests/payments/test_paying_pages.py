"""学费支付 in the browser: pay once, come back, see what happened; nobody else sees anything."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import clock, db
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import service
from portal.payments.models import Payment
from portal.study.models import Plan
from tests.payments.bank import paid
from tests.payments.conftest import Counter


def _payments() -> list[Payment]:
    with db.read() as session:
        return list(session.scalars(select(Payment).order_by(Payment.id)))


def _go(counter: Counter) -> str:
    """Presses the pay button; the address of the gateway's page."""
    answer = counter.browser.post(f"/pay/{counter.order.number}", data={"provider": "sandbox"})
    assert answer.status_code == 303
    return str(answer.location)


def _decide(counter: Counter, page: str, decision: str = "pay") -> str:
    answer = counter.browser.post(page, data={"decision": decision})
    assert answer.status_code == 303
    return str(answer.location)


def test_the_page_says_what_is_paid_until_when_and_how(counter: Counter) -> None:
    page = counter.browser.get(f"/pay/{counter.order.number}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    for words in ("学费支付", counter.order.number, "丰润区一班", "周晓岚", "48</b>", "沙箱银行", "支付前请了解"):
        assert words in page.text
    assert "还没有上传证件照片" in page.text
    assert page.text.count("btn-primary") == 1


def test_paying_from_button_to_study(counter: Counter) -> None:
    page = _go(counter)
    assert "这里不会动用真钱" in counter.browser.get(page).text
    back = _decide(counter, page)
    assert back == f"/pay/back/{_payments()[0].number}"
    answer = counter.browser.get(back)
    assert (answer.status_code, answer.location) == (303, f"/pay/{counter.order.number}")
    assert counter.state() == "paid"
    done = counter.browser.get(str(answer.location))
    assert "study.projects" in done.text or "/centre/projects" in done.text
    assert "已支付" in done.text


def test_the_back_button_cannot_pay_twice(counter: Counter) -> None:
    page = _go(counter)
    counter.browser.get(_decide(counter, page))
    again = counter.browser.post(f"/pay/{counter.order.number}", data={"provider": "sandbox"})
    assert (again.status_code, again.location) == (303, f"/pay/{counter.order.number}")
    assert counter.browser.post(page, data={"decision": "pay"}).status_code == 303
    reloaded = counter.browser.get(f"/pay/{counter.order.number}").text
    assert 'name="provider"' not in reloaded
    assert len(_payments()) == 1
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 1


def test_going_back_before_the_result_finds_the_money(counter: Counter) -> None:
    _decide(counter, _go(counter))
    assert counter.state() == "placed"
    answer = counter.browser.post(f"/pay/{counter.order.number}", data={"provider": "sandbox"})
    assert answer.location == f"/pay/{counter.order.number}"
    assert counter.state() == "paid"


def test_a_double_click_is_one_attempt(counter: Counter) -> None:
    assert _go(counter) == _go(counter)
    assert len(_payments()) == 1


def test_refusing_at_the_bank_charges_nothing_and_can_be_tried_again(counter: Counter) -> None:
    back = _decide(counter, _go(counter), "refuse")
    assert "没有扣款" in counter.browser.get(back, follow_redirects=True).text
    assert [payment.state for payment in _payments()] == ["failed"]
    counter.browser.get(_decide(counter, _go(counter)))
    assert counter.state() == "paid"


def test_waiting_for_a_silent_bank(counter: Counter) -> None:
    _go(counter)
    back = f"/pay/back/{_payments()[0].number}"
    page = counter.browser.get(back)
    assert page.status_code == 200
    assert "http-equiv" not in page.text
    looked = counter.browser.get(f"{back}?again=1", headers={"Accept": "application/json"})
    assert looked.json == {"waiting": True}


def test_a_choice_is_needed(counter: Counter) -> None:
    for data in ({}, {"provider": "gold"}):
        page = counter.browser.post(f"/pay/{counter.order.number}", data=data)
        assert page.status_code == 422
        assert "x-errsum" in page.text
    assert _payments() == []


def test_foreign_orders_and_payments_do_not_exist(counter: Counter) -> None:
    _go(counter)
    number, payment = counter.order.number, _payments()[0].number
    stranger = counter.another()
    for method, address in (
        ("GET", f"/pay/{number}"),
        ("POST", f"/pay/{number}"),
        ("GET", f"/pay/back/{payment}"),
        ("GET", f"/orders/{number}"),
        ("POST", f"/orders/{number}/cancel"),
        ("GET", "/pay/D26-0000-0000"),
        ("GET", "/orders/nonsense"),
    ):
        assert stranger.open(address, method=method, data={"provider": "sandbox"}).status_code == 404, address
    assert counter.state() == "placed"
    assert len(_payments()) == 1


def test_who_is_not_logged_in_is_asked_to(counter: Counter, client: FlaskClient) -> None:
    nobody = counter.browser.application.test_client()
    answer = nobody.get(f"/pay/{counter.order.number}")
    assert (answer.status_code, "/login" in str(answer.location)) == (303, True)


def test_time_over(counter: Counter) -> None:
    with db.write() as session:
        session.get_one(Order, counter.order.id).expires_at = clock.now() - timedelta(seconds=1)
    page = counter.browser.get(f"/pay/{counter.order.number}")
    assert "支付时间已过" in page.text
    answer = counter.browser.post(f"/pay/{counter.order.number}", data={"provider": "sandbox"})
    assert answer.location == f"/pay/{counter.order.number}"
    assert _payments() == []


def test_money_after_cancelling_is_told(counter: Counter) -> None:
    _go(counter)
    [payment] = _payments()
    assert counter.browser.post(f"/orders/{counter.order.number}/cancel").status_code == 303
    assert counter.state() == "cancelled"
    with db.write() as session:
        assert service.confirm(session, "sandbox", paid(payment), clock.now()) == "attention"
    assert "款项已到账" in counter.browser.get(f"/pay/{counter.order.number}").text


def test_money_on_its_way_wins_over_cancelling(counter: Counter) -> None:
    _decide(counter, _go(counter))
    page = counter.browser.post(f"/orders/{counter.order.number}/cancel", follow_redirects=True)
    assert counter.state() == "paid"
    assert "不能再取消" in page.text


def test_an_amount_that_does_not_fit_stops_the_page(counter: Counter) -> None:
    _go(counter)
    [payment] = _payments()
    with db.write() as session:
        service.confirm(session, "sandbox", paid(payment, amount=1), clock.now())
    page = counter.browser.get(f"/pay/{counter.order.number}").text
    assert 'name="provider"' not in page
    assert "请不要重复支付" in page


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_my_orders(counter: Counter, language: str) -> None:
    counter.browser.post("/language", data={"to": language})
    page = counter.browser.get("/orders")
    assert page.status_code == 200
    assert counter.order.number in page.text
    shown = counter.browser.get(f"/orders/{counter.order.number}")
    assert (shown.status_code, "课程0" in shown.text) == (200, True)
    text = re.sub(r"<[^>]+>", " ", page.text)
    assert ("我的订单" in text) == (language == "zh_Hans_CN")


def test_no_orders_yet(counter: Counter) -> None:
    assert "还没有订单" in counter.another().get("/orders").text


def test_what_costs_nothing_shows_as_paid(counter: Counter) -> None:
    from tests.orders.shop import HOURS, nothing_wrong, open_shop, propose

    with db.write() as session:
        shop = open_shop(session, prices=(0,))
        order = orders.place(session, propose(shop, counter.learner), nothing_wrong, clock.now(), HOURS)
    assert "已支付" in counter.browser.get(f"/pay/{order.number}").text
