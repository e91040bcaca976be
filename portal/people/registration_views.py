"""学员注册: agreement, form, photo. The account is there after the form, so nothing is lost with the photo."""

from datetime import timedelta

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import clock, db
from portal.access import attempts, sessions
from portal.access import service as access
from portal.access.guard import AGREE, learner_required, login_required, public
from portal.access.visitor import account, address, current_account, current_learner, device, safe_next
from portal.errors import NotFound, Refused, TooMany
from portal.people import agreeing, agreements, credit_code, employers, forms, passwords, registration, service
from portal.people.agreeing import AGREED, BACK
from portal.people.forms import AgreementForm, RegistrationForm
from portal.people.models import Account
from portal.people.pages import blueprint, current_settings
from portal.people.registration import Registration
from portal.photos import checks, uploads
from portal.photos import service as photos
from portal.photos.forms import PhotoForm
from portal.web.forms import add_problems

SAME_CLICK = timedelta(minutes=10)


@blueprint.get("/agreement")
@public
def agreement() -> str:
    """用户服务协议, to read."""
    found = agreements.in_force(db.reader(), clock.now())
    if found is None:
        raise NotFound("agreement")
    return render_template("people/agreement.html", agreement=found)


@blueprint.route("/agreement/accept", methods=["GET", "POST"])
@login_required
def accept_agreement() -> ResponseReturnValue:
    """A new version, asked for at the first login after its day; nothing else opens before, but for leaving."""
    now, target = clock.now(), safe_next(request.args.get("next"))
    found = agreements.to_accept(db.reader(), account().id, now)
    form = AgreementForm()
    if found is None or form.validate_on_submit():
        if found is not None:
            with db.write() as writing:
                service.accept(writing, account().id, found.id, address(), now)
        session.pop(AGREE, None)
        return redirect(target, 303)
    withdrew = agreements.withdrew(db.reader(), account().id, found.id)
    page = render_template("people/accept.html", form=form, agreement=found, withdrew=withdrew)
    return page, 422 if form.errors else 200


@blueprint.route("/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    """The agreement, to read and accept."""
    return agreeing.page("people/register.html", "people.register_form")


@blueprint.route("/register/form", methods=["GET", "POST"])
@public
def register_form() -> ResponseReturnValue:
    """填写信息."""
    if current_account() is not None:
        return redirect(url_for("people.register_photo"), 303)
    if AGREED not in session:
        return redirect(url_for("people.register"), 303)
    form, status = _form(), 200
    if form.is_submitted():
        try:
            if fresh := _registered(form):
                return _enter(fresh)
            status = 422
        except TooMany as limit:
            add_problems(form, Refused(limit.message))
            status = limit.status
    return render_template("people/register_form.html", form=form), status


def _form() -> RegistrationForm:
    form = RegistrationForm()
    today = clock.today(clock.now())
    form.id_kind.choices = forms.id_kind_choices()
    form.division_code.choices = forms.county_choices(db.reader(), current_settings().home_division, today)
    return form


def _registered(form: RegistrationForm) -> Account | None:
    """The account for a filled-in form, or None with everything that is wrong at its field."""
    now = clock.now()
    data = _data(form).normal()
    valid = form.validate()
    tried = attempts.begin(data.id_number, address(), now)
    looked = attempts.begin("", address(), now, attempts.LOOK_UP)
    found = registration.problems(db.reader(), data, now)
    taken = registration.taken_fields(db.reader(), data)
    same = _sent_twice(data) if valid and "phone" in taken else None
    # Whoever tries numbers here to learn which are known, or unknown, is stopped like at the login.
    guessed, unknown = bool(taken) and same is None, not taken and registration.looked_up(data, found)
    with db.write() as writing:
        for attempt, counts in ((tried, guessed), (looked, unknown and bool(found or form.errors))):
            if not counts:
                attempt.forgive(writing)
    if same is not None:
        return same
    if found:
        add_problems(form, Refused(problems=found))
    if form.errors:
        return None
    others = [one.password for one in access.everybody(db.reader(), data.id_number)]
    secret = passwords.digest(data.password, others)  # takes long: before the writing transaction is opened
    try:
        with db.write() as writing:
            return service.register(writing, data, now, password_hash=secret).account
    except Refused as refused:
        add_problems(form, refused)
        return None


def _data(form: RegistrationForm) -> Registration:
    def typed(name: str) -> str:
        return str(form[name].data or "")

    return Registration(
        name=typed("name"),
        id_kind=typed("id_kind"),
        id_number=typed("id_number"),
        phone=typed("phone"),
        email=typed("email"),
        division_code=form.county(),
        employer=typed("employer"),
        password=typed("password"),
        agreement_id=int(session[AGREED]),
        organisation_id=form.organisation(),
        address=address(),
    )


def _sent_twice(data: Registration) -> Account | None:
    """The account that a double click has made a moment ago: same number, same password."""
    now = clock.now()
    try:
        found = access.log_in(db.reader(), data.id_number, data.password)
    except Refused:
        return None
    return found if registration.is_fresh(db.reader(), found.id, now - SAME_CLICK) else None


def _enter(fresh: Account) -> ResponseReturnValue:
    with db.write() as writing:
        token = access.open_session(writing, fresh, device(), clock.now())
    back = session.get(BACK)
    sessions.start(token, fresh)
    if back:
        session[BACK] = back
    return redirect(url_for("people.register_photo"), 303)


@blueprint.route("/register/photo", methods=["GET", "POST"])
@learner_required
def register_photo() -> ResponseReturnValue:
    """上传照片, or 跳过此步完成注册."""
    form = PhotoForm()
    if form.validate_on_submit():
        if "skip" in request.form:
            flash(_("You are registered. Upload your photo later under My profile: certificates need it."))
            return _onward()
        try:
            checked = checks.check(uploads.read("photo"))
        except Refused as refused:
            add_problems(form, refused)
        else:
            with db.write() as writing:
                photos.keep(writing, account().id, checked, clock.now())
            flash(_("You are registered and logged in."))
            return _onward()
    learner = current_learner()
    doubt = registration.doubt(db.reader(), learner.id_kind, learner.id_number)
    return render_template("people/register_photo.html", form=form, doubt=doubt), 422 if form.errors else 200


def _onward() -> ResponseReturnValue:
    """Back to the page that wanted a login, else home."""
    return redirect(session.pop(BACK, None) or url_for("web.home"), 303)


@blueprint.get("/lookup/employers")
@public
def organisations() -> ResponseReturnValue:
    """Employers whose names fit what was typed so far, as JSON."""
    found = employers.search(db.reader(), request.args.get("q", ""))
    rows = [
        {"id": one.id, "name": one.name, "code": credit_code.masked(one.code), "division": one.division_code}
        for one in found
    ]
    return jsonify(rows)
