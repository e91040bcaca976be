"""The money desk: invoices with their files and red letters, payments that fit nothing."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.messages.models import Message
from portal.payments.models import InvoiceRequest, Payment, PaymentEvent, Refund
from tests.staff.conftest import level, trail
from tests.staff.world import NOON, World

PDF = b"%PDF-1.4 an invoice"


def _invoice(world: World, step: str = "", *, mine: bool = True) -> str:
    row = (world.mine if mine else world.theirs)["invoices"]
    return f"/staff/invoices/{row.id}{step}"


def _row(world: World) -> InvoiceRequest:
    with db.read() as session:
        return session.get_one(InvoiceRequest, world.mine["invoices"].id)


def _file(data: bytes = PDF, number: str = "26112000000012345678") -> dict[str, object]:
    return {"number": number, "file": (io.BytesIO(data), "发票.pdf")}


def test_an_invoice_is_attached_once_and_fetched(admin: FlaskClient, world: World) -> None:
    address = _invoice(world, "/do/attach")
    assert address in admin.get(_invoice(world)).text
    assert 'enctype="multipart/form-data"' in admin.get(address).text
    for data in ({"number": "1"}, _file(b"<svg>"), _file(number="")):
        assert admin.post(address, data=data).status_code == 422
    assert 'value="7"' in admin.post(address, data=_file(b"<svg>", "7")).text
    assert _row(world).state == "asked"
    assert admin.post(address, data=_file()).status_code == 303
    assert admin.post(address, data=_file()).status_code == 409
    row = _row(world)
    assert (row.state, row.number) == ("issued", "26112000000012345678")
    (kept,) = trail("invoice.issued")
    assert kept.actor_id == world.admin.id
    link = _invoice(world, "/file")
    assert f'href="{link}"' in admin.get(_invoice(world)).text
    got = admin.get(link)
    assert (got.data, got.headers["Cache-Control"]) == (PDF, "private, no-store")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert admin.get(_invoice(world, "/red")).status_code == 404
    with db.read() as session:
        told = session.scalars(select(Message.kind).where(Message.account_id == world.mine["learners"].account_id))
        assert list(told) == ["invoice_issued"]


def test_a_red_letter_lets_the_refund_go(admin: FlaskClient, world: World) -> None:
    admin.post(_invoice(world, "/do/attach"), data=_file())
    red = _invoice(world, "/do/attach_red")
    assert admin.post(red, data=_file()).status_code == 409  # nothing needs it cancelled yet
    refund = world.mine["refunds"].id
    said = {"amount": "28.00", "reason": "同意"}
    assert admin.post(f"/staff/refunds/{refund}/do/approve", data=said).status_code == 303
    assert _row(world).state == "red_due"
    assert "待开红字发票" in admin.get("/staff/invoices/?state=red_due").text
    assert admin.post(red, data=_file(b"%PDF-1.4 red", "26112000000012345679")).status_code == 303
    row = _row(world)
    assert (row.state, row.red_number) == ("red", "26112000000012345679")
    assert admin.get(_invoice(world, "/red")).data == b"%PDF-1.4 red"


def test_a_county_reads_its_invoices_and_attaches_none(county: FlaskClient, admin: FlaskClient, world: World) -> None:
    admin.post(_invoice(world, "/do/attach"), data=_file())
    assert county.get(_invoice(world, "/file")).data == PDF
    admin.post(_invoice(world, "/do/attach", mine=False), data=_file())
    for step in ("", "/file", "/do/attach"):
        assert county.get(_invoice(world, step, mine=False)).status_code == 404
    assert county.post(_invoice(world, "/do/attach_red"), data=_file()).status_code == 404
    level("invoices", "")
    assert county.get(_invoice(world, "/file")).status_code == 404


# --- money that fits nothing -----------------------------------------------------------------------------------------


@pytest.fixture
def strange(world: World) -> Payment:
    """A second payment of my learner's paid order: 28 yuan that pay nothing."""
    with db.write() as session:
        order = world.mine["orders"]
        payment = Payment(number="P2", order_id=order.id, provider="x", amount=2800, state="attention", started_at=NOON)
        payment.received, payment.returned, payment.note, payment.reference = 2800, 0, "paid_twice", "r2"
        payment.division_code = order.division_code
        session.add(payment)
        session.flush()
        told = {"provider": "x", "event_id": "e2", "kind": "paid", "amount": 2800, "payload": {}}
        session.add(PaymentEvent(payment_id=payment.id, money=2800, reference="r2", outcome="attention", **told))
        return payment


def test_money_that_pays_nothing_is_given_back_and_then_looked_into(
    admin: FlaskClient, world: World, strange: Payment
) -> None:
    page = admin.get(f"/staff/payments/{strange.id}").text
    assert "这份订单已由另一笔付款支付" in page
    assert ">P2<" in admin.get("/staff/payments/?note=paid_twice").text
    give, looked = (f"/staff/payments/{strange.id}/do/{step}" for step in ("give_back", "looked"))
    assert admin.post(looked, data={"reason": "没事"}).status_code == 409  # its money is nowhere yet
    assert admin.post(give, data={"reason": ""}).status_code == 422
    assert admin.post(give, data={"reason": "重复支付"}).status_code == 303
    with db.read() as session:
        refund = session.scalars(select(Refund).where(Refund.payment_id == strange.id)).one()
        assert (refund.amount, refund.state, refund.decided_by) == (2800, "approved", world.admin.id)
    assert admin.post(give, data={"reason": "重复支付"}).status_code == 409
    assert admin.post(looked, data={"reason": "已退"}).status_code == 303
    assert admin.post(looked, data={"reason": "已退"}).status_code == 409
    (kept,) = trail("payment.looked_at")
    assert (kept.reason, kept.before) == ("已退", {"reason": "paid_twice"})


def test_a_county_sees_such_a_payment_and_moves_nothing(county: FlaskClient, world: World, strange: Payment) -> None:
    assert county.get(f"/staff/payments/{strange.id}").status_code == 200
    assert county.post(f"/staff/payments/{strange.id}/do/give_back", data={"reason": "x"}).status_code == 404


def test_the_office_proposes_a_refund_beside_the_terms(admin: FlaskClient, county: FlaskClient, world: World) -> None:
    refund = world.mine["refunds"]
    with db.write() as session:
        row = session.get_one(Refund, refund.id)
        line_id, order_id, price = row.line_id, row.payment.order_id, row.line.price
    address = f"/staff/orders/{order_id}/do/propose"
    said = {"line": str(line_id), "amount": "10.00", "reason": "课程停开"}
    assert admin.post(address, data=said).status_code == 409  # one is under way
    assert admin.post(f"/staff/refunds/{refund.id}/do/refuse", data={"reason": "另行处理"}).status_code == 303
    assert address in admin.get(f"/staff/orders/{order_id}").text
    for wrong in ({"reason": ""}, {"amount": "0"}, {"amount": f"{price / 100 + 1:.2f}"}, {"line": "999"}):
        answer = admin.post(address, data=said | wrong)
        assert answer.status_code == 422
    assert admin.post(address, data=said).status_code == 303
    with db.read() as session:
        newest = session.scalars(select(Refund).order_by(Refund.id.desc())).first()
        assert newest is not None
        assert (newest.amount, newest.state, newest.words) == (1000, "proposed", "课程停开")
    assert "课程停开" in admin.get(f"/staff/refunds/{newest.id}").text
    assert county.post(address, data=said).status_code == 404  # a county reads its orders and refunds


def test_proposing_a_refund_asks_for_the_right_to_refunds_and_to_see_the_order(
    county: FlaskClient, world: World
) -> None:
    order_id = world.mine["refunds"].payment.order_id
    address = f"/staff/orders/{order_id}/do/propose"
    for orders, refunds, seen in (("read", "write", 200), ("write", "read", 404), ("", "write", 404)):
        level("orders", orders)
        level("refunds", refunds)
        assert county.get(address).status_code == seen, (orders, refunds)
        assert (address in county.get(f"/staff/orders/{order_id}").text) == (seen == 200)
