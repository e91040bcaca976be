"""发票: asked for by the buyer, attached by the office, cancelled by a red-letter invoice when money goes back."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import jobs
from portal.audit import service as audit
from portal.errors import Conflict, Refused
from portal.messages import service as messages
from portal.orders import states as order_states
from portal.orders.models import Order
from portal.payments import invoice_states, refund_states
from portal.payments.models import InvoiceRequest, Payment, Refund
from portal.settings import current_settings
from portal.storage import current_storage
from portal.types import Problem

PLAIN, SPECIAL = "plain", "special"
KINDS: dict[str, object] = {PLAIN: _l("General invoice"), SPECIAL: _l("Special VAT invoice")}
# 15, 17, 18 or 20 characters: numbers of taxpayers and unified social credit codes (国家税务总局公告 2015 年第 66 号).
_TAX_NUMBER = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{15}|[0-9A-Z]{17}|[0-9A-HJ-NP-RT-UW-Y]{18}|[0-9A-Z]{20}")
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_FILES = {b"%PDF-": "pdf", b"PK\x03\x04": "ofd"}  # an OFD is a zip
BYTES_MOST = 5 * 1024 * 1024
POST = "payments.invoice_mail"  # the job that mails a file (posting.py)


@dataclass(frozen=True)
class Wish:
    """What a buyer wants printed on an invoice, and the address it may be mailed to."""

    title: str
    tax_number: str = ""
    kind: str = PLAIN
    email: str = ""


def problems(wish: Wish) -> list[Problem]:
    """Everything wrong with a wish, at its field."""
    found = []
    if not 2 <= len(wish.title.strip()) <= 120:
        found.append(Problem(_l("Write whom the invoice is for, 2 to 120 characters."), "title"))
    if wish.kind not in KINDS:
        found.append(Problem(_l("Choose a kind of invoice."), "kind"))
    if wish.kind == SPECIAL and not wish.tax_number:
        found.append(Problem(_l("A special VAT invoice needs the tax number."), "tax_number"))
    elif wish.tax_number and not _TAX_NUMBER.fullmatch(wish.tax_number.upper()):
        found.append(Problem(_l("A tax number has 15, 17, 18 or 20 digits and capital letters."), "tax_number"))
    if wish.email and (len(wish.email) > 320 or not _MAIL.fullmatch(wish.email)):
        found.append(Problem(_l("This is no mail address. Leave it empty to fetch the invoice here."), "email"))
    return found


def ask(session: Session, order: Order, wish: Wish, account_id: int, now: datetime) -> InvoiceRequest:
    """The buyer asks for an invoice over what the order has cost after refunds.

    :raises Refused: with all problems at their fields.
    :raises Conflict: the order is not paid, nothing is left to invoice, or an invoice is under way or issued.
    """
    if found := problems(wish):
        raise Refused(_l("The invoice cannot be asked for yet"), found)
    amount = net(session, order)
    if order.state not in (order_states.PAID, order_states.REFUNDED) or amount <= 0:
        raise Conflict(_l("There is nothing paid here that an invoice could be written for."))
    if live(session, order.id) is not None:
        raise Conflict(_l("An invoice for this order has been asked for already."))
    request = InvoiceRequest(
        order_id=order.id,
        title=wish.title.strip(),
        tax_number=wish.tax_number.upper() or None,
        kind=wish.kind,
        email=wish.email or None,
        amount=amount,
        state=invoice_states.ASKED,
        created_at=now,
    )
    session.add(request)
    audit.record(session, account_id, "invoice.asked", request, after={"amount": amount, "kind": wish.kind})
    return request


def withdraw(session: Session, request_id: int, account_id: int, now: datetime) -> None:
    """The buyer needs it no longer, or wants to write it anew. :raises Conflict: it was issued meanwhile."""
    if not invoice_states.move(session, request_id, invoice_states.WITHDRAWN):
        raise Conflict(_l("The invoice has been issued already; ask the office."))
    audit.record(session, account_id, "invoice.withdrawn", session.get_one(InvoiceRequest, request_id))


def attach(session: Session, request_id: int, number: str, data: bytes, actor_id: int, now: datetime) -> None:
    """The office has issued it: the file and its number. :raises Refused: no number, or no PDF or OFD file.

    :raises Conflict: it is not waiting for one.
    """
    number, key = _numbered(number), _key(data, now)
    values = {"number": number, "storage_key": key, "issued_at": now}
    if not invoice_states.move(session, request_id, invoice_states.ISSUED, **values):
        raise Conflict(_l("This request is not waiting for an invoice."))
    current_storage().put(key, data, personal=True)
    _said(session, request_id, actor_id, "invoice_issued")


def attach_red(session: Session, request_id: int, number: str, data: bytes, actor_id: int, now: datetime) -> None:
    """The office has cancelled it by a red-letter invoice: refunds that waited for it are sent.

    :raises Refused: no number, or no PDF or OFD file; :raises Conflict: nothing needs it cancelled.
    """
    number, key = _numbered(number), _key(data, now)
    values = {"red_number": number, "red_storage_key": key, "red_at": now}
    if not invoice_states.move(session, request_id, invoice_states.RED, **values):
        raise Conflict(_l("No refund needs this invoice cancelled."))
    current_storage().put(key, data, personal=True)
    request = session.get_one(InvoiceRequest, request_id)
    waiting = (
        select(Refund.id)
        .join(Payment)
        .where(Payment.order_id == request.order_id, Refund.state == refund_states.APPROVED)
    )
    for refund_id in session.scalars(waiting).all():
        jobs.submit(session, "payments.refund", {"refund_id": refund_id})
    _said(session, request_id, actor_id, "invoice_red")


def after_refund(session: Session, order_id: int, now: datetime) -> None:
    """A refund was approved: an issued invoice must be cancelled, one still asked for is over what is left."""
    request = live(session, order_id)
    if request is None:
        return
    if request.state == invoice_states.ISSUED:
        invoice_states.move(session, request.id, invoice_states.RED_DUE)
        audit.record(session, None, "invoice.red_due", request)
        return
    if request.state != invoice_states.ASKED:
        return
    left = net(session, session.get_one(Order, order_id))
    if left <= 0:
        invoice_states.move(session, request.id, invoice_states.WITHDRAWN)
    else:
        request.amount = left
        session.flush()


def live(session: Session, order_id: int) -> InvoiceRequest | None:
    """The request of an order that is asked for, issued, or has to be cancelled."""
    found: InvoiceRequest | None = session.scalar(
        select(InvoiceRequest).where(InvoiceRequest.order_id == order_id, InvoiceRequest.state.in_(invoice_states.LIVE))
    )
    return found


def newest(session: Session, order_id: int) -> InvoiceRequest | None:
    """The latest request of an order that was not withdrawn."""
    query = select(InvoiceRequest).where(InvoiceRequest.order_id == order_id)
    query = query.where(InvoiceRequest.state != invoice_states.WITHDRAWN)
    found: InvoiceRequest | None = session.scalar(query.order_by(InvoiceRequest.id.desc()).limit(1))
    return found


def net(session: Session, order: Order) -> int:
    """What an order has cost its buyer in fen: paid for it, less what went or will go back for its lines."""
    paid = session.scalar(
        select(func.sum(Payment.amount)).where(Payment.order_id == order.id, Payment.confirmed_at.is_not(None))
    )
    agreed = (refund_states.APPROVED, refund_states.DONE, refund_states.FAILED)
    back = session.scalar(
        select(func.sum(Refund.amount))
        .join(Payment)
        .where(Payment.order_id == order.id, Refund.line_id.is_not(None), Refund.state.in_(agreed))
    )
    return int(paid or 0) - int(back or 0)


def _numbered(number: str) -> str:
    if not 0 < len(number.strip()) <= 30:
        sentence = _l("Write the number of the invoice, at most 30 characters.")
        raise Refused(sentence, [Problem(sentence, "number")])
    return number.strip()


def _key(data: bytes, now: datetime) -> str:
    """Where a file will be kept. :raises Refused: it is no PDF or OFD, or too large."""
    suffix = next((suffix for start, suffix in _FILES.items() if data.startswith(start)), None)
    if suffix is None or len(data) > BYTES_MOST:
        sentence = _l("The file must be a PDF or OFD of at most 5 MB.")
        raise Refused(sentence, [Problem(sentence, "file")])
    return f"invoices/{now:%Y/%m}/{secrets.token_hex(16)}.{suffix}"


def _said(session: Session, request_id: int, actor_id: int, kind: str) -> None:
    request = session.get_one(InvoiceRequest, request_id)
    order = request.order
    audit.record(session, actor_id, kind.replace("_", "."), request)
    messages.post(session, order.buyer_id, kind, f"/orders/{order.number}", number=order.number)
    if request.email and current_settings().mail_server:
        red = kind == "invoice_red"
        jobs.submit(session, POST, {"invoice": request.id, "red": red}, unique=f"{POST}:{request.id}:{red}")
