"""发票: what buyers ask for, the files the office attaches, and red letters that refunds wait for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.payments import invoice_states
from portal.payments.models import InvoiceRequest
from portal.payments.service import invoices
from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.claims import column, reviewed, taken
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, RowColumn, Screen
from portal.staff.shapes import CLIP, CODE, MOMENT, MONEY, Shape

STATES = {
    invoice_states.ASKED: (_l("Invoice to be written"), "wait"),
    invoice_states.ISSUED: (_l("Issued"), "ok"),
    invoice_states.RED_DUE: (_l("Needs a red letter"), "wait"),
    invoice_states.RED: (_l("Cancelled by a red letter"), "plain"),
    invoice_states.WITHDRAWN: (_l("Withdrawn"), "plain"),
}
NUMBER, RED_NUMBER = _l("Number of the invoice"), _l("Number of the red letter")
FILE = _l("PDF or OFD, at most 5 MB")


def _files(row: InvoiceRequest) -> str:
    """Links to what is attached."""
    kept = (("file", row.storage_key, _("Invoice")), ("red", row.red_storage_key, _("Red letter")))
    links = [
        Markup('<a href="{}">{}</a>').format(url_for("staff.invoice_file", invoice_id=row.id, which=which), said)
        for which, key, said in kept
        if key
    ]
    return Markup(" · ").join(links) if links else shapes.NOTHING


def _attach(session: Session, row: InvoiceRequest, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    invoices.attach(session, row.id, said["number"], said["file"], actor_id, now)


def _attach_red(session: Session, row: InvoiceRequest, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    invoices.attach_red(session, row.id, said["number"], said["file"], actor_id, now)


class Invoices(Screen):
    """Requests with their files; a refund of what was invoiced waits here for its red letter."""

    key = "invoices"
    model = InvoiceRequest
    title = _l("Invoice requests")
    menu = "money"
    scope = "division_code"
    weight = 43
    columns = (
        Column("order", _l("Order number"), CODE, path="order.number", to=("orders", "order_id")),
        Column("title", _l("Title of the invoice"), CLIP),
        Column("kind", _l("Kind of invoice"), shapes.words(invoices.KINDS)),
        Column("amount", _l("Amount"), MONEY),
        Column("state", _l("State"), shapes.states(STATES)),
        column(model, key),
        Column("created_at", _l("Asked"), MOMENT, sort=True),
        Column("issued_at", _l("Issued on"), MOMENT),
    )
    detail = (
        *columns,
        Column("tax_number", _l("Tax number"), CODE),
        Column("email", _l("Mail address")),
        Column("number", NUMBER, CODE),
        Column("red_number", RED_NUMBER, CODE),
        Column("red_at", _l("Cancelled on"), MOMENT),
        RowColumn("files", _l("Attached files"), Shape(_files, lambda _row: "", lambda _row: None), path="id"),
    )
    find = (Find("order.number"), Find("number", "is"))
    filters = (
        Filter("state", _l("State"), choices=words.choices(STATES)),
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("asked", _l("Asked"), "days", "created_at"),
        taken(model, key),
    )
    waits = {"state": invoice_states.ASKED}
    actions = reviewed(
        key,
        Action(
            "attach",
            _l("Attach the invoice"),
            _l("The buyer is told and fetches the file on the order page. It cannot be exchanged afterwards."),
            _attach,
            _l("Attached. The buyer was told."),
            lambda row: row.state == invoice_states.ASKED,
            (Ask("number", NUMBER, "line", most=30), Ask("file", _l("File"), "file", hint=FILE)),
        ),
        Action(
            "attach_red",
            _l("Attach the red letter"),
            _l("The invoice is cancelled by it, and the refunds that waited for it are sent."),
            _attach_red,
            _l("Attached. The refunds that waited for it are being sent."),
            lambda row: row.state == invoice_states.RED_DUE,
            (
                Ask("number", RED_NUMBER, "line", most=30),
                Ask("file", _l("File"), "file", hint=FILE),
            ),
        ),
    )
    order = "-created_at"
    empty = _l("Requests appear here when buyers ask for an invoice.")


SCREENS = (Invoices,)
