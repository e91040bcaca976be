"""What one account ordered becomes another's, where both belong to one person."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.orders import places
from portal.orders.models import Draft, Order, OrderLine
from portal.people.models import Learner


def hand_over(session: Session, other: Learner, kept: Learner) -> None:
    """Orders, lines and half-done forms of `other`. A form that `kept` has begun as well stays as `kept` left it."""
    session.execute(update(Order).where(Order.buyer_id == other.account_id).values(buyer_id=kept.account_id))
    session.execute(update(OrderLine).where(OrderLine.learner_id == other.id).values(learner_id=kept.id))
    places.follow(session, [kept.id])
    begun = {(draft.mode, draft.key) for draft in _drafts(session, kept)}
    double = [draft.id for draft in _drafts(session, other) if (draft.mode, draft.key) in begun]
    session.execute(delete(Draft).where(Draft.id.in_(double)))
    session.execute(update(Draft).where(Draft.account_id == other.account_id).values(account_id=kept.account_id))


def _drafts(session: Session, learner: Learner) -> list[Draft]:
    return list(session.scalars(select(Draft).where(Draft.account_id == learner.account_id)))
