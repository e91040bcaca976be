"""发票: asked for once, issued once, cancelled by a red letter before money goes back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from portal import db, jobs
from portal.errors import Conflict, Refused
from portal.messages.models import Message
from portal.orders.models import Order
from portal.payments.models import InvoiceRequest
from portal.payments.service import invoices, refunds
from portal.payments.service.invoices import Wish
from portal.settings import Settings
from tests.orders.shop import NOON
from tests.payments.sold import Sold, approve, ask, sold
from tests.people.post_office import PostOffice, post_office

__all__ = ["sold"]

PDF = b"%PDF-1.4 an invoice"


def _invoice(sold: Sold, **wish: str) -> InvoiceRequest:
    with db.write() as session:
        order = session.get_one(Order, sold.order_id)
        return invoices.ask(session, order, Wish(**{"title": "唐山市第一中学", **wish}), sold.buyer_id, NOON)


def _issue(sold: Sold, request: InvoiceRequest) -> None:
    with db.write() as session:
        invoices.attach(session, request.id, "26112000000012345678", PDF, sold.staff_id, NOON)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "字" * 121}, "title"),
        ({"kind": "gold"}, "kind"),
        ({"kind": "special"}, "tax_number"),
        ({"tax_number": "12"}, "tax_number"),
        ({"tax_number": "91130200123456789I"}, "tax_number"),
        ({"email": "no mail"}, "email"),
    ],
)
def test_a_wish_that_cannot_be_printed_is_refused_at_its_field(sold: Sold, wish: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        _invoice(sold, **wish)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_an_invoice_is_asked_for_once_and_issued_once(sold: Sold) -> None:
    request = _invoice(sold, kind="special", tax_number="91130200ma07abcd1x", email="a@b.cn")
    assert (request.amount, request.tax_number) == (9600, "91130200MA07ABCD1X")
    with pytest.raises(Conflict):
        _invoice(sold)
    for number, data in (("", PDF), ("1" * 31, PDF), ("1", b"<svg>"), ("1", b"")):
        with pytest.raises(Refused), db.write() as session:
            invoices.attach(session, request.id, number, data, sold.staff_id, NOON)
    _issue(sold, request)
    with pytest.raises(Conflict):
        _issue(sold, request)
    with pytest.raises(Conflict), db.write() as session:
        invoices.withdraw(session, request.id, sold.buyer_id, NOON)


def test_an_invoice_asked_for_shrinks_with_a_refund(sold: Sold) -> None:
    request = _invoice(sold)
    for place, left in ((0, (4800, "asked")), (1, (4800, "withdrawn"))):
        approve(sold, ask(sold, place)[0])
        with db.read() as session:
            row = session.get_one(InvoiceRequest, request.id)
            assert (row.amount, row.state) == left


def test_money_waits_for_the_red_letter(sold: Sold) -> None:
    request = _invoice(sold)
    _issue(sold, request)
    with pytest.raises(Conflict), db.write() as session:
        invoices.attach_red(session, request.id, "1", PDF, sold.staff_id, NOON)
    [refund] = ask(sold, 0)
    approve(sold, refund)
    with db.read() as session:
        assert session.get_one(InvoiceRequest, request.id).state == "red_due"
        assert refunds.due(session) == []
    with db.write() as session:
        invoices.attach_red(session, request.id, "26112000000012345679", PDF, sold.staff_id, NOON)
        assert [one.id for one in refunds.due(session)] == [refund.id]
    again = _invoice(sold)
    assert again.amount == 4800


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, office: PostOffice) -> Settings:
    """A site that sends mail."""
    return settings.model_copy(
        update={"mail_server": office.address, "mail_security": "none", "mail_from": "jxjy@example.cn"}
    )


def test_the_files_go_to_the_address_of_the_request(sold: Sold, office: PostOffice) -> None:
    request = _invoice(sold, email="fapiao@mail.example.cn")
    _issue(sold, request)
    jobs.drain()
    approve(sold, ask(sold, 0)[0])
    with db.write() as session:
        invoices.attach_red(session, request.id, "26112000000012345679", b"PK\x03\x04 red", sold.staff_id, NOON)
    jobs.drain()
    letters = [letter for letter in office.letters if letter["To"] == "fapiao@mail.example.cn"]
    sent = [(part.get_filename(), part.get_content()) for letter in letters for part in letter.iter_attachments()]
    assert sent == [("26112000000012345678.pdf", PDF), ("26112000000012345679.ofd", b"PK\x03\x04 red")]
    assert ["发票" in letter["Subject"] for letter in letters] == [True, True]
    with db.read() as session:
        told = session.scalars(select(Message.kind).where(Message.account_id == sold.buyer_id))
        assert {"invoice_issued", "invoice_red"} <= set(told)


def test_without_an_address_nothing_is_mailed(sold: Sold, office: PostOffice) -> None:
    _issue(sold, _invoice(sold))
    jobs.drain()
    assert [letter for letter in office.letters if list(letter.iter_attachments())] == []
