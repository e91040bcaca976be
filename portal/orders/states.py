"""States of an order, and the only way from one to another.

placed ── paid ── refunded
   ├───── cancelled
   └───── expired
"""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

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
    sources = [state for state, targets in MOVES.items() if to in targets]
    moved: Order | None = session.scalar(
        update(Order)
        .where(Order.id == order_id, Order.state.in_(sources))
        .values(state=to, **values)
        .returning(Order)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if moved is None:
        session.get(Order, order_id, populate_existing=True)
    return moved
