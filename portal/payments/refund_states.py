"""States of a refund, and the only way from one to another.

    proposed ─┬─ refused, withdrawn
              └─ approved ─┬─ done
                           └─ failed ─┬─ approved (tried again)
                                      └─ done (paid by hand)

Money is held back from the payment in every state but "refused" and "withdrawn".
"""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

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


def move(session: Session, refund_id: int, to: str, **values: Any) -> bool:
    """Moves a refund by one conditional UPDATE; True for the one caller who moved it."""
    sources = [state for state, targets in MOVES.items() if to in targets]
    moved = session.execute(
        update(Refund)
        .where(Refund.id == refund_id, Refund.state.in_(sources))
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    session.get(Refund, refund_id, populate_existing=True)
    return bool(moved.rowcount)  # type: ignore[attr-defined]
