"""收费: orders and payments. Read only: money moves by the orders' and payments' own services."""

from flask_babel import lazy_gettext as _l

from portal.orders.models import Order
from portal.payments.models import Payment
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, Part, Screen
from portal.staff.shapes import CLIP, CODE, MOMENT, MONEY, NUMBER


class Orders(Screen):
    key = "orders"
    model = Order
    title = _l("Orders")
    menu = "money"
    scope = "lines.learner.division_code"
    personal = True
    weight = 40
    columns = (
        Column("number", _l("Order number"), CODE, sort=True),
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
        Filter("division", _l("Division"), "division", "lines.learner.division_code"),
        Filter("placed", _l("Placed"), "days", "placed_at"),
    )
    order = "-placed_at"
    empty = _l("Orders appear here as soon as one is placed.")


class Payments(Screen):
    key = "payments"
    model = Payment
    title = _l("Payments")
    menu = "money"
    scope = "order.lines.learner.division_code"
    weight = 41
    columns = (
        Column("number", _l("Payment number"), CODE, sort=True),
        Column("order", _l("Order number"), CODE, path="order.number", to=("orders", "order_id")),
        Column("provider", _l("Way to pay"), words.PROVIDER),
        Column("state", _l("State"), words.PAYMENT_STATE),
        Column("amount", _l("Amount"), MONEY),
        Column("started_at", _l("Begun on"), MOMENT),
        Column("confirmed_at", _l("Paid on"), MOMENT),
        Column("note", _l("Why it wants attention"), CODE),
    )
    find = (Find("number"), Find("order.number"), Find("reference", "is", label=_l("Gateway reference")))
    filters = (
        Filter("state", _l("State"), choices=words.choices(words.PAYMENT_STATES)),
        Filter("confirmed", _l("Paid on"), "days", "confirmed_at"),
    )
    waits = {"state": "attention"}
    empty = _l("Payments appear here as soon as somebody begins to pay.")


SCREENS = (Orders, Payments)
