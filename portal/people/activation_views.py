"""老平台学员激活: no page opens before the second fact, and every wrong pair gets the same answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock, db
from portal.access import attempts, sessions
from portal.access import service as access
from portal.access.guard import public
from portal.access.visitor import address, current_account, device
from portal.errors import Refused, TooMany
from portal.people import activation, agreements, contact, identity, passwords, service
from portal.people.forms import ActivationForm
from portal.people.models import Agreement, Learner
from portal.people.pages import blueprint
from portal.types import Problem
from portal.web.forms import add_problems

_NO_MATCH = _l("The ID number and the phone number do not fit an account that waits for activation.")


@blueprint.route("/activate", methods=["GET", "POST"])
@public
def activate() -> ResponseReturnValue:
    """Proves the phone number on file, then takes a new password and logs in.

    Whoever gave the common password at /login arrives with that form: its `name` is the number.
    """
    if current_account() is not None:
        return redirect(url_for("web.home"), 303)
    found, status = agreements.in_force(db.reader(), clock.now()), 200
    arriving = request.form.get("name")
    form = ActivationForm() if arriving is None else ActivationForm(None, id_number=identity.normalise(arriving))
    if found is not None and arriving is None and form.is_submitted():
        try:
            if learner := _proved(form):
                return _open(learner, form, found)
            status = 422
        except TooMany as limit:
            add_problems(form, Refused(limit.message))
            status = limit.status
    return render_template("people/activate.html", form=form, agreement=found), status


def _proved(form: ActivationForm) -> Learner | None:
    """The learner, once everything fits; else None with what is wrong at its field."""
    number, phone = identity.normalise(str(form.id_number.data or "")), str(form.phone.data or "")
    form.validate()
    if problem := contact.phone_problem(contact.normal_phone(phone)):
        add_problems(form, Refused(problems=[Problem(problem, "phone")]))
    if problem := passwords.problem(str(form.password.data), number, contact.normal_phone(phone)):
        add_problems(form, Refused(problems=[Problem(problem, "password")]))
    if form.errors:
        return None
    now = clock.now()
    tried = attempts.begin(number, address(), now)
    learner = activation.find(db.reader(), number, phone)
    if learner is None:
        add_problems(form, Refused(problems=[Problem(_NO_MATCH, "phone")]))
        return None
    with db.write() as writing:
        tried.forgive(writing)
    if passwords.fits(learner.account.password, str(form.password.data)):
        add_problems(form, Refused(problems=[Problem(_l("Choose a password other than the old one."), "password")]))
        return None
    return learner


def _open(learner: Learner, form: ActivationForm, agreement: Agreement) -> ResponseReturnValue:
    secret = passwords.digest(str(form.password.data))
    now = clock.now()
    with db.write() as writing:
        account = service.activate(writing, learner.id, secret, agreement.id, address(), now).account
        token = access.open_session(writing, account, device(), now)
    sessions.start(token, account)
    flash(_("Your account is active. Check that your employer is right."))
    return redirect(url_for("people.profile"), 303)
