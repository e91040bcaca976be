"""Plans of one account become another's, where both belong to one person."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.divisions import following
from portal.study.models import Plan, StudySession, Suspicion


def hand_over(session: Session, learner_id: int, into_id: int) -> None:
    """Plans with all that was studied in them. The caller has closed the player: a person has one."""
    session.execute(update(StudySession).where(StudySession.learner_id == learner_id).values(learner_id=into_id))
    session.execute(update(Plan).where(Plan.learner_id == learner_id).values(learner_id=into_id))
    # Both may have been seen on one day; what was seen stays two rows.
    marked = {"learner_id": into_id, "mark": Suspicion.mark + f":{learner_id}"}
    session.execute(
        update(Suspicion)
        .where(Suspicion.learner_id == learner_id)
        .values(marked)
        .execution_options(synchronize_session=False)
    )
    for model in (Plan, Suspicion):
        following.settle(session, model, model.learner_id == into_id)
