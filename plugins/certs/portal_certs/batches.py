"""批量签发与打印: what many plans are owed, many documents as one file; by a job, with progress, for whoever asked."""

from datetime import UTC, date, datetime, time, timedelta

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from portal.kit import (
    Conflict,
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
)
from portal_certs import reading, service, staff
from portal_certs.models import Batch
from portal_certs.pages import blueprint
from portal_certs.service.batches import ISSUE, MOST, PRINT_FILE, ZIP
from portal_certs.standing import standing

KEY = staff.Documents.key
FILES = {ZIP: _l("A ZIP of the issued files"), PRINT_FILE: _l("One file for the printer")}
KINDS = {**FILES, ISSUE: _l("Issue of certificates")}


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
    form, status = _form(), 200
    if form.is_submitted():
        status = 422
        if form.validate() and _asked(form):
            flash(_("The file is being made. You can leave this page."), "ok")
            return redirect(url_for("certs.batches"), 303)
    return _page(form), status


def _page(form: BatchForm, refused: object = "") -> str:
    session = db.reader()
    owed, waiting = reading.owed_in(session, _codes(), MOST[ISSUE])
    return render_template(
        "certs/batches.html",
        form=form,
        work=[standing(session, batch) for batch in reading.batches_of(session, account().id)],
        screen=staff.Documents,
        kinds=KINDS,
        most=MOST,
        owed=len(owed),
        waiting=waiting,
        refused=refused,
    )


def _codes() -> list[str]:
    return [code for code, _name in staff_rows.places()]


@blueprint.get("/staff/documents/batches/<int:batch_id>/file")
@staff_required(KEY)
def batch_file(batch_id: int) -> ResponseReturnValue:
    """The file, to whoever asked for it. :raises NotFound: unknown, somebody else's, not ready or dropped."""
    batch = _own(batch_id)
    if not batch.storage_key:
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
    """What completed plans of the visitor's divisions are owed, at once instead of within minutes, with progress."""
    plans, _waiting = reading.owed_in(db.reader(), _codes(), MOST[ISSUE])
    if not Form().validate_on_submit():
        return redirect(url_for("certs.batches"), 303)
    try:
        with db.write() as session:
            service.ask_issue(session, plans, account().id, clock.now())
    except Refused as refused:
        return _page(_form(), refused.message), 422
    flash(_("The certificates are being issued. You can leave this page."), "ok")
    return redirect(url_for("certs.batches"), 303)


@blueprint.post("/staff/documents/batches/<int:batch_id>/<any(zip,print):what>")
@staff_required(KEY)
def file_of_issue(batch_id: int, what: str) -> ResponseReturnValue:
    """The certificates of a batch issue as one file. :raises NotFound: unknown, somebody else's, or no issue."""
    batch = _own(batch_id)
    if batch.kind != ISSUE:
        raise NotFound(f"batch {batch_id}")
    form = _form()
    if Form().validate_on_submit():
        try:
            with db.write() as session:
                chosen = standing(session, batch).issued
                service.ask_batch(session, what, chosen, form.pattern.data, account().id, clock.now())
        except Refused as refused:
            return _page(form, refused.message or refused.problems[0].message), 422
        flash(_("The file is being made. You can leave this page."), "ok")
    return redirect(url_for("certs.batches"), 303)


@blueprint.post("/staff/documents/batches/<int:batch_id>/again")
@staff_required(KEY)
def try_again(batch_id: int) -> ResponseReturnValue:
    """Work that was given up starts afresh. :raises NotFound: unknown or somebody else's."""
    batch = _own(batch_id)
    if Form().validate_on_submit():
        try:
            with db.write() as session:
                service.retry_batch(session, batch, standing(session, batch).failed, account().id)
        except Conflict as refused:
            return _page(_form(), refused.message), 409
    return redirect(url_for("certs.batches"), 303)


def _own(batch_id: int) -> Batch:
    """:raises NotFound: unknown or somebody else's."""
    batch = db.reader().get(Batch, batch_id)
    if batch is None or batch.account_id != account().id:
        raise NotFound(f"batch {batch_id}")
    return batch


def _form() -> BatchForm:
    form = BatchForm(data={"pattern": "{name}-{number}"})
    form.what.choices = [(key, str(words)) for key, words in FILES.items()]
    form.kind.choices = [(key, str(words)) for key, words in staff.KINDS.items()]
    form.division.choices = [("", str(_("All"))), *staff_rows.places()]
    return form


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
