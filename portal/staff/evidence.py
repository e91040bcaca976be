"""Pictures that prove what a learner asks to have corrected or credited, for those who decide about it."""

from flask import Response

from portal import db
from portal.credits import outside
from portal.errors import NotFound
from portal.people import corrections
from portal.staff import listing, scope
from portal.staff.blueprint import blueprint
from portal.staff.core.corrections import Corrections
from portal.staff.core.outside import OutsideActivities
from portal.staff.guard import needs


@blueprint.get("/corrections/<int:correction_id>/evidence/<int:evidence_id>")
@needs(Corrections.key)
def evidence(correction_id: int, evidence_id: int) -> Response:
    """A picture of a request inside the visitor's divisions. It stays in no cache."""
    if listing.one(db.reader(), Corrections, str(correction_id), scope.current()) is None:
        raise NotFound(f"correction {correction_id}")
    return _shown(corrections.picture(db.reader(), correction_id, evidence_id))


@blueprint.get("/outside_activities/<int:activity_id>/evidence")
@needs(OutsideActivities.key)
def outside_evidence(activity_id: int) -> Response:
    """The picture of a claim inside the visitor's divisions. It stays in no cache."""
    if listing.one(db.reader(), OutsideActivities, str(activity_id), scope.current()) is None:
        raise NotFound(f"outside activity {activity_id}")
    return _shown(outside.picture(db.reader(), activity_id))


def _shown(picture: bytes) -> Response:
    response = Response(picture, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    return response
