"""States of a payment attempt, what a notice can come to, and why a payment wants a person's attention.

    started ─┬─ paid ────────── refunded
             ├─ failed, closed ─┬─ paid
             └─ attention ──────┴─ paid (the right amount came after all), refunded,
                                   closed (by a person who looked; never by a notice)

A gateway may tell things in any order, so "failed" and "closed" are not the end; "paid" is never undone by a notice.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal import db
from portal.payments.models import Payment

STARTED, PAID, FAILED, CLOSED = "started", "paid", "failed", "closed"
ATTENTION, REFUNDED = "attention", "refunded"

MOVES: dict[str, frozenset[str]] = {
    STARTED: frozenset({PAID, FAILED, CLOSED, ATTENTION}),
    FAILED: frozenset({PAID, CLOSED, ATTENTION}),
    CLOSED: frozenset({PAID, ATTENTION}),
    ATTENTION: frozenset({PAID, REFUNDED, CLOSED}),
    PAID: frozenset({REFUNDED}),
    REFUNDED: frozenset(),
}

# What confirm() answers besides "paid", "failed", "closed", "attention" and the two below: nothing new was said.
KNOWN = "known"
# Kinds of notices about refunds.
REFUND_FAILED = "refund_failed"

WRONG_AMOUNT, ORDER_CLOSED, PAID_TWICE = "wrong_amount", "order_closed", "paid_twice"
REUSED, UNKNOWN = "reused", "unknown"
REASONS: dict[str, object] = {
    WRONG_AMOUNT: _l("The amount paid is not the amount of the order."),
    ORDER_CLOSED: _l("The money came after the order was closed."),
    PAID_TWICE: _l("The order was already paid by another payment."),
    REUSED: _l("The gateway used one of its numbers for two different payments."),
    UNKNOWN: _l("The gateway names a payment that is not known here."),
}


def move(session: Session, payment_id: int, to: str, **values: Any) -> Payment | None:
    """Moves a payment by one conditional UPDATE; the one caller who moved it gets it, others None."""
    return db.move(session, Payment, MOVES, payment_id, to, **values)
