"""Joining two accounts of one person. Each room moves its own rows, all in one transaction.

Nothing that was issued changes and no row is lost: rows get another owner, hours that both had are reversed once, and
the emptied account stays, closed, so that the trail of what was done to it can be read.
"""

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import events
from portal.access import service as access
from portal.audit import service as audit
from portal.credits import service as credits_
from portal.errors import Conflict, NotFound, Refused
from portal.merging import review
from portal.merging.review import Review
from portal.messages import service as messages
from portal.orders import handover as orders
from portal.people import claims
from portal.people import handover as people
from portal.people.models import Learner
from portal.photos import service as photos
from portal.study import service as study
from portal.types import LearnersMerged, Problem


def find(session: Session, kept: Learner, typed: str, in_reach: Callable[[Learner], bool]) -> Learner:
    """The other account of the person, by any of its user names. `in_reach`: whether whoever asks may decide about it.

    A name of `kept` itself means the account of its ID number that was closed before.

    :raises NotFound: nobody in reach who studies logs in with that.
    :raises Refused: these two cannot be joined this way round.
    """
    account = access.find(session, typed)
    other: Learner | None = session.scalar(select(Learner).where(Learner.account_id == account.id)) if account else None
    if other is not None and other.id == kept.id:
        other = claims.former(session, kept) or other
    if other is None or not in_reach(other):
        raise NotFound("learner")
    if fault := review.obstacle(kept, other):
        raise Refused(fault, [Problem(fault, "login")])
    return other


def join(session: Session, kept: Learner, other: Learner, actor_id: int, reason: str, now: datetime) -> Review:
    """Makes `other` part of `kept`: rows, user names and contacts go over, the other account is closed.

    :raises Refused: no reason was given.
    :raises Conflict: one of both has been closed, joined or renamed meanwhile.
    """
    if not reason.strip():
        raise Refused(problems=[Problem(_l("Say why, and what was looked at: the audit trail keeps it."), "reason")])
    if fault := review.obstacle(kept, other):
        raise Conflict(fault)
    study.close_all(session, other.id, now)  # what was played last may complete a course
    found = review.review(session, kept, other)
    for pair in found.twice:
        credits_.reverse(session, pair.dropped, now)
    session.flush()
    credits_.hand_over(session, other.id, kept.id)
    study.hand_over(session, other.id, kept.id)
    orders.hand_over(session, other, kept)
    messages.hand_over(session, other.account_id, kept.account_id)
    photos.hand_over(session, other.account_id, kept.account_id, now)
    people.hand_over(session, other, kept, now)
    events.record(session, LearnersMerged(learner_id=other.id, into_id=kept.id))
    reversed_ids = [pair.dropped.id for pair in found.twice]
    audit.record(session, actor_id, "merged_into", other, after={"learner": kept.id}, reason=reason)
    audit.record(
        session, actor_id, "merged", kept, after={"learner": other.id, "reversed": reversed_ids}, reason=reason
    )
    messages.post(session, kept.account_id, "accounts_merged", url="/me")
    return found
