"""Scans of licences that organisations sent, for those who review them."""

from flask import Response

from portal import db
from portal.errors import NotFound
from portal.people.models import OrganisationApplication
from portal.staff import listing, scope
from portal.staff.blueprint import blueprint
from portal.staff.core.people import Organisations
from portal.staff.guard import needs
from portal.storage import current_storage


@blueprint.get("/organisations/<int:organisation_id>/licence/<int:application_id>")
@needs(Organisations.key)
def licence(organisation_id: int, application_id: int) -> Response:
    """A picture to look at, or a PDF to save: what a stranger sent is not opened here. It stays in no cache."""
    found = db.reader().get(OrganisationApplication, application_id)
    inside = listing.one(db.reader(), Organisations, str(organisation_id), scope.current())
    if found is None or inside is None or found.organisation_id != organisation_id or not found.licence_key:
        raise NotFound(f"application {application_id}")
    picture = found.licence_key.endswith(".jpg")
    response = Response(
        current_storage().get(found.licence_key), mimetype="image/jpeg" if picture else "application/pdf"
    )
    if not picture:
        response.headers["Content-Disposition"] = f'attachment; filename="licence-{application_id}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
