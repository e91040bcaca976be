"""The second step of joining two accounts: what was shown is done, if it still holds."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal import clock, db
from portal.access.visitor import account
from portal.errors import Conflict, NotFound, Refused
from portal.merging import review, service
from portal.people.models import Learner
from portal.staff import listing, scope
from portal.staff.blueprint import blueprint
from portal.staff.core.people import Learners
from portal.staff.guard import needs
from portal.staff.pages import address
from portal.staff.screens import WRITE


@blueprint.post("/learners/<int:learner_id>/merge/<int:other_id>")
@needs(Learners.key, WRITE)
def merge(learner_id: int, other_id: int) -> ResponseReturnValue:
    """Joins `other_id` to `learner_id`, both inside the visitor's divisions."""
    reason = request.form.get("reason", "").strip()[:300]
    try:
        with db.write() as session:
            kept, other = _learner(session, learner_id), _learner(session, other_id)
            service.join(session, kept, other, account().id, reason, clock.now())
    except Refused as refused:
        return _again(learner_id, other_id, fault=refused.problems[0].message), refused.status
    except Conflict as conflict:
        return _again(learner_id, other_id, reason, problem=conflict.message), conflict.status
    flash(_("Joined. All user names of both accounts lead here now."), "ok")
    return redirect(address(Learners, "show", pk=str(learner_id)), 303)


def _again(learner_id: int, other_id: int, reason: str = "", problem: object = "", fault: object = "") -> str:
    """The page as it stands now, with what stood in the way; `fault`: what is wrong with the reason."""
    found = review.review(db.reader(), _learner(db.reader(), learner_id), _learner(db.reader(), other_id))
    back = address(Learners, "show", pk=str(learner_id))
    return render_template("staff/merge.html", found=found, reason=reason, problem=problem, fault=fault, back=back)


def _learner(session: Session, learner_id: int) -> Learner:
    """:raises NotFound: unknown, or not of the visitor's divisions."""
    found = listing.one(session, Learners, str(learner_id), scope.current())
    if not isinstance(found, Learner):
        raise NotFound(f"learner {learner_id}")
    return found
