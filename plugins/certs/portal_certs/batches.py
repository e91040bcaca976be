"""证书打包: many documents as one file, made by a job for whoever asked, dropped in three days."""

from datetime import UTC, date, datetime, time, timedelta

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from portal.kit import (
    Form,
    NotFound,
    Refused,
    _,
    _l,
    account,
    add_problems,
    clock,
    current_storage,
    db,
    staff_required,
    staff_rows,
    submit,
)
from portal_certs import issuing, reading, service, staff
from portal_certs.models import Batch
from portal_certs.pages import blueprint
from portal_certs.service.batches import MOST, PRINT_FILE, ZIP

KEY = staff.Documents.key
KINDS = {ZIP: _l("A ZIP of the issued files"), PRINT_FILE: _l("One file for the printer")}


class BatchForm(Form):
    """What the file is and what it holds."""

    what = RadioField(_l("File"), default=ZIP)
    kind = SelectField(_l("Kind"), default="certificate")
    division = SelectField(_l("Division"), coerce=str)
    first = DateField(_l("Issued from"), [Optional()])
    last = DateField(_l("Issued to"), [Optional()])
    pattern = StringField(_l("Names in the ZIP"), [Length(max=80, message=_l("At most %(max)d characters."))])


@blueprint.route("/staff/documents/batches", methods=["GET", "POST"])
@staff_required(KEY)
def batches() -> ResponseReturnValue:
    """The form, and one's own files with their progress."""
    form = BatchForm(data={"pattern": "{name}-{number}"})
    form.what.choices = [(key, str(words)) for key, words in KINDS.items()]
    form.kind.choices = [(key, str(words)) for key, words in staff.KINDS.items()]
    form.division.choices = [("", str(_("All"))), *staff_rows.places()]
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() and _asked(form):
            flash(_("The file is being made. You can leave this page."), "ok")
            return redirect(url_for("certs.batches"), 303)
    mine = reading.batches_of(db.reader(), account().id)
    return render_template(
        "certs/batches.html", form=form, batches=mine, screen=staff.Documents, kinds=KINDS, most=MOST
    ), status


@blueprint.get("/staff/documents/batches/<int:batch_id>/file")
@staff_required(KEY)
def batch_file(batch_id: int) -> ResponseReturnValue:
    """The file, to whoever asked for it. :raises NotFound: unknown, somebody else's, not ready or dropped."""
    batch = db.reader().get(Batch, batch_id)
    if batch is None or batch.account_id != account().id or not batch.storage_key:
        raise NotFound(f"batch {batch_id}")
    ending, mimetype = ("pdf", "application/pdf") if batch.kind == PRINT_FILE else ("zip", "application/zip")
    path = current_storage().path(batch.storage_key)
    if not path.exists():
        raise NotFound(f"batch {batch_id}")
    answer = send_file(path, mimetype, as_attachment=True, download_name=f"documents-{batch.id}.{ending}", max_age=0)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/staff/documents/issue")
@staff_required(KEY, "write")
def issue_now() -> ResponseReturnValue:
    """What completed plans are owed, at once instead of within a minute."""
    now = clock.now()
    if Form().validate_on_submit():
        with db.write() as session:
            submit(session, issuing.NOW, unique=f"{issuing.NOW}:{now:%Y%m%d%H%M}", account_id=account().id)
        flash(_("Everything that is owed is being issued."), "ok")
    return redirect(url_for("certs.batches"), 303)


def _asked(form: BatchForm) -> bool:
    """Queues the file; False: it was refused, and the form says why."""
    chosen = reading.chosen(
        db.reader(),
        staff_rows.visible(staff.Documents),
        form.kind.data,
        form.division.data or "",
        _begin(form.first.data),
        _begin(form.last.data, after=1),
        MOST[form.what.data] + 1,
    )
    try:
        with db.write() as session:
            service.ask_batch(session, form.what.data, chosen, form.pattern.data or "", account().id, clock.now())
    except Refused as refused:
        add_problems(form, refused)
        return False
    return True


def _begin(day: date | None, after: int = 0) -> datetime | None:
    """The first moment of a day in China, or of the day after it."""
    if day is None or not 1900 < day.year < 2200:
        return None
    return datetime.combine(day + timedelta(days=after), time(), clock.SHANGHAI).astimezone(UTC)
