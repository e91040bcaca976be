"""What a gateway's word comes to. Pure: one table-like function, so that every order of notices can be tried."""

from dataclasses import dataclass

from portal.orders import states as orders
from portal.payments import states
from portal.payments.provider import Notice


@dataclass(frozen=True)
class Known:
    """What stands in the books before a notice is judged. Amount in fen."""

    state: str
    amount: int
    reference: str | None
    order_state: str
    reference_elsewhere: bool = False


@dataclass(frozen=True)
class Verdict:
    """`outcome` as payments.service.confirm returns it; `reason` is a key of states.REASONS or ""."""

    outcome: str
    reason: str = ""


def judge(known: Known, notice: Notice) -> Verdict:
    """Money that does not fit is kept for a person to look at: never taken as payment, never turned away."""
    if notice.kind != states.PAID:
        ends = notice.kind in (states.FAILED, states.CLOSED) and known.state != states.ATTENTION
        moves = ends and notice.kind in states.MOVES[known.state]
        return Verdict(notice.kind if moves else states.KNOWN)
    if known.reference_elsewhere:
        return Verdict(states.ATTENTION, states.REUSED)
    if notice.amount != known.amount:
        return Verdict(states.ATTENTION, states.WRONG_AMOUNT)
    if known.state in (states.PAID, states.REFUNDED):
        same = notice.reference == known.reference
        return Verdict(states.KNOWN) if same else Verdict(states.ATTENTION, states.PAID_TWICE)
    if known.order_state == orders.PLACED:
        return Verdict(states.PAID)
    paid = known.order_state == orders.PAID
    return Verdict(states.ATTENTION, states.PAID_TWICE if paid else states.ORDER_CLOSED)
