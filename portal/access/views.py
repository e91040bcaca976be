"""登录 and logging out: one form for every kind of account."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from portal import clock, db
from portal.access import attempts, service, sessions
from portal.access.guard import AGREE, public
from portal.access.visitor import address, current_account, device, safe_next
from portal.errors import Refused, TooMany
from portal.people import agreements, identity, passwords
from portal.web.forms import Form, add_problems

blueprint = Blueprint("access", __name__, template_folder="templates")


class LoginForm(Form):
    name = StringField(_l("User name"), [InputRequired(_l("Enter your user name."))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])
    next = HiddenField()


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """The login form. The password is never sent back."""
    form = LoginForm(next=request.args.get("next"))
    target = safe_next(form.next.data)
    if current_account() is not None:
        return redirect(target, 303)
    if form.validate_on_submit():
        if form.password.data == passwords.COMMON_INITIAL and _names_somebody(str(form.name.data)):
            # It fits nobody, so it tells nobody: every number leads to where the second fact is asked. The browser
            # sends the form on by itself (307), so that the number stands neither in a cookie nor in an address.
            return redirect(url_for("people.activate"), 307)
        try:
            return _enter(form, target)
        except Refused as refused:
            add_problems(form, refused)
        except TooMany as limit:
            add_problems(form, Refused(limit.message))
            return render_template("access/login.html", form=form), 429
    return render_template("access/login.html", form=form), 422 if form.errors else 200


def _names_somebody(typed: str) -> bool:
    """Whether this has the form of an ID number. Whose, and whether anybody's, is not looked up."""
    number, today = identity.normalise(typed), clock.today(clock.now())
    return any(identity.check(kind, number, today) is None for kind in identity.BY_KEY)


def _enter(form: LoginForm, target: str) -> ResponseReturnValue:
    now = clock.now()
    tried = attempts.begin(str(form.name.data), address(), now)
    # Between two transactions: hashing a password takes long and must not hold up whoever writes.
    found = service.opened(tried.accounts, str(form.password.data))
    with db.write() as writing:
        tried.forgive(writing)
        token = service.open_session(writing, found, device(), now)
    sessions.start(token, found)
    if found.kind != "staff" and agreements.to_accept(db.reader(), found.id, now):
        session[AGREE] = True
        return redirect(url_for("people.accept_agreement", next=target), 303)
    if found.kind == "staff" and target == "/":
        return redirect("/staff/", 303)
    return redirect(target, 303)


@blueprint.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Ends this login on the server."""
    sessions.end()
    return redirect(url_for("web.home"), 303)
