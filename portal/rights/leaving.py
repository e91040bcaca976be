"""Closing an account: what is still open with the office, what that means, and settling what can be settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.credits import outside
from portal.errors import Refused
from portal.orders import service as orders
from portal.orders import states
from portal.orders.models import Order
from portal.payments import refund_states
from portal.payments.models import Payment, Refund
from portal.people import closing
from portal.people.models import Learner
from portal.study.models import Plan
from portal.types import Problem

UNSETTLED = (refund_states.PROPOSED, refund_states.APPROVED, refund_states.FAILED)


@dataclass(frozen=True)
class OpenEnds:
    """`unpaid` orders are cancelled with the account, `plans` are lost. `problems` must be settled before."""

    unpaid: Sequence[Order]
    plans: int
    problems: Sequence[Problem]

    def sentences(self) -> list[str]:
        """What closing means for what is open."""
        said = []
        if self.unpaid:
            count = len(self.unpaid)
            said.append(ngettext("%(num)d unpaid order is cancelled", "%(num)d unpaid orders are cancelled", count))
        if self.plans:
            said.append(
                ngettext(
                    "%(num)d plan under way ends; what was paid for it is not given back by closing",
                    "%(num)d plans under way end; what was paid for them is not given back by closing",
                    self.plans,
                )
            )
        return said


def open_ends(session: Session, learner: Learner) -> OpenEnds:
    """What this learner has not finished with the office."""
    mine = select(Order).where(Order.buyer_id == learner.account_id)
    unpaid = session.scalars(mine.where(Order.state == states.PLACED).order_by(Order.id)).all()
    running = select(func.count()).select_from(Plan).where(Plan.learner_id == learner.id, Plan.state == "open")
    return OpenEnds(unpaid, session.scalar(running) or 0, _problems(session, learner))


def leave(session: Session, learner: Learner, now: datetime) -> None:
    """Closes the account; unpaid orders are cancelled, so that their seats are free.

    :raises Refused: money is on its way in either direction; each order is named.
    """
    found = open_ends(session, learner)
    if found.problems:
        raise Refused(problems=found.problems)
    for order in found.unpaid:
        orders.cancel(session, order, now)
    closing.close(session, learner.id, now)
    outside.forget(session, learner.id, now)


def _problems(session: Session, learner: Learner) -> list[Problem]:
    mine = Order.buyer_id == learner.account_id
    begun = select(Order.number).join(Payment).where(mine, Order.state == states.PLACED, Payment.state == "started")
    doubtful = select(Order.number).join(Payment).where(mine, Payment.state == "attention")
    refunds = select(Order.number).join(Payment).join(Refund).where(mine, Refund.state.in_(UNSETTLED))
    sentences = ((begun, _begun), (doubtful, _doubtful), (refunds, _refund))
    return [
        Problem(words(number), url=f"/orders/{number}")
        for query, words in sentences
        for number in session.scalars(query.distinct().order_by(Order.number))
    ]


def _begun(number: str) -> object:
    return _l("A payment for order %(number)s was begun. Pay it or cancel the order first.", number=number)


def _doubtful(number: str) -> object:
    return _l("The office still looks into a payment for order %(number)s. Wait for its answer.", number=number)


def _refund(number: str) -> object:
    return _l("A refund for order %(number)s is under way. Close the account when the money is back.", number=number)
