"""我的数据: a copy of it, and the end of the account. Both ask for the password: a session may lie open."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField
from wtforms.validators import InputRequired

from portal import clock, db
from portal.access import attempts, sessions
from portal.access.guard import learner_required, login_required
from portal.access.visitor import account, address, current_learner
from portal.errors import Refused, TooMany
from portal.people import passwords
from portal.people.models import Learner
from portal.rights import export, leaving, withdrawing
from portal.types import Problem
from portal.web.forms import Form, add_problems

blueprint = Blueprint("rights", __name__, template_folder="templates")


class ExportForm(Form):
    current = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])


class CloseForm(ExportForm):
    sure = BooleanField(
        _l("I know that the account cannot be opened again"), [InputRequired(_l("Tick the box to close the account."))]
    )


class WithdrawForm(ExportForm):
    sure = BooleanField(
        _l("I withdraw my consent to the service agreement"),
        [InputRequired(_l("Tick the box to withdraw your consent."))],
    )


@blueprint.route("/me/data", methods=["GET", "POST"])
@login_required
def data() -> ResponseReturnValue:
    """Says what is kept and why; with the password, hands everything over in one file."""
    form, status = ExportForm(), 200
    if form.is_submitted():
        status = _ask(form)
        if status == 200:
            return _file()
    return render_template("rights/data.html", form=form), status


@blueprint.route("/me/close", methods=["GET", "POST"])
@learner_required
def close() -> ResponseReturnValue:
    """Ends the account: photo, phone and address go at once, hours and documents stay under retention."""
    form, status = CloseForm(), 200
    if form.is_submitted():
        status = _ask(form)
        if status == 200 and _left(form):
            sessions.end()
            flash(_("The account is closed. Documents issued earlier stay valid and can be checked."))
            return redirect(url_for("web.home"), 303)
        status = max(status, 422)
    ends = leaving.open_ends(db.reader(), current_learner())
    return render_template("rights/close.html", form=form, ends=ends), status


@blueprint.route("/me/consent", methods=["GET", "POST"])
@learner_required
def withdraw() -> ResponseReturnValue:
    """Takes the consent back: what rests on it ends, hours and documents stay."""
    form, status = WithdrawForm(), 200
    if form.is_submitted():
        status = _ask(form)
        if status == 200:
            with db.write() as writing:
                withdrawing.withdraw(writing, writing.get_one(Learner, current_learner().id), clock.now())
            sessions.end()
            flash(_("Your consent is withdrawn. Photo, phone and e-mail are deleted."))
            return redirect(url_for("web.home"), 303)
    return render_template("rights/withdraw.html", form=form), status


def _left(form: CloseForm) -> bool:
    """Whether the account is closed; what stands against it is in the form else."""
    try:
        with db.write() as writing:
            leaving.leave(writing, writing.get_one(Learner, current_learner().id), clock.now())
    except Refused as refused:
        add_problems(form, refused)
        return False
    return True


def _file() -> Response:
    response = make_response(export.pack(db.reader(), account()))
    response.headers.update(
        {
            "Content-Type": "application/zip",
            "Content-Disposition": 'attachment; filename="my-data.zip"',
            "Cache-Control": "no-store",
        }
    )
    return response


def _ask(form: ExportForm) -> int:
    """Status of the form: 200 when everything is filled in and the password right; misses are counted."""
    visitor, now = account(), clock.now()
    if not form.validate():
        return 422
    try:
        tried = attempts.begin(visitor.username, address(), now)
    except TooMany as limit:
        add_problems(form, Refused(limit.message))
        return limit.status
    if not passwords.fits(visitor.password, str(form.current.data)):
        add_problems(form, Refused(problems=[Problem(_l("The present password is wrong."), "current")]))
        return 422
    with db.write() as writing:
        tried.forgive(writing)
    return 200
