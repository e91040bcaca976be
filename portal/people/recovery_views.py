"""忘记密码: a code by text or mail where the site sends them, else a slip; both set a new password on one page.

No answer tells whether an account exists, has an address, or waits for activation.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock, db
from portal.access import attempts, sessions
from portal.access import service as access
from portal.access.guard import public
from portal.access.visitor import address, current_account, device
from portal.errors import Conflict, Refused, TooMany
from portal.messages import sms
from portal.people import agreements, codes, mailing, passwords, personal, texting
from portal.people.forms import ForgottenForm, ResetForm
from portal.people.models import Account, OneTimeCode
from portal.people.pages import blueprint, current_settings
from portal.types import Problem
from portal.web.forms import add_problems

_NO_MATCH = _l("User name, name and code do not fit together, or the code is used or too old.")


@blueprint.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Asks for a code by text or mail; says the same to everybody."""
    form, status = ForgottenForm(), 200
    ways = _ways()
    if any(ways.values()) and form.is_submitted():
        if not form.validate():
            status = 422
        else:
            try:
                _send(str(form.name.data))
                return render_template("people/forgotten_sent.html", **ways)
            except TooMany as limit:
                add_problems(form, Refused(limit.message))
                status = limit.status
    return render_template("people/forgotten.html", form=form, **ways), status


def _send(typed: str) -> None:
    """Sends a code, if there is an account and it can be reached. Every request counts, whoever is asked for."""
    now = clock.now()
    accounts = [one for one in access.everybody(db.reader(), typed) if one.active and not one.must_change]
    reached = [(one.id, *_reach(one)) for one in accounts]
    with db.write() as writing:
        attempts.count(writing, typed, address(), now, attempts.CODES)
        for account_id, channel, recipient in reached:
            if recipient:
                code = codes.issue(writing, account_id, channel, now)
                queue = texting.queue_code if channel == codes.SMS else mailing.queue_code
                queue(writing, account_id, recipient, code)


def _ways() -> dict[str, bool]:
    """How codes can be sent on this site."""
    return {"by_sms": sms.sends(sms.CODE), "by_mail": bool(current_settings().mail_server)}


def _reach(account: Account) -> tuple[str, str]:
    """Channel and recipient of a code: the phone where texts are sent and one is on file, else the mailbox."""
    ways = _ways()
    if ways["by_sms"] and (phone := personal.phone(db.reader(), account)):
        return codes.SMS, phone
    return codes.MAIL, personal.email(db.reader(), account) if ways["by_mail"] else ""


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def reset() -> ResponseReturnValue:
    """Takes a code and a new password, and logs in."""
    if current_account() is not None:
        return redirect(url_for("web.home"), 303)
    form, status = ResetForm(), 200
    if form.is_submitted():
        status = 422
        try:
            if code := _proved(form):
                return _open(code, form)
        except TooMany as limit:
            add_problems(form, Refused(limit.message))
            status = limit.status
        except Conflict as late:
            add_problems(form, Refused(problems=[Problem(late.message, "code")]))
    return render_template("people/reset.html", form=form), status


def _proved(form: ResetForm) -> OneTimeCode | None:
    """The code, once everything fits; else None with what is wrong at its field."""
    typed, fresh = str(form.account.data or ""), str(form.password.data or "")
    form.validate()
    if fault := passwords.problem(fresh, typed):
        add_problems(form, Refused(problems=[Problem(fault, "password")]))
    if form.errors:
        return None
    now, reader = clock.now(), db.reader()
    tried = attempts.begin(typed, address(), now)
    accounts: list[Account | None] = [*access.everybody(reader, typed)] or [access.find(reader, typed)]
    fitting = [(one, codes.find(reader, one, str(form.person.data), str(form.code.data), now)) for one in accounts]
    account, code = next(((one, found) for one, found in fitting if found), (None, None))
    if account is None or code is None:
        add_problems(form, Refused(problems=[Problem(_NO_MATCH, "code")]))
        return None
    with db.write() as writing:
        tried.forgive(writing)
    if fault := personal.password_problem(reader, account, fresh):
        add_problems(form, Refused(problems=[Problem(fault, "password")]))
        return None
    return code


def _open(code: OneTimeCode, form: ResetForm) -> ResponseReturnValue:
    others = [one.password for one in access.everybody(db.reader(), str(form.account.data))]
    secret, now = passwords.digest(str(form.password.data), others), clock.now()
    agreement = agreements.in_force(db.reader(), now)
    with db.write() as writing:
        account = codes.redeem(writing, code.id, secret, address(), now, agreement.id if agreement else None)
        token = access.open_session(writing, account, device(), now)
    sessions.start(token, account)
    flash(_("The new password counts from now on. Logins of before have ended."))
    return redirect(url_for("people.profile") if account.kind != "staff" else "/staff/", 303)
