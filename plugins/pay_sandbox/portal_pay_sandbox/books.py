"""The gateway's own books: opening a trade, deciding it, sending money back. Knows nothing of plans and prices."""

import secrets
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.kit import BillLine, Notice, RefundAnswer, clock, db
from portal_pay_sandbox.models import Return, Trade

# What the gateway calls the end of a trade, and what a notice calls it.
ENDS = {"paid": "paid", "refused": "failed", "closed": "closed"}


def open_trade(
    session: Session,
    payment_number: str,
    amount: int,
    return_url: str,
    notify_url: str,
    now: datetime,
    order_number: str = "",
) -> Trade:
    """The trade of a payment; asked again, the same one."""
    found = find(session, payment_number)
    if found is not None:
        return found
    trade = Trade(
        token=secrets.token_urlsafe(24),
        number=_number("SB", now),
        order_number=order_number,
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
    still = update(Trade).where(Trade.id == trade_id, Trade.state == "open")
    return bool(db.changed(session, still.values(state=end, decided_at=now)))


def notice(trade: Trade) -> Notice | None:
    """What there is to say about a trade: the same in a notification and in an answer. None while it is open."""
    if trade.state not in ENDS:
        return None
    return Notice(f"{trade.number}-{trade.state}", trade.payment_number, ENDS[trade.state], trade.amount, trade.number)


def behave(session: Session, trade_id: int, telling: str, refunding: str) -> None:
    """Chooses how the bank will behave about a trade."""
    session.execute(update(Trade).where(Trade.id == trade_id).values(telling=telling, refunding=refunding))


def send_back(session: Session, trade: Trade, refund_number: str, amount: int, now: datetime) -> RefundAnswer:
    """Money of a paid trade goes back, once per number: asked again, the present state is said.

    A bank whose `refunding` is "pending" says so the first time and has paid by the second.
    """
    found = session.scalar(select(Return).where(Return.refund_number == refund_number))
    if found is not None:
        if found.state == "pending":
            found.state, found.done_at = "done", now
        return _answer(found)
    gone = session.scalar(select(func.sum(Return.amount)).where(Return.trade_id == trade.id, Return.state != "refused"))
    possible = trade.state == "paid" and 0 < amount <= trade.amount - int(gone or 0)
    state = trade.refunding if possible else "refused"
    made = Return(
        trade_id=trade.id,
        refund_number=refund_number,
        number=_number("SR", now),
        amount=amount,
        state=state,
        asked_at=now,
        done_at=now if state == "done" else None,
    )
    session.add(made)
    return _answer(made)


def bill(session: Session, day: date) -> list[BillLine]:
    """Everything that moved on a day in China, in the order of the books."""
    trades = session.scalars(select(Trade).where(Trade.state == "paid").order_by(Trade.id))
    returns = session.scalars(select(Return).where(Return.state == "done").order_by(Return.id))
    lines = [
        BillLine("paid", trade.payment_number, trade.amount, trade.number, order_number=trade.order_number)
        for trade in trades
        if trade.decided_at and clock.today(trade.decided_at) == day
    ]
    lines += [
        BillLine(
            "refunded",
            one.trade.payment_number,
            one.amount,
            one.number,
            one.refund_number,
            one.trade.order_number,
        )
        for one in returns
        if one.done_at and clock.today(one.done_at) == day
    ]
    return lines


def _answer(made: Return) -> RefundAnswer:
    if made.state == "refused":
        return RefundAnswer("failed", reason="refused by the sandbox bank")
    return RefundAnswer(made.state, made.number if made.state == "done" else "")


def _number(kind: str, now: datetime) -> str:
    return f"{kind}{clock.local(now):%Y%m%d}{secrets.randbelow(10**12):012d}"
