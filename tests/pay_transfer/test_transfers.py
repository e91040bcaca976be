"""Transfers from announcing to study: part, split, over and late money; the statement matched; nothing lost."""

import io
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from portal import clock, db, jobs
from portal.errors import Conflict, Refused
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import ledger
from portal.payments.models import Payment, Refund
from portal.payments.service import refunds
from portal.photos.scans import check_scan
from portal.testing import log_in, make_learner
from portal_pay_transfer import service
from portal_pay_transfer.models import Receipt, StatementLine, Transfer
from portal_pay_transfer.provider import BankTransfer
from portal_pay_transfer.statements import Row
from tests.orders.shop import HOURS, nothing_wrong, open_shop, propose
from tests.orders.threads import together
from tests.payments.conftest import Counter, counter

__all__ = ["counter"]

DAY = date(2026, 11, 24)


@dataclass
class Announced:
    """A transfer that was announced by choosing this way to pay."""

    counter: Counter
    transfer: Transfer
    clerk: int

    def arrive(self, amount: int, reference: str = "b1", remark: str | None = None) -> service.Imported:
        """A statement with one line; then the portal is told."""
        remark = self.transfer.payment_number if remark is None else remark
        with db.write() as session:
            row = Row(reference, DAY, amount, "唐山市第一中学", remark)
            done = service.import_statement(session, [row], self.clerk, clock.now())
        jobs.run_due(clock.now() + timedelta(seconds=1))
        return done

    def look(self) -> tuple[str, str, list[int]]:
        """Order, transfer, refunds proposed; and every book agrees."""
        with db.read() as session:
            assert ledger.faults(session) == []
            back = list(session.scalars(select(Refund.amount).order_by(Refund.id)))
            return self.counter.state(), session.get_one(Transfer, self.transfer.id).state, back


@pytest.fixture
def announced(counter: Counter) -> Announced:
    answer = counter.browser.post(f"/pay/{counter.order.number}", data={"provider": "transfer"})
    assert answer.status_code == 303
    with db.read() as session:
        transfer = session.scalars(select(Transfer)).one()
    assert answer.location == f"/transfer/{transfer.payment_number}"
    return Announced(counter, transfer, counter.learner.account_id)


def test_the_page_says_where_to_and_with_which_code(announced: Announced) -> None:
    page = announced.counter.browser.get(f"/transfer/{announced.transfer.payment_number}")
    assert page.status_code == 200
    for words in (announced.transfer.payment_number, "48</b>", "对公转账", "附言"):
        assert words in page.text
    stranger = announced.counter.another()
    for address in ("", "/slip"):
        assert stranger.get(f"/transfer/{announced.transfer.payment_number}{address}").status_code == 404
    assert stranger.get("/transfer/P26-0000-0000").status_code == 404


def test_the_order_is_kept_as_long_as_money_may_be_on_its_way(announced: Announced) -> None:
    with db.read() as session:
        kept = session.get_one(Order, announced.counter.order.id).expires_at - clock.now()
    assert timedelta(days=6, hours=23) < kept <= timedelta(days=7)


def test_the_code_in_the_remark_pays(announced: Announced) -> None:
    assert announced.arrive(4800) == service.Imported(1, 0, 1, 0)
    assert announced.look() == ("paid", "settled", [])
    assert announced.arrive(4800) == service.Imported(0, 1, 0, 0)
    assert announced.look() == ("paid", "settled", [])


def test_the_order_number_in_the_remark_pays(announced: Announced) -> None:
    assert announced.arrive(4800, remark=f"订单{announced.counter.order.number}").matched == 1
    assert announced.look()[0] == "paid"


def test_parts_wait_for_the_rest(announced: Announced) -> None:
    announced.arrive(1800)
    assert announced.look() == ("placed", "open", [])
    assert "30.00" in announced.counter.browser.get(f"/transfer/{announced.transfer.payment_number}").text
    announced.arrive(3000, "b2")
    assert announced.look() == ("paid", "settled", [])


def test_what_is_over_goes_back(announced: Announced) -> None:
    announced.arrive(1800)
    announced.arrive(5000, "b2")
    assert announced.look() == ("paid", "settled", [2000])


def test_money_after_the_whole_goes_back(announced: Announced) -> None:
    announced.arrive(4800)
    announced.arrive(100, "b2")
    assert announced.look() == ("paid", "settled", [100])


@pytest.mark.parametrize("first", [0, 1800])
def test_money_for_an_order_that_is_over_goes_back(announced: Announced, first: int) -> None:
    if first:
        announced.arrive(first)
    assert announced.counter.browser.post(f"/orders/{announced.counter.order.number}/cancel").status_code == 303
    announced.arrive(4800, "b2")
    assert announced.look() == ("cancelled", "closed", [amount for amount in (first, 4800) if amount])


def test_a_line_without_a_code_waits_for_a_person(announced: Announced) -> None:
    assert announced.arrive(4800, remark="学费") == service.Imported(1, 0, 0, 1)
    with db.write() as session:
        [line] = service.unmatched(session)
        assert [one.id for one in service.candidates(session, line)] == [announced.transfer.id]
        service.match(session, line.id, announced.transfer.id, line.rest, announced.clerk, clock.now())
        assert service.unmatched(session) == []
    jobs.run_due(clock.now() + timedelta(seconds=1))
    assert announced.look()[0] == "paid"


def test_a_line_that_is_nobodys_is_set_aside_with_a_reason(announced: Announced) -> None:
    announced.arrive(12, remark="结息")
    with db.write() as session:
        [line] = service.unmatched(session)
        with pytest.raises(Refused):
            service.set_line_aside(session, line.id, " ", announced.clerk)
        service.set_line_aside(session, line.id, "利息", announced.clerk)
        assert service.unmatched(session) == []


def test_one_line_pays_two_orders(app: Flask, announced: Announced) -> None:
    with db.write() as session:
        shop, learner = open_shop(session), make_learner(session, "李文博")
        order = orders.place(session, propose(shop, learner), nothing_wrong, clock.now(), HOURS)
    browser = app.test_client()
    log_in(browser, learner.account)
    other = str(browser.post(f"/pay/{order.number}", data={"provider": "transfer"}).location).rsplit("/", 1)[-1]
    announced.arrive(9599, "b0", f"{announced.transfer.payment_number} {other}")  # does not add up: nobody is paid
    assert announced.look() == ("placed", "open", [])
    announced.arrive(9600, "b1", f"{announced.transfer.payment_number} {other}")
    assert announced.look() == ("paid", "settled", [])
    with db.read() as session:
        assert session.get_one(Order, order.id).state == "paid"
        assert len(set(session.scalars(select(Receipt.reference)))) == 2


def test_a_clerk_confirms_and_the_statement_changes_nothing_later(announced: Announced) -> None:
    with db.write() as session:
        for reference, amount in (("", 4800), ("b1", 0)):
            with pytest.raises(Refused):
                service.confirm(session, announced.transfer.id, reference, amount, DAY, announced.clerk, clock.now())
        service.confirm(session, announced.transfer.id, "b1", 4800, DAY, announced.clerk, clock.now())
    jobs.run_due(clock.now() + timedelta(seconds=1))
    assert announced.look()[0] == "paid"
    assert announced.arrive(4800) == service.Imported(0, 1, 0, 0)
    with pytest.raises(Refused):
        announced.arrive(4801)
    with pytest.raises(Conflict), db.write() as session:
        service.confirm(session, announced.transfer.id, "b1", 4800, DAY, announced.clerk, clock.now())


def test_many_clerks_at_once_confirm_once(app: Flask, announced: Announced) -> None:
    def work(_place: int) -> None:
        with db.write() as session:
            service.confirm(session, announced.transfer.id, "b1", 4800, DAY, announced.clerk, clock.now())

    answers = together(app, work)
    assert answers.count(None) == 1
    jobs.run_due(clock.now() + timedelta(seconds=1))
    assert announced.look() == ("paid", "settled", [])


def test_a_crash_before_telling_loses_nothing(announced: Announced) -> None:
    with db.write() as session:
        service.confirm(session, announced.transfer.id, "b1", 4800, DAY, announced.clerk, clock.now())
        session.execute(jobs.Job.__table__.delete())  # as if the worker's job were lost as well
        jobs.submit(session, "pay_transfer.owed")
    jobs.run_due(clock.now() + timedelta(seconds=1))
    assert announced.look()[0] == "paid"


def test_the_office_pays_a_refund_by_hand(announced: Announced) -> None:
    announced.arrive(4800)
    with db.write() as session:
        order = session.get_one(Order, announced.counter.order.id)
        [refund] = refunds.ask(session, order, [order.lines[0].id], "", announced.clerk, clock.now())
        refunds.approve(session, refund.id, announced.clerk, clock.now())
    jobs.run_due(clock.now() + timedelta(seconds=1))
    with db.write() as session:
        assert session.get_one(Refund, refund.id).by_hand
        refunds.settle_by_hand(session, refund.id, "b9", announced.clerk, clock.now())
    with db.read() as session:
        assert session.scalars(select(Payment.state)).all() == ["refunded"]
    assert announced.look()[0] == "refunded"


def test_the_account_is_needed_outside_a_demonstration(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert BankTransfer().ready()
    real = app.extensions["portal_settings"].model_copy(update={"mode": "production"})
    monkeypatch.setitem(app.extensions, "portal_settings", real)
    assert not BankTransfer().ready()


# --- the slip -----------------------------------------------------------------------------------------------------


def _picture(kind: str = "PNG", size: tuple[int, int] = (80, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def _upload(browser: FlaskClient, number: str, data: bytes) -> tuple[int, str]:
    form = {"payer": "唐山市第一中学", "slip": (io.BytesIO(data), "回单.png")}
    answer = browser.post(f"/transfer/{number}", data=form, content_type="multipart/form-data")
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("data", "suffix"), [(_picture(), "jpg"), (_picture("JPEG"), "jpg"), (b"%PDF-1.4 slip %%EOF", "pdf")]
)
def test_a_slip_is_kept_redrawn_and_downloaded(announced: Announced, data: bytes, suffix: str) -> None:
    number, browser = announced.transfer.payment_number, announced.counter.browser
    assert _upload(browser, number, data)[0] == 303
    slip = browser.get(f"/transfer/{number}/slip")
    assert slip.headers["Content-Disposition"].endswith(f'.{suffix}"')
    assert slip.headers["Content-Disposition"].startswith("attachment")
    with db.read() as session:
        assert session.get_one(Transfer, announced.transfer.id).payer == "唐山市第一中学"


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF-1.4 cut", _picture()[:40]],
)
def test_what_is_no_slip_is_refused_and_the_name_is_kept(announced: Announced, data: bytes) -> None:
    status, page = _upload(announced.counter.browser, announced.transfer.payment_number, data)
    assert status == 422
    assert "唐山市第一中学" in page
    assert "x-errsum" in page
    with db.read() as session:
        assert session.get_one(Transfer, announced.transfer.id).slip_key is None


def test_a_slip_has_a_size() -> None:
    with pytest.raises(Refused):
        check_scan(b"%PDF-" + b"x" * (5 * 1024 * 1024), "slip")


def test_the_office_answers_a_slip_it_cannot_use(announced: Announced) -> None:
    number, browser = announced.transfer.payment_number, announced.counter.browser
    _upload(browser, number, _picture())
    with db.write() as session:
        service.answer_slip(session, announced.transfer.id, "看不清流水号", announced.clerk)
    assert "看不清流水号" in browser.get(f"/transfer/{number}").text
    _upload(browser, number, _picture())
    assert "看不清流水号" not in browser.get(f"/transfer/{number}").text


def test_personal_names_are_sealed_in_the_database(announced: Announced) -> None:
    announced.arrive(1)
    with db.engine().connect() as connection:
        raw = str(connection.exec_driver_sql("SELECT payer, remark FROM pay_transfer_line").all())
    assert "唐山" not in raw
    with db.read() as session:
        assert session.scalars(select(StatementLine.payer)).all() == ["唐山市第一中学"]
