"""A plan that nobody has begun is passed on to somebody else: one place, another person."""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from portal import db
from portal.credits import service as credits_
from portal.divisions import following
from portal.study.models import Plan, PlanCourse, Progress, StudySession


def pass_on(session: Session, line_id: int, learner_id: int) -> bool:
    """Gives the plan of an order line to another learner, by one conditional UPDATE.

    False when it was begun, was opened with hours its learner had already, is over, or when the other one has hours
    in one of its courses: each would have been priced otherwise.
    """
    courses = select(PlanCourse.id).where(PlanCourse.plan_id == Plan.id).correlate(Plan)  # of this plan, not of all
    begun = exists().where(Progress.plan_course_id.in_(courses))
    opened = exists().where(StudySession.plan_course_id.in_(courses))
    done = exists().where(PlanCourse.plan_id == Plan.id, PlanCourse.state != "open")
    query = select(PlanCourse.course_id).join(Plan, Plan.id == PlanCourse.plan_id).where(Plan.line_id == line_id)
    if credits_.counted(session, [learner_id], session.scalars(query)):
        return False
    untouched = update(Plan).where(Plan.line_id == line_id, Plan.state == "open", ~begun, ~opened, ~done)
    given = untouched.values(learner_id=learner_id).execution_options(synchronize_session=False)
    passed = db.changed(session, given)
    following.settle(session, Plan, Plan.line_id == line_id)
    return bool(passed)
