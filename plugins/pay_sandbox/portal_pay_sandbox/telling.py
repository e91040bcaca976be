"""Telling the portal how a trade ended: over HTTP, signed, again and again until it answers 200."""

import urllib.request

from portal.kit import JobContext, clock, db
from portal_pay_sandbox import books, signing
from portal_pay_sandbox.models import Trade
from portal_pay_sandbox.provider import compose

JOB = "pay_sandbox.tell"
PATIENCE = 10  # seconds to wait for an answer


def tell(context: JobContext) -> None:
    """One attempt. Whatever is not a 200 is an error, and the job table tries again later with a fresh signature."""
    with db.read() as session:
        trade = session.get_one(Trade, context.payload["trade_id"])
    notice = books.notice(trade)
    if notice is None:
        return
    body = compose(notice)
    headers = {"Content-Type": "application/json", **signing.sign(signing.secret(), body, clock.now())}
    request = urllib.request.Request(trade.notify_url, data=body, headers=headers)  # noqa: S310 the portal's own address
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 other schemes cannot be in our table
        if answer.status != 200:
            raise ConnectionError(f"{answer.status} for {trade.number}")
