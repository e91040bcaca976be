"""After paying, in the browser: a refund explained, asked for, taken back; an invoice; a receipt; all one's own."""

import pytest

from portal import clock, db
from portal.payments import service
from portal.payments.service import invoices
from tests.payments.bank import Paper, paid
from tests.payments.conftest import Counter, counter

__all__ = ["counter"]


@pytest.fixture
def settled(counter: Counter) -> Counter:
    """The order at the counter is paid."""
    with db.write() as session:
        payment = service.start(session, counter.order, Paper(), clock.now())
        assert service.confirm(session, "paper", paid(payment), clock.now()) == "paid"
    return counter


def test_a_refund_is_explained_asked_for_and_taken_back(settled: Counter) -> None:
    address = f"/orders/{settled.order.number}"
    page = settled.browser.get(f"{address}/refund").text
    assert "可退 48.00 元" in page
    assert "全额退回" in page
    unsure = settled.browser.post(f"{address}/refund", data={"words": "岗位调整"})
    assert (unsure.status_code, "岗位调整" in unsure.text, "x-errsum" in unsure.text) == (422, True, True)
    assert settled.browser.post(f"{address}/refund", data={"sure": "y"}).status_code == 303
    shown = settled.browser.get(address).text
    assert "待审核" in shown
    again = settled.browser.post(f"{address}/refund", data={"sure": "y"})
    assert (again.status_code, "退款正在办理" in again.text) == (422, True)
    with db.read() as session:
        [refund] = service.refunds.of_order(session, settled.order.id)
    assert settled.browser.post(f"{address}/refund/{refund.number}/withdraw").status_code == 303
    assert "已撤回" in settled.browser.get(address).text


def test_an_invoice_is_asked_for_and_downloaded(settled: Counter) -> None:
    address = f"/orders/{settled.order.number}/invoice"
    bad = settled.browser.post(address, data={"title": "某学校", "kind": "special", "tax_number": "12"})
    assert (bad.status_code, "某学校" in bad.text) == (422, True)
    assert settled.browser.get(f"{address}/file").status_code == 404
    assert settled.browser.post(address, data={"title": "某学校", "kind": "plain"}).status_code == 303
    with db.write() as session:
        request = invoices.live(session, settled.order.id)
        assert request is not None
        invoices.attach(session, request.id, "261", b"%PDF-1.4 x", settled.learner.account_id, clock.now())
    file = settled.browser.get(f"{address}/file")
    assert (file.status_code, file.data, file.mimetype) == (200, b"%PDF-1.4 x", "application/pdf")
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_a_receipt_shows_every_fen(settled: Counter) -> None:
    page = settled.browser.get(f"/orders/{settled.order.number}/receipt")
    assert page.status_code == 200
    assert page.text.count("48.00") >= 2


def test_what_is_unpaid_has_no_receipt(counter: Counter) -> None:
    assert counter.browser.get(f"/orders/{counter.order.number}/receipt").status_code == 404


def test_foreign_orders_do_not_exist(settled: Counter) -> None:
    stranger = settled.another()
    for method, path in (
        ("GET", "refund"),
        ("POST", "refund"),
        ("POST", "refund/R26-0000-0000/withdraw"),
        ("GET", "invoice"),
        ("POST", "invoice"),
        ("POST", "invoice/withdraw"),
        ("GET", "invoice/file"),
        ("GET", "receipt"),
    ):
        assert stranger.open(f"/orders/{settled.order.number}/{path}", method=method).status_code == 404, path
