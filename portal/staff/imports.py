"""老平台学员导入: a register is checked whole; what is wrong comes back as a file, what is right is brought over.

Administrators only: a register holds people of every county. The work is a job; its page may be left.
"""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField

from portal import clock, db
from portal.access.visitor import account
from portal.errors import NotFound
from portal.jobs import Job
from portal.legacy import periodic, register
from portal.staff.blueprint import blueprint
from portal.staff.guard import needs
from portal.staff.screens import WRITE
from portal.storage import current_storage
from portal.web.forms import Form

KEY = "imports"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {"bad": _l("Rows to mend, as a file"), "unproved": _l("People without a phone, as a file")}
RENEW = 3  # seconds between two looks at a job that runs


class RegisterForm(Form):
    """The register of the old platform."""

    register = FileField(_l("Register"), description=_l("xlsx, xls, et, ods or csv, at most 12 MB"))


@blueprint.route("/imports/", methods=["GET", "POST"])
@needs(KEY, WRITE)
def imports() -> ResponseReturnValue:
    """Uploads a register, which is checked and not yet written; and the imports of the past month."""
    form = RegisterForm()
    if form.validate_on_submit():
        file = request.files.get("register")
        data = file.stream.read() if file else b""
        if data:
            with db.write() as session:
                job = periodic.begin(session, data, account().id, dry=True)
            return redirect(url_for("staff.import_", job_id=job.id), 303)
        form.register.errors = [*form.register.errors, _("Choose a file.")]
    jobs = periodic.latest(db.reader(), clock.now() - periodic.kept())
    page = render_template("staff/imports.html", form=form, jobs=jobs, columns=register.LAYOUT.columns)
    return page, 422 if form.errors else 200


@blueprint.get("/imports/<int:job_id>")
@needs(KEY, WRITE)
def import_(job_id: int) -> Response:
    """How far an import is, or what came of it. Looks again by itself while it runs."""
    job = _job(job_id)
    page = render_template("staff/import.html", job=job, causes=periodic.causes(job), names=NAMES)
    answer = make_response(page)
    if job.state in ("queued", "running"):
        answer.headers["Refresh"] = str(RENEW)
    return answer


@blueprint.post("/imports/<int:job_id>/write")
@needs(KEY, WRITE)
def write_import(job_id: int) -> ResponseReturnValue:
    """Brings a checked register over. Pressed twice, it is one job."""
    job = _job(job_id)
    if job.state != "done" or not job.payload["dry"] or "refused" in (job.result or {}):
        raise NotFound(f"import {job_id}")
    with db.write() as session:
        written = periodic.go_on(session, job, account().id)
    flash(_("The import has begun. You may leave this page."), "ok")
    return redirect(url_for("staff.import_", job_id=written.id), 303)


@blueprint.get("/imports/<int:job_id>/<any(bad, unproved):name>.xlsx")
@needs(KEY, WRITE)
def import_list(job_id: int, name: str) -> Response:
    """The rows to mend, to be uploaded again; or the people who will need a slip."""
    job = _job(job_id)
    key = (job.result or {}).get("files", {}).get(name)
    if key is None:
        raise NotFound(f"import {job_id} {name}")
    answer = Response(current_storage().get(key), mimetype=SHEET)
    answer.headers["Content-Disposition"] = f'attachment; filename="import-{job_id}-{name}.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _job(job_id: int) -> Job:
    job = db.reader().get(Job, job_id)
    if job is None or job.key != periodic.KEY:
        raise NotFound(f"import {job_id}")
    return job
