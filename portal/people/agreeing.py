"""The service agreement on the way to a registration form: one visitor, one agreement, whoever is registered."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal import clock, db
from portal.access.visitor import current_account, safe_next
from portal.people import agreements
from portal.people.forms import AgreementForm

BACK = "registered_for"  # the page that sent this visitor to the login, for when they are registered
AGREED = "agreed"  # id of the agreement that this visitor has accepted on the way to the form


def page(template: str, onward: str) -> ResponseReturnValue:
    """The agreement, to read and accept; accepted, it leads to the endpoint `onward`."""
    if current_account() is not None:
        return redirect(url_for("web.home"), 303)
    if "next" in request.args:
        session[BACK] = safe_next(request.args["next"])
    found = agreements.in_force(db.reader(), clock.now())
    form = AgreementForm()
    if found is not None and form.validate_on_submit():
        session[AGREED] = found.id
        return redirect(url_for(onward), 303)
    return render_template(template, form=form, agreement=found), 422 if form.errors else 200
