"""Files behind rows, for those who decide about them: pictures that prove something, invoices that were attached."""

from flask import Response

from portal import db
from portal.credits import outside
from portal.errors import NotFound
from portal.people import corrections
from portal.staff import listing, scope
from portal.staff.blueprint import blueprint
from portal.staff.core.corrections import Corrections
from portal.staff.core.invoices import Invoices
from portal.staff.core.outside import OutsideActivities
from portal.staff.guard import needs
from portal.storage import current_storage


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


@blueprint.get("/invoices/<int:invoice_id>/<any(file, red):which>")
@needs(Invoices.key)
def invoice_file(invoice_id: int, which: str) -> Response:
    """What was attached to a request inside the visitor's divisions, or its red letter. Never opened by the browser."""
    row = listing.one(db.reader(), Invoices, str(invoice_id), scope.current())
    key = row and (row.storage_key if which == "file" else row.red_storage_key)
    if row is None or not key:
        raise NotFound(f"invoice {invoice_id} {which}")
    response = Response(current_storage().get(key), mimetype="application/octet-stream")
    name = f"{row.order.number}-{which}.{key.rsplit('.', 1)[-1]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _shown(picture: bytes) -> Response:
    response = Response(picture, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    return response
