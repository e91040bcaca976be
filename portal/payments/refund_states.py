"""States of a refund, and the only way from one to another.

    proposed ─┬─ refused, withdrawn
              └─ approved ─┬─ done
                           └─ failed ─┬─ approved (tried again)
                                      └─ done (paid by hand)

Money is held back from the payment in every state but "refused" and "withdrawn".
"""

from typing import Any

from sqlalchemy.orm import Session

from portal import db
from portal.payments.models import Refund

PROPOSED, APPROVED, DONE = "proposed", "approved", "done"
REFUSED, WITHDRAWN, FAILED = "refused", "withdrawn", "failed"

MOVES: dict[str, frozenset[str]] = {
    PROPOSED: frozenset({APPROVED, REFUSED, WITHDRAWN}),
    APPROVED: frozenset({DONE, FAILED}),
    FAILED: frozenset({APPROVED, DONE}),
    DONE: frozenset(),
    REFUSED: frozenset(),
    WITHDRAWN: frozenset(),
}
LIVE = frozenset({PROPOSED, APPROVED, DONE, FAILED})
ASKED, STAFF = "asked", "staff"  # reasons besides those of payments/states.py


def move(session: Session, refund_id: int, to: str, **values: Any) -> Refund | None:
    """Moves a refund by one conditional UPDATE; the one caller who moved it gets it, others None."""
    return db.move(session, Refund, MOVES, refund_id, to, **values)
