"""States of a roster, and the only way from one to another.

reading ── checked ── sending ── sent ── checked (its order was given up, ran out or is being changed)
   └────── refused        └───── checked (the order was refused)
Every one that is not sent can be dropped. A checked one whose order is being changed can be sent without a change.
"""

from typing import Any

from sqlalchemy.orm import Session

from portal.kit import db
from portal_group_reg.models import Batch

READING, REFUSED, CHECKED, SENDING, SENT, DROPPED = "reading", "refused", "checked", "sending", "sent", "dropped"

MOVES: dict[str, frozenset[str]] = {
    READING: frozenset({CHECKED, REFUSED, DROPPED}),
    REFUSED: frozenset({READING, DROPPED}),
    CHECKED: frozenset({READING, SENDING, SENT, DROPPED}),
    SENDING: frozenset({SENT, CHECKED}),
    SENT: frozenset({CHECKED}),
    DROPPED: frozenset(),
}
WORKING = frozenset({READING, SENDING})


def move(session: Session, batch_id: int, to: str, **values: Any) -> Batch | None:
    """Moves a roster by one conditional UPDATE: of several callers at once exactly one gets it."""
    return db.move(session, Batch, MOVES, batch_id, to, **values)
