"""States of an order, and the only way from one to another.

placed ── paid ── refunded
   ├───── cancelled
   └───── expired
"""

from typing import Any

from sqlalchemy.orm import Session

from portal import db
from portal.orders.models import Order

PLACED, PAID, CANCELLED, EXPIRED, REFUNDED = "placed", "paid", "cancelled", "expired", "refunded"

MOVES: dict[str, frozenset[str]] = {
    PLACED: frozenset({PAID, CANCELLED, EXPIRED}),
    PAID: frozenset({REFUNDED}),
    CANCELLED: frozenset(),
    EXPIRED: frozenset(),
    REFUNDED: frozenset(),
}
CLOSED = frozenset({CANCELLED, EXPIRED, REFUNDED})


def move(session: Session, order_id: int, to: str, **values: Any) -> Order | None:
    """Moves an order by one conditional UPDATE: of several callers at once exactly one gets it, moved; others None.

    `values` are columns written with the move (paid_at, closed_at).
    """
    return db.move(session, Order, MOVES, order_id, to, **values)
