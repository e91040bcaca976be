"""个人资料: what is on file, the employer, the password, the logins."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal import clock, db
from portal.access import attempts, sessions
from portal.access import service as access
from portal.access.guard import learner_required, login_required
from portal.access.visitor import account, acting, address, current_learner, current_organisation, device
from portal.errors import Refused, TooMany
from portal.people import forms, identity, passwords, service
from portal.people.forms import ContactForm, EmployerForm, PasswordForm
from portal.people.models import Account, Learner
from portal.people.pages import blueprint, current_settings
from portal.photos import service as photos
from portal.types import Problem
from portal.web.forms import Form, add_problems


@blueprint.get("/me")
@login_required
def profile() -> str:
    """What is on file about the visitor, and where they are logged in."""
    reader, visitor, now = db.reader(), account(), clock.now()
    learner = reader.scalar(select(Learner).where(Learner.account_id == visitor.id))
    return render_template(
        "people/profile.html",
        learner=learner,
        organisation=current_organisation() if acting() else None,
        id_kind=identity.BY_KEY[learner.id_kind].title if learner else "",
        employment=service.present_employment(learner) if learner else None,
        photo=photos.current(reader, visitor.id),
        logins=access.live_sessions(reader, visitor, now, current_settings().session_days),
        present_login=g.get("login_session_id"),
        form=Form(),
    )


@blueprint.route("/me/employer", methods=["GET", "POST"])
@learner_required
def employer() -> ResponseReturnValue:
    """A new employer; the former ones stay listed."""
    learner, now = current_learner(), clock.now()
    form = EmployerForm()
    form.division_code.choices = forms.county_choices(db.reader(), current_settings().home_division, clock.today(now))
    if form.validate_on_submit():
        try:
            return _moved(learner, form)
        except Refused as refused:
            add_problems(form, refused)
    if not form.is_submitted() and (present := service.present_employment(learner)):
        form.division_code.data, form.employer.data = present.division_code, present.employer_name
    return render_template("people/employer.html", form=form, learner=learner), 422 if form.errors else 200


def _moved(learner: Learner, form: EmployerForm) -> Response:
    with db.write() as writing:
        service.change_employer(
            writing, learner.id, str(form.employer.data or ""), form.county(), form.organisation(), clock.now()
        )
    flash(_("The employer is changed. Documents issued earlier keep the former one."))
    return redirect(url_for("people.profile"), 303)


@blueprint.route("/me/contact", methods=["GET", "POST"])
@learner_required
def contact() -> ResponseReturnValue:
    """A new mobile number or e-mail address; the present password is asked."""
    learner = current_learner()
    form, status = ContactForm(), 200
    if form.is_submitted():
        try:
            if form.validate():
                _ask_password(form)
            if not form.errors:
                return _reachable(learner, form)
        except Refused as refused:
            add_problems(form, refused)
        except TooMany as limit:
            add_problems(form, Refused(limit.message))
            status = limit.status
        status = max(status, 422)
    else:
        form.phone.data, form.email.data = learner.phone, learner.email
    return render_template("people/contact.html", form=form), status


def _reachable(learner: Learner, form: ContactForm) -> Response:
    with db.write() as writing:
        service.change_contact(writing, learner.id, str(form.phone.data or ""), str(form.email.data or ""))
    flash(_("Phone and e-mail are changed. You log in with the new ones from now on."))
    return redirect(url_for("people.profile"), 303)


@blueprint.route("/me/password", methods=["GET", "POST"])
@login_required
def password() -> ResponseReturnValue:
    """A new password; other logins end."""
    form, status = PasswordForm(), 200
    if form.is_submitted():
        try:
            if _may_change(form):
                return _changed(str(form.password.data))
            status = 422
        except TooMany as limit:
            add_problems(form, Refused(limit.message))
            status = limit.status
    return render_template("people/password.html", form=form), status


def _may_change(form: PasswordForm) -> bool:
    """Whether the present password is right and the new one good; what is not stands at its field."""
    visitor = account()
    form.validate()
    fresh = str(form.password.data)
    if problem := passwords.problem(fresh, *_personal(visitor)):
        add_problems(form, Refused(problems=[Problem(problem, "password")]))
    elif fresh == form.current.data:
        add_problems(form, Refused(problems=[Problem(_l("Choose a password other than the old one."), "password")]))
    if not form.errors:
        _ask_password(form)
    return not form.errors


def _ask_password(form: PasswordForm | ContactForm) -> None:
    """Whoever sits at an open session is not always its owner: the present password is asked, and misses counted.

    :raises TooMany: too many misses.
    """
    visitor, now = account(), clock.now()
    tried = attempts.begin(visitor.username, address(), now)
    if not passwords.fits(visitor.password, str(form.current.data)):
        add_problems(form, Refused(problems=[Problem(_l("The present password is wrong."), "current")]))
        return
    with db.write() as writing:
        tried.forgive(writing)


def _personal(visitor: Account) -> list[str]:
    learner = db.reader().scalar(select(Learner).where(Learner.account_id == visitor.id))
    return [learner.id_number, learner.phone or "", learner.email or ""] if learner else [visitor.username]


def _changed(fresh: str) -> Response:
    secret, now = passwords.digest(fresh, [account().password]), clock.now()
    with db.write() as writing:
        changed = service.change_password(writing, account().id, secret)
        token = access.open_session(writing, changed, device(), now)
    sessions.start(token, changed)
    flash(_("The password is changed. Logins on other devices have ended."))
    return redirect(url_for("people.profile"), 303)


@blueprint.post("/me/logins/end")
@login_required
def end_other_logins() -> ResponseReturnValue:
    """Ends every login of the visitor but the present one."""
    visitor = account()
    with db.write() as writing:
        access.end_others(writing, visitor.id, int(g.login_session_id), clock.now())
    flash(_("Logins on other devices have ended."))
    return redirect(url_for("people.profile"), 303)


@blueprint.post("/me/logins/<int:login_id>/end")
@login_required
def end_login(login_id: int) -> ResponseReturnValue:
    """Ends one login of the visitor, on a device that is lost or was somebody else's."""
    with db.write() as writing:
        access.end_one(writing, account().id, login_id, clock.now())
    flash(_("The login on that device has ended."))
    return redirect(url_for("people.profile"), 303)
