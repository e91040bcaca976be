"""退费: what is asked to go back, decided by the office; the money itself is sent by a job, or by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.payments import refund_states, states
from portal.payments.models import Refund
from portal.payments.service import refunds
from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.claims import column, reviewed, taken
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, Screen
from portal.staff.shapes import CLIP, CODE, MOMENT, MONEY, YES_NO

STATES = {
    refund_states.PROPOSED: (_l("To be decided"), "wait"),
    refund_states.APPROVED: (_l("On its way"), "run"),
    refund_states.DONE: (_l("Money sent back"), "ok"),
    refund_states.REFUSED: (_l("Not agreed to"), "plain"),
    refund_states.WITHDRAWN: (_l("Withdrawn"), "plain"),
    refund_states.FAILED: (_l("Not sent"), "bad"),
}
REASONS = {
    refund_states.ASKED: _l("Asked for by the buyer"),
    refund_states.STAFF: _l("Proposed by the office"),
    **states.REASONS,
}
FOR_BUYER = _l("The buyer reads this")


def _in(*known: str) -> Any:
    return lambda row: row.state in known


def _approve(session: Session, row: Refund, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    refunds.approve(session, row.id, actor_id, now, amount=said["amount"], answer=said["reason"] or "")


def _refuse(session: Session, row: Refund, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    refunds.refuse(session, row.id, actor_id, said["reason"], now)


def _retry(session: Session, row: Refund, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    refunds.retry(session, row.id, actor_id, now)


def _paid(session: Session, row: Refund, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    refunds.settle_by_hand(session, row.id, said["reference"], actor_id, now)


def _by_hand(row: Refund) -> bool:
    """The provider cannot pay it, or would not."""
    return row.state == refund_states.FAILED or (row.state == refund_states.APPROVED and row.by_hand)


class Refunds(Screen):
    """Refunds of lines, and of money that paid nothing."""

    key = "refunds"
    model = Refund
    title = _l("Refund requests")
    menu = "money"
    scope = "division_code"
    weight = 42
    columns = (
        Column("number", _l("Refund number"), CODE),
        Column("order", _l("Order number"), CODE, path="payment.order.number"),
        Column("learner", _l("Learner"), path="line.learner.name"),
        Column("amount", _l("Amount"), MONEY),
        Column("state", _l("State"), shapes.states(STATES)),
        column(model, key),
        Column("reason", _l("Why it goes back"), shapes.words(REASONS)),
        Column("words", _l("In their words"), CLIP),
        Column("created_at", _l("Asked"), MOMENT, sort=True),
    )
    detail = (
        *columns,
        Column("decided_at", _l("Decided on"), MOMENT),
        Column("answer", _l("Answer of the office"), CLIP),
        Column("by_hand", _l("The office pays it itself"), YES_NO),
        Column("error", _l("What the provider said"), CLIP),
        Column("reference", _l("Number at the bank"), CODE),
        Column("settled_at", _l("Sent on"), MOMENT),
    )
    find = (Find("number"), Find("payment.order.number"))
    filters = (
        Filter("state", _l("State"), choices=words.choices(STATES)),
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("asked", _l("Asked"), "days", "created_at"),
        taken(model, key),
    )
    waits = {"state": refund_states.PROPOSED}
    actions = reviewed(
        key,
        Action(
            "approve",
            _l("Agree"),
            _l("The plan is revoked and its hours are taken back at once; then the money is sent the way it came."),
            _approve,
            _l("Agreed. The money is being sent."),
            _in(refund_states.PROPOSED),
            (
                Ask("amount", _l("Another amount"), "money", hint=_l("Empty: as it was asked"), needed=False),
                Ask("reason", _l("Answer of the office"), hint=_l("Needed with another amount"), needed=False),
            ),
            grave=True,
        ),
        Action(
            "refuse",
            _l("Do not agree"),
            _l("Nothing changes for the learner, and the buyer reads why."),
            _refuse,
            _l("Not agreed to. The buyer was told."),
            _in(refund_states.PROPOSED),
            (Ask("reason", _l("Answer of the office"), hint=FOR_BUYER),),
        ),
        Action(
            "retry",
            _l("Send it again"),
            _l("The provider is asked once more to pay it. Under its number it is paid once only."),
            _retry,
            _l("It is being sent again."),
            _in(refund_states.FAILED),
        ),
        Action(
            "paid",
            _l("Paid by hand"),
            _l("Only after the bank has sent the money. The buyer is told that it is on its way."),
            _paid,
            _l("Booked as paid."),
            _by_hand,
            (Ask("reference", _l("Number at the bank"), "line", most=80),),
        ),
    )
    order = "-created_at"
    empty = _l("Refunds appear here when a buyer asks for one, or when money arrives that pays nothing.")


SCREENS = (Refunds,)
