"""Telling the portal how a trade ended: over HTTP, signed, again and again until it answers 200.

How soon and how often is chosen on the bank's page, so that every kind of gateway can be met.
"""

import urllib.error
import urllib.request
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.kit import JobContext, _l, clock, db, submit
from portal_pay_sandbox import books, keys, signing
from portal_pay_sandbox.models import Trade
from portal_pay_sandbox.provider import compose

JOB = "pay_sandbox.tell"
PATIENCE = 10  # seconds to wait for an answer
LATE = timedelta(minutes=1)

TELLINGS: dict[str, object] = {
    "now": _l("At once"),
    "late": _l("A minute late"),
    "twice": _l("Twice at the same time"),
    "forged": _l("First by a forger, then truly"),
    "never": _l("Never: the portal has to ask"),
}
REFUNDINGS: dict[str, object] = {
    "done": _l("At once"),
    "pending": _l("When asked a second time"),
    "refused": _l("Not at all"),
}


def spread(session: Session, trade: Trade, now: datetime) -> None:
    """Queues the notifications of a decided trade, as its bank behaves."""
    payload = {"trade_id": trade.id}
    if trade.telling == "forged":
        submit(session, JOB, payload | {"forged": True})
    if trade.telling != "never":
        submit(session, JOB, payload, run_at=now + LATE if trade.telling == "late" else None)
    if trade.telling == "twice":
        submit(session, JOB, payload)


def tell(context: JobContext) -> None:
    """One attempt. Whatever is not a 200 is an error, and the job table tries again later with a fresh signature."""
    with db.read() as session:
        trade = session.get_one(Trade, context.payload["trade_id"])
    notice = books.notice(trade)
    if notice is None:
        return
    body = compose(notice)
    forged = bool(context.payload.get("forged"))
    signer = keys.make() if forged else keys.signer()
    headers = {"Content-Type": "application/json", **signing.sign(signer, body, clock.now())}
    try:
        _post(trade, body, headers)
    except urllib.error.HTTPError:
        if not forged:  # a forger does not come back
            raise


def _post(trade: Trade, body: bytes, headers: dict[str, str]) -> None:
    request = urllib.request.Request(trade.notify_url, data=body, headers=headers)  # noqa: S310 the portal's own address
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 other schemes cannot be in our table
        if answer.status != 200:
            raise ConnectionError(f"{answer.status} for {trade.number}")
