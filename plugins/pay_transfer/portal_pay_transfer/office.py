"""Pages of the office beside its screens: the import of a bank statement, and the slip of a transfer."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField

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
)
from portal_pay_transfer import service, staff, statements
from portal_pay_transfer.service import Imported
from portal_pay_transfer.views import TYPES, blueprint

__all__ = ["blueprint"]


class StatementForm(Form):
    """One statement."""

    file = FileField(_l("Statement of the bank"), description=_l("CSV as the bank exports it, at most 5 MB"))


@blueprint.route("/staff/transfer_lines/import", methods=["GET", "POST"])
@staff_required(staff.TransferLines.key, "write")
def import_statement() -> ResponseReturnValue:
    """Reads a statement whole or not at all, and says what came of it; the same one again changes nothing."""
    form = StatementForm()
    if form.validate_on_submit() and (done := _imported(form)) is not None:
        flash(str(_said(done)), "ok")
        return redirect(url_for("staff_transfer_lines.list", state="open" if done.unmatched else None), 303)
    page = render_template("pay_transfer/import.html", form=form, screen=staff.TransferLines)
    return page, 422 if form.errors else 200


@blueprint.get("/staff/transfers/<int:transfer_id>/slip")
@staff_required(staff.Transfers.key)
def staff_slip(transfer_id: int) -> Response:
    """The slip of a transfer; a picture is shown, a PDF is handed out. It stays in no cache."""
    transfer = staff_rows.one(staff.Transfers, str(transfer_id))
    if not transfer.slip_key:
        raise NotFound(f"slip of {transfer_id}")
    suffix = transfer.slip_key.rsplit(".", 1)[-1]
    response = Response(current_storage().get(transfer.slip_key), mimetype=TYPES[suffix])
    if suffix == "pdf":
        response.headers["Content-Disposition"] = f'attachment; filename="{transfer.payment_number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _imported(form: StatementForm) -> Imported | None:
    """What the import did; None when it was refused, and the form says why."""
    file = request.files.get("file")
    if file is None or not file.filename:
        form.file.errors = [_("Choose a file.")]
        return None
    try:
        rows = statements.read(file.stream.read())
        with db.write() as session:
            return service.import_statement(session, rows, account().id, clock.now())
    except Refused as refused:
        add_problems(form, refused)
        return None


def _said(done: Imported) -> object:
    return _(
        "%(new)s new lines: %(matched)s matched by their code, %(unmatched)s left to be matched. "
        "%(known)s were here before.",
        new=done.new,
        matched=done.matched,
        unmatched=done.unmatched,
        known=done.known,
    )
