"""Documents as somebody's own data: a copy of what they say, and whose they are when two accounts become one."""

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.kit import Credit, Learner, LearnersMerged, PersonalRows, _l, following
from portal_certs import reading
from portal_certs.models import Document, DocumentItem


def rows(session: Session, learner: Learner) -> Iterable[PersonalRows]:
    """Every document of a learner with what it says; where its photo lies is the portal's own business."""
    found = session.scalars(select(Document).where(Document.learner_id == learner.id).order_by(Document.id)).all()
    plain = [
        {
            "number": one.number,
            "kind": one.kind,
            "state": one.state,
            "reason": one.reason,
            "issued_at": one.issued_at,
            "ended_at": one.ended_at,
            "says": reading.content(one).model_dump(mode="json", exclude={"photo_key"}),
        }
        for one in found
    ]
    return [PersonalRows("documents", _l("Documents"), plain)]


def joined(session: Session, event: LearnersMerged) -> None:
    """Documents go over as they are. One that rests on hours both accounts had rests on the entry that still stands.

    Whose the account is by now is read again: it may have been joined once more.
    """
    learner = session.get_one(Learner, event.learner_id)
    owner = learner.merged_into or event.into_id
    session.execute(update(Document).where(Document.learner_id == learner.id).values(learner_id=owner))
    following.settle(session, Document, Document.learner_id == owner)
    mine = select(Document.id).where(Document.learner_id == owner)
    lost = select(DocumentItem, Credit).join(Credit).where(DocumentItem.document_id.in_(mine))
    for item, credit in session.execute(lost.where(Credit.reversed_by.is_not(None))).all():
        standing = _twin(session, credit)
        held = select(DocumentItem.id).where(DocumentItem.document_id == item.document_id)
        if standing is not None and session.scalar(held.where(DocumentItem.credit_id == standing)) is None:
            item.credit_id = standing


def _twin(session: Session, credit: Credit) -> int | None:
    """The live entry of the same hours."""
    same = select(Credit.id).where(
        Credit.learner_id == credit.learner_id,
        Credit.year == credit.year,
        Credit.kind == credit.kind,
        Credit.hours == credit.hours,
        Credit.course_id.is_(None) if credit.course_id is None else Credit.course_id == credit.course_id,
        Credit.reversed_by.is_(None),
    )
    return session.scalar(same.order_by(Credit.id).limit(1))
