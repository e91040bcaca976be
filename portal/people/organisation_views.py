"""集体注册: agreement, form, 完成注册, and the page on which an organisation waits for its review."""

import secrets

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock, db
from portal.access import service as access
from portal.access import sessions
from portal.access.guard import organisation_required, public
from portal.access.visitor import account, address, current_account, device
from portal.errors import Conflict, Refused
from portal.people import agreeing, forms, identity, organisation_codes, organisations, passwords, places
from portal.people.agreeing import AGREED
from portal.people.forms import OrganisationForm
from portal.people.models import Account, OrganisationApplication
from portal.people.organisations import SignUp
from portal.people.pages import blueprint, current_settings
from portal.photos import scans
from portal.plugins import current_plugins
from portal.storage import current_storage
from portal.types import Problem
from portal.web.forms import add_problems

FIELDS = {
    "name": _l("Full name of the organisation"),
    "code": _l("Code"),
    "division_code": _l("County of the organisation"),
    "contact_name": _l("Contact person"),
    "contact_phone": _l("Mobile number of the contact"),
    "licence": _l("Scan of the licence"),
}


@blueprint.route("/organisation/register", methods=["GET", "POST"])
@public
def register_organisation() -> ResponseReturnValue:
    """The agreement, to read and accept."""
    return agreeing.page("people/organisation_register.html", "people.organisation_form")


@blueprint.route("/organisation/register/form", methods=["GET", "POST"])
@public
def organisation_form() -> ResponseReturnValue:
    """单位信息, then 完成注册."""
    if current_account() is not None:
        return redirect(url_for("people.organisation"), 303)
    if AGREED not in session:
        return redirect(url_for("people.register_organisation"), 303)
    form = _form()
    if form.is_submitted() and (fresh := _signed_up(form)):
        with db.write() as writing:
            token = access.open_session(writing, fresh, device(), clock.now())
        sessions.start(token, fresh)
        flash(_("Your registration was sent. The office reviews it."), "ok")
        return redirect(url_for("people.organisation"), 303)
    return _page(form, None)


@blueprint.get("/organisation")
@organisation_required
def organisation() -> ResponseReturnValue:
    """Waiting, refused with reasons, or approved; and everything that was sent."""
    modes = current_plugins().declared("selection_modes")
    return render_template(
        "people/organisation.html",
        sent=organisations.history(db.reader(), account().id),
        doors=[mode for mode in modes if mode.audience == "organisation"],
        titles=FIELDS,
        kinds=organisation_codes.BY_KEY,
    )


@blueprint.route("/organisation/again", methods=["GET", "POST"])
@organisation_required
def organisation_again() -> ResponseReturnValue:
    """The form once more, filled with what was refused."""
    last = organisations.latest(db.reader(), account().id)
    if last is None or last.state != "refused":
        return redirect(url_for("people.organisation"), 303)
    form = _form()
    del form.password, form.again
    if form.is_submitted():
        if _sent_again(form):
            flash(_("Your registration was sent. The office reviews it."), "ok")
            return redirect(url_for("people.organisation"), 303)
    else:
        _fill(form, last)
    return _page(form, last)


def _page(form: OrganisationForm, last: OrganisationApplication | None) -> ResponseReturnValue:
    """The form with the counties that codes stand for, and the one suggested where none was chosen."""
    standing = places.standing(db.reader(), current_settings().home_division, clock.today(clock.now()))
    suggested = ""
    if form.is_submitted() and not form.county():
        kind, code = str(form.code_kind.data or ""), identity.normalise(str(form.code.data or ""))
        suggested = standing.get(organisation_codes.authority(kind, code), "")
        form.division_code.data = suggested
    parts = {kind.key: (kind.place.start, kind.place.stop) for kind in organisation_codes.KINDS if kind.place}
    page = render_template(
        "people/organisation_form.html", form=form, last=last, standing=standing, parts=parts, suggested=bool(suggested)
    )
    return page, 422 if form.errors else 200


def _form() -> OrganisationForm:
    form = OrganisationForm()
    today = clock.today(clock.now())
    form.code_kind.choices = [(kind.key, kind.title) for kind in organisation_codes.KINDS]
    form.division_code.choices = [
        ("", _("Choose")),
        *forms.county_choices(db.reader(), current_settings().home_division, today),
    ]
    return form


def _data(form: OrganisationForm) -> SignUp:
    def typed(name: str) -> str:
        return str(form[name].data or "")

    return SignUp(
        name=typed("name"),
        code_kind=typed("code_kind"),
        code=typed("code"),
        division_code=form.county(),
        contact_name=typed("contact_name"),
        contact_phone=typed("contact_phone"),
        other=bool(form.other.data),
    )


def _signed_up(form: OrganisationForm) -> Account | None:
    """The new account, or None with everything that is wrong at its field."""
    data = _data(form)
    form.validate()
    found = organisations.problems(db.reader(), data.normal())
    password = str(form.password.data or "")
    if fault := organisations.password_problem(data, password):
        found.append(Problem(fault, "password"))
    if found:
        add_problems(form, Refused(problems=found))
    scan = _scan(form)
    if form.errors or scan is None:
        return None
    secret = passwords.digest(password)  # takes long: before the writing transaction is opened
    try:
        with db.write() as writing:
            return organisations.sign_up(
                writing, data, _kept(scan), secret, int(session[AGREED]), address(), clock.now()
            )
    except Refused as refused:
        add_problems(form, refused)
        return None


def _sent_again(form: OrganisationForm) -> bool:
    form.validate()
    scan = _scan(form) if request.files.get("licence") else None
    if form.errors:
        return False
    try:
        with db.write() as writing:
            key = _kept(scan) if scan else ""
            organisations.send_again(writing, account().id, _data(form), key, clock.now())
    except Refused as refused:
        add_problems(form, refused)
    except Conflict as conflict:
        add_problems(form, Refused(conflict.message))
    return not form.errors


def _scan(form: OrganisationForm) -> scans.Scan | None:
    file = request.files.get("licence")
    try:
        return scans.check_scan(file.stream.read(scans.BYTES_MOST + 1) if file else b"", "licence")
    except Refused as refused:
        add_problems(form, refused)
        return None


def _kept(scan: scans.Scan) -> str:
    """Where the scan lies from now on. A refused transaction leaves a file that nobody finds."""
    key = f"licences/{clock.now():%Y/%m}/{secrets.token_hex(16)}.{scan.suffix}"
    current_storage().put(key, scan.data, personal=True)
    return key


def _fill(form: OrganisationForm, last: OrganisationApplication) -> None:
    for field in ("name", "code_kind", "code", "division_code", "contact_name", "contact_phone"):
        form[field].data = getattr(last, field)
    for field, said in last.reasons.items():
        if field in form:
            form[field].errors = [said]
