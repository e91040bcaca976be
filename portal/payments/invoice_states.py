"""States of a request for an invoice (发票), and the only way from one to another.

    asked ─┬─ withdrawn
           └─ issued ── red_due (a refund needs it cancelled) ── red

While a request is in "red_due" no money of its order goes back; after "red" another invoice may be asked for.
"""

from typing import Any

from sqlalchemy.orm import Session

from portal import db
from portal.payments.models import InvoiceRequest

ASKED, ISSUED, WITHDRAWN, RED_DUE, RED = "asked", "issued", "withdrawn", "red_due", "red"

MOVES: dict[str, frozenset[str]] = {
    ASKED: frozenset({ISSUED, WITHDRAWN}),
    ISSUED: frozenset({RED_DUE}),
    RED_DUE: frozenset({RED}),
    WITHDRAWN: frozenset(),
    RED: frozenset(),
}
LIVE = frozenset({ASKED, ISSUED, RED_DUE})


def move(session: Session, request_id: int, to: str, **values: Any) -> InvoiceRequest | None:
    """Moves a request by one conditional UPDATE; the one caller who moved it gets it, others None."""
    return db.move(session, InvoiceRequest, MOVES, request_id, to, **values)
