"""The visitor's own photo: seeing it and giving a new one."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import clock, db
from portal.access.guard import learner_required, login_required
from portal.access.visitor import account
from portal.errors import NotFound, Refused
from portal.photos import checks, service, uploads
from portal.photos.forms import PhotoForm
from portal.web.forms import add_problems

blueprint = Blueprint("photos", __name__, template_folder="templates")


@blueprint.get("/me/photo.jpg")
@login_required
def mine() -> Response:
    """The present photo of the visitor, nobody else's. :raises NotFound: there is none."""
    photo = service.current(db.reader(), account().id)
    if photo is None:
        raise NotFound("photo")
    response = Response(service.content(photo), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(photo.sha256)
    return response


@blueprint.route("/me/photo", methods=["GET", "POST"])
@learner_required
def upload() -> ResponseReturnValue:
    """A new photo by the stated rules; the former one is kept, but counts no longer."""
    form = PhotoForm()
    if form.validate_on_submit():
        try:
            checked = checks.check(uploads.read("photo"))
        except Refused as refused:
            add_problems(form, refused)
        else:
            with db.write() as writing:
                service.keep(writing, account().id, checked, clock.now())
            flash(_("The photo is saved."))
            return redirect(url_for("people.profile"), 303)
    photo = service.current(db.reader(), account().id)
    return render_template("photos/upload.html", form=form, photo=photo), 422 if form.errors else 200
