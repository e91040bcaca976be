"""What staff do with transfers: look at what waits, import statements, confirm what has arrived, match the rest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session, object_session

from portal.kit import (
    EVERYWHERE,
    Action,
    Ask,
    Column,
    Filter,
    Find,
    PageLink,
    Part,
    RowColumn,
    Screen,
    _,
    _l,
    shapes,
)
from portal_pay_transfer import service
from portal_pay_transfer.models import StatementLine, Transfer

STATES = {
    "open": (_l("Waiting for money"), "wait"),
    "settled": (_l("Arrived"), "ok"),
    "closed": (_l("Order over"), "plain"),
}
LINE_STATES = {
    "open": (_l("To be matched"), "wait"),
    "matched": (_l("Matched"), "ok"),
    "aside": (_l("Put aside"), "plain"),
}
NUMBER = _l("The bank's number")
_TRANSFER = ("transfers", "transfer_id")  # the way from a match to its transfer
WHY = _l("Why it is nobody's payment")


def _slip(row: Transfer) -> object:
    """A link to the slip, or a dash."""
    if not row.slip_key:
        return shapes.NOTHING
    url = url_for("pay_transfer.staff_slip", transfer_id=row.id)
    return Markup('<a href="{}">{}</a>').format(url, _("Look at the slip"))


def _confirm(session: Session, row: Transfer, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.confirm(session, row.id, said["reference"], said["amount"], said["booked_on"], actor_id, now)


def _answer(session: Session, row: Transfer, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.answer_slip(session, row.id, said["reason"], actor_id)


def _match(session: Session, row: StatementLine, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    transfer = session.get_one(Transfer, int(said["transfer"]))
    service.match(session, row.id, transfer.id, min(row.rest, transfer.missing), actor_id, now)


def _aside(session: Session, row: StatementLine, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.set_line_aside(session, row.id, said["reason"], actor_id)


def _likely(row: StatementLine) -> list[Transfer]:
    """Open transfers this line may pay, while it has money left."""
    session = object_session(row)
    assert session is not None  # rows of screens are never detached
    return service.candidates(session, row) if row.rest else []


def _which(row: StatementLine) -> tuple[Ask, ...]:
    offered = {str(one.id): f"{one.payment_number} · {one.missing / 100:.2f} · {one.payer}" for one in _likely(row)}
    return (Ask("transfer", _l("Transfer"), "choice", offered),)


class Transfers(Screen):
    """Announced transfers and what has arrived for them."""

    key = "transfers"
    model = Transfer
    title = _l("Bank transfers")
    menu = "money"
    scope = EVERYWHERE
    weight = 45
    columns = (
        Column("payment_number", _l("Payment number"), shapes.CODE, sort=True),
        Column("order_number", _l("Order number"), shapes.CODE),
        Column("payer", _l("Payer"), shapes.CLIP),
        Column("amount", _l("Amount"), shapes.MONEY),
        Column("matched", _l("Arrived so far"), shapes.MONEY),
        Column("state", _l("State"), shapes.states(STATES)),
        Column("opened_at", _l("Announced"), shapes.MOMENT),
    )
    detail = (
        *columns,
        Column("slip_at", _l("Slip uploaded"), shapes.MOMENT),
        RowColumn("slip", _l("Slip"), shapes.Shape(_slip, lambda _row: "", lambda _row: None), path="id"),
        Column("slip_answer", _l("Why the slip could not be used"), shapes.CLIP),
    )
    parts = (
        Part(
            "matches",
            _l("What has arrived for it"),
            (
                Column("line", NUMBER, shapes.CODE, path="line.reference", to=("transfer_lines", "line_id")),
                Column("amount", _l("Amount"), shapes.MONEY),
                Column("booked_on", _l("Booked on"), shapes.DAY, path="line.booked_on"),
                Column("matched_at", _l("Matched on"), shapes.MOMENT),
            ),
        ),
    )
    find = (Find("payment_number"), Find("order_number"))
    filters = (Filter("state", _l("State"), choices={key: said for key, (said, _kind) in STATES.items()}),)
    actions = (
        Action(
            "confirm",
            _l("The money has arrived"),
            _l("Only after it was seen on the account. The order is paid as soon as the whole amount is there."),
            _confirm,
            _l("Booked."),
            lambda row: row.state == "open",
            (
                Ask("reference", NUMBER, "line", most=60),
                Ask("amount", _l("Amount that arrived"), "money"),
                Ask("booked_on", _l("Day it was booked"), "day"),
            ),
        ),
        Action(
            "answer",
            _l("The slip cannot be used"),
            _l("The payer reads why, and may upload another one."),
            _answer,
            _l("Answered."),
            lambda row: row.state == "open" and row.slip_key is not None and not row.slip_answer,
            (Ask("reason", _l("Why the slip could not be used")),),
            grave=True,
        ),
    )
    empty = _l("Transfers appear here as soon as somebody chooses to pay by bank transfer.")


class TransferLines(Screen):
    """Lines of statements; what is neither matched nor set aside waits for a person."""

    key = "transfer_lines"
    model = StatementLine
    title = _l("Lines of bank statements")
    menu = "money"
    scope = EVERYWHERE
    weight = 46
    columns = (
        Column("reference", NUMBER, shapes.CODE, sort=True),
        Column("booked_on", _l("Booked on"), shapes.DAY),
        Column("payer", _l("Payer"), shapes.CLIP),
        Column("remark", _l("Remark"), shapes.CLIP),
        Column("amount", _l("Amount"), shapes.MONEY),
        Column("rest", _l("Pays nothing yet"), shapes.MONEY),
        Column("state", _l("State"), shapes.states(LINE_STATES)),
    )
    detail = (*columns, Column("set_aside", WHY, shapes.CLIP))
    parts = (
        Part(
            "matches",
            _l("What it pays"),
            (
                Column(
                    "transfer",
                    _l("Payment number"),
                    shapes.CODE,
                    "transfer.payment_number",
                    to=("transfers", "transfer_id"),
                ),
                Column("amount", _l("Amount"), shapes.MONEY),
                Column("matched_at", _l("Matched on"), shapes.MOMENT),
            ),
        ),
    )
    find = (Find("reference"),)
    filters = (
        Filter("state", _l("State"), choices={key: said for key, (said, _kind) in LINE_STATES.items()}),
        Filter("booked", _l("Booked on"), "days", "booked_on"),
    )
    waits = {"state": "open"}
    links = (PageLink(_l("Import a statement"), "pay_transfer.import_statement", level="write"),)
    actions = (
        Action(
            "match",
            _l("Match to a transfer"),
            _l("Offered are transfers that lack exactly this amount, or whose payer has the same name."),
            _match,
            _l("Matched."),
            lambda row: bool(_likely(row)),
            _which,
        ),
        Action(
            "aside",
            _l("Set aside"),
            _l("The line leaves the list of what waits. It can still be matched later."),
            _aside,
            _l("Set aside."),
            lambda row: row.rest > 0 and not row.set_aside,
            (Ask("reason", WHY),),
        ),
    )
    verbs = {
        "transfer.line_set_aside": _l("Set a statement line aside"),
        "transfer.matched": _l("Matched a statement line"),
        "transfer.slip_refused": _l("Refused a transfer slip"),
        "transfer.statement_imported": _l("Imported a bank statement"),
    }
    empty = _l("Lines appear here when a statement is imported or a transfer is confirmed.")
