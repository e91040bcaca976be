"""The gateway's own books: opening a trade and deciding it. Knows nothing of orders."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.kit import Notice, clock
from portal_pay_sandbox.models import Trade

# What the gateway calls the end of a trade, and what a notice calls it.
ENDS = {"paid": "paid", "refused": "failed"}


def open_trade(
    session: Session, payment_number: str, amount: int, return_url: str, notify_url: str, now: datetime
) -> Trade:
    """The trade of a payment; asked again, the same one."""
    found = find(session, payment_number)
    if found is not None:
        return found
    trade = Trade(
        token=secrets.token_urlsafe(24),
        number=f"SB{clock.local(now):%Y%m%d}{secrets.randbelow(10**12):012d}",
        payment_number=payment_number,
        amount=amount,
        return_url=return_url,
        notify_url=notify_url,
        state="open",
        opened_at=now,
    )
    session.add(trade)
    session.flush()
    return trade


def find(session: Session, payment_number: str) -> Trade | None:
    """The trade of a payment, if it ever came here."""
    found: Trade | None = session.scalar(select(Trade).where(Trade.payment_number == payment_number))
    return found


def by_token(session: Session, token: str) -> Trade | None:
    """The trade a page address belongs to."""
    found: Trade | None = session.scalar(select(Trade).where(Trade.token == token))
    return found


def decide(session: Session, trade_id: int, end: str, now: datetime) -> bool:
    """Ends an open trade; True for the one caller who did. `end` is a key of ENDS."""
    if end not in ENDS:
        raise ValueError(end)
    ended = session.execute(
        update(Trade).where(Trade.id == trade_id, Trade.state == "open").values(state=end, decided_at=now)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def notice(trade: Trade) -> Notice | None:
    """What there is to say about a trade: the same in a notification and in an answer. None while it is open."""
    if trade.state not in ENDS:
        return None
    return Notice(f"{trade.number}-{trade.state}", trade.payment_number, ENDS[trade.state], trade.amount, trade.number)
