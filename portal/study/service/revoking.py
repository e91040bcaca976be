"""Taking a plan back: nobody studies on, what it alone earned is reversed, and the plugins are told once."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import db, events
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.study.models import Plan, PlanCourse, StudySession
from portal.types import PlanRevoked

REVOKED = "revoked"


def revoke(session: Session, plan_id: int, reason: str, now: datetime) -> bool:
    """Revokes a plan by one conditional UPDATE; True for the one caller who did.

    Hours of a course that stands as complete in another plan of this learner stay earned, by that plan from now on.
    """
    standing = update(Plan).where(Plan.id == plan_id, Plan.state.in_(("open", "complete")))
    if not db.changed(session, standing.values(state=REVOKED)):
        return False
    plan = session.get_one(Plan, plan_id, populate_existing=True)
    _end_sessions(session, plan, now)
    live = select(Credit).where(Credit.plan_id == plan.id, Credit.reversed_by.is_(None), Credit.hours > 0)
    for credit in session.scalars(live).all():
        _take_back(session, plan, credit, now)
    events.record(session, PlanRevoked(plan_id=plan.id, reason=reason))
    return True


def _end_sessions(session: Session, plan: Plan, now: datetime) -> None:
    courses = select(PlanCourse.id).where(PlanCourse.plan_id == plan.id)
    session.execute(
        update(StudySession)
        .where(StudySession.plan_course_id.in_(courses), StudySession.closed_at.is_(None))
        .values(closed_at=now, close_reason=REVOKED)
        .execution_options(synchronize_session=False)
    )


def _take_back(session: Session, plan: Plan, credit: Credit, now: datetime) -> None:
    credits_.reverse(session, credit, now)
    heir = session.scalar(
        select(Plan.id)
        .join(PlanCourse)
        .where(
            Plan.learner_id == plan.learner_id,
            Plan.state.in_(("open", "complete")),
            PlanCourse.course_id == credit.course_id,
            PlanCourse.year == credit.year,
            PlanCourse.state == "complete",
        )
        .order_by(Plan.id)
        .limit(1)
    )
    if heir is not None:
        credits_.earn(
            session,
            learner_id=credit.learner_id,
            year=credit.year,
            kind=credit.kind,
            hours=credit.hours,
            title=credit.title,
            source=credit.source,
            employer_name=credit.employer_name,
            now=now,
            course_id=credit.course_id,
            plan_id=heir,
        )
