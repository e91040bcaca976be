"""收费: orders and payments, and what the office does about money that fits nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.orders import states as order_states
from portal.orders.models import Order, OrderLine
from portal.payments import service, states
from portal.payments.models import Payment
from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, Part, Screen
from portal.staff.shapes import CLIP, CODE, MOMENT, MONEY, NUMBER
from portal.web import formats


def _give_back(session: Session, row: Payment, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.refunds.give_back(session, row.id, actor_id, said["reason"], now)


def _looked(session: Session, row: Payment, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.dismiss(session, row.id, actor_id, said["reason"], now)


def _propose(session: Session, row: Order, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.refunds.propose(session, row, int(said["line"]), said["amount"], actor_id, said["reason"], now)


def _refundable(row: Order) -> tuple[Ask, ...]:
    """Of which line of an order how much goes back, and why."""
    lines = {str(line.id): _named(line) for line in row.lines if line.refunded_at is None}
    return (
        Ask("line", _l("Learner and title"), "choice", lines),
        Ask("amount", _l("Amount"), "money", hint=_l("At most what was paid for it")),
        Ask("reason", _l("Why, as the buyer reads it")),
    )


def _named(line: OrderLine) -> str:
    return f"{line.learner.name} · {line.title} · ¥{formats.money(line.price)}"


def _unused(row: Payment) -> bool:
    """Whether money of it pays nothing, or waits to be agreed to as a refund of that kind."""
    return row.note != "" and row.received > (row.amount if row.confirmed_at else 0)


class Orders(Screen):
    key = "orders"
    model = Order
    title = _l("Orders")
    menu = "money"
    scope = "division_code"
    personal = True
    weight = 40
    columns = (
        Column("number", _l("Order number"), CODE),
        Column("buyer", _l("Buyer"), CLIP, path="buyer.first_name"),
        Column("mode", _l("Way of choosing"), words.MODE),
        Column("state", _l("State"), words.ORDER_STATE),
        Column("total", _l("Amount"), MONEY),
        Column("placed_at", _l("Placed"), MOMENT, sort=True),
        Column("paid_at", _l("Paid on"), MOMENT),
    )
    detail = (
        *columns,
        Column("expires_at", _l("Open until"), MOMENT),
        Column("closed_at", _l("Closed on"), MOMENT),
    )
    parts = (
        Part(
            "lines",
            _l("Learners of this order"),
            (
                Column("learner", _l("Name"), path="learner.name", to=("learners", "learner_id")),
                Column("title", _l("Title"), CLIP),
                Column("training_class", _l("Class"), path="training_class.name"),
                Column("year", _l("Year"), NUMBER),
                Column("price", _l("Amount"), MONEY),
            ),
        ),
        Part(
            "payments",
            _l("Payments"),
            (
                Column("number", _l("Payment number"), CODE, to=("payments", "id")),
                Column("provider", _l("Way to pay"), words.PROVIDER),
                Column("state", _l("State"), words.PAYMENT_STATE),
                Column("amount", _l("Amount"), MONEY),
                Column("started_at", _l("Begun on"), MOMENT),
                Column("confirmed_at", _l("Paid on"), MOMENT),
            ),
        ),
    )
    find = (Find("number"), Find("lines.learner.name", label=_l("Learner")))
    filters = (
        Filter("state", _l("State"), choices=words.choices(words.ORDER_STATES)),
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("placed", _l("Placed"), "days", "placed_at"),
    )
    order = "-placed_at"
    decides = "refunds"  # an order is not written by anybody; what is proposed is a refund
    actions = (
        Action(
            "propose",
            _l("Propose a refund"),
            _l("Beside the terms of refunds, where they would be unjust. Nothing is sent before it is agreed to."),
            _propose,
            _l("Proposed. It waits among the refund requests."),
            lambda row: row.state == order_states.PAID,
            _refundable,
        ),
    )
    empty = _l("Orders appear here as soon as one is placed.")


class Payments(Screen):
    key = "payments"
    model = Payment
    title = _l("Payments")
    menu = "money"
    scope = "division_code"
    weight = 41
    columns = (
        Column("number", _l("Payment number"), CODE),
        Column("order", _l("Order number"), CODE, path="order.number", to=("orders", "order_id")),
        Column("provider", _l("Way to pay"), words.PROVIDER),
        Column("state", _l("State"), words.PAYMENT_STATE),
        Column("amount", _l("Amount"), MONEY),
        Column("started_at", _l("Begun on"), MOMENT),
        Column("confirmed_at", _l("Paid on"), MOMENT),
        Column("note", _l("Why it wants attention"), shapes.words(states.REASONS)),
    )
    detail = (
        *columns,
        Column("received", _l("Money received"), MONEY),
        Column("returned", _l("Sent back or on its way"), MONEY),
        Column("reference", _l("Gateway reference"), CODE),
    )
    find = (Find("number"), Find("order.number"), Find("reference", "is", label=_l("Gateway reference")))
    filters = (
        Filter("state", _l("State"), choices=words.choices(words.PAYMENT_STATES)),
        Filter("note", _l("Why it wants attention"), choices=states.REASONS),
        Filter("confirmed", _l("Paid on"), "days", "confirmed_at"),
    )
    waits = {"state": "attention"}
    actions = (
        Action(
            "give_back",
            _l("Give the money back"),
            _l("All money of this payment that pays nothing is sent back the way it came, also while its order waits."),
            _give_back,
            _l("Agreed. The money is being sent."),
            _unused,
            (Ask("reason", _l("Why, as the buyer reads it")),),
            grave=True,
        ),
        Action(
            "looked",
            _l("Looked into, nothing is left to do"),
            _l("It leaves the list. Possible once its money pays an order or is on its way back."),
            _looked,
            _l("Booked."),
            lambda row: row.note != "",
            (Ask("reason", _l("What was found")),),
        ),
    )
    empty = _l("Payments appear here as soon as somebody begins to pay.")


SCREENS = (Orders, Payments)
