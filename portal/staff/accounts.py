"""管理员账号 and 角色与权限: who works here and what they may do. Administrators only.

These are no generated screens: a password, a role and divisions are more than columns, and whoever could edit a role
through a form for columns could make himself an administrator.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from portal import db
from portal.access import staff_accounts
from portal.access.visitor import account
from portal.errors import NotFound, Refused
from portal.people import passwords
from portal.people.models import Account, StaffScope
from portal.staff import choices, grants, roles, scope
from portal.staff.blueprint import blueprint
from portal.staff.guard import needs
from portal.staff.screens import READ, WRITE
from portal.types import Problem
from portal.web.forms import Form, add_problems

LEVELS = (("", _l("None")), (READ, _l("Read")), (WRITE, _l("Read and write")))
NEEDED = InputRequired(_l("This is needed."))


class AccountForm(Form):
    """What an administrator says about a member of staff."""

    name = StringField(_l("Name"), [NEEDED, Length(max=64, message=_l("At most %(max)d characters."))])
    active = BooleanField(_l("May log in"), default=True)
    role = SelectField(_l("Role"), [NEEDED], coerce=str)
    divisions = SelectMultipleField(_l("Divisions"), coerce=str)
    password = PasswordField(_l("New password"))
    reason = StringField(
        _l("Why"),
        [Length(max=300, message=_l("At most %(max)d characters."))],
        description=_l("It stands in the audit trail"),
    )


class NewAccountForm(AccountForm):
    """The same for somebody new."""

    user_name = StringField(_l("User name"), [NEEDED, Length(max=64, message=_l("At most %(max)d characters."))])
    password = PasswordField(_l("Password"), [NEEDED])


@blueprint.get("/accounts/")
@needs("accounts")
def accounts() -> ResponseReturnValue:
    """Everybody who works here."""
    query = select(Account).where(Account.kind == "staff").order_by(Account.active.desc(), Account.username)
    people = db.reader().scalars(query.options(selectinload(Account.roles))).all()
    scopes = db.reader().scalars(select(StaffScope).options(joinedload(StaffScope.division))).all()
    places: dict[int, list[str]] = {}
    for one in scopes:
        places.setdefault(one.account_id, []).append(one.division.name)
    return render_template("staff/accounts.html", people=people, places=places, titles=_titles())


@blueprint.route("/accounts/add", methods=["GET", "POST"])
@needs("accounts", WRITE)
def add_account() -> ResponseReturnValue:
    """Somebody new."""
    form = _offered(NewAccountForm())
    if form.validate_on_submit() and _password_fits(form, str(form.user_name.data)):
        digest = passwords.digest(str(form.password.data))
        try:
            with db.write() as session:
                staff_accounts.add(
                    session,
                    str(form.user_name.data),
                    str(form.name.data),
                    digest,
                    str(form.role.data),
                    list(form.divisions.data or ()),
                    account().id,
                    str(form.reason.data or ""),
                )
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash(_("The new member of staff may log in now."), "ok")
            return redirect(url_for("staff.accounts"), 303)
    return render_template("staff/account.html", form=form, person=None), 422 if form.errors else 200


@blueprint.route("/accounts/<int:account_id>", methods=["GET", "POST"])
@needs("accounts", WRITE)
def edit_account(account_id: int) -> ResponseReturnValue:
    """Name, role, divisions, a new password; whatever changes ends the person's logins."""
    person = db.reader().get(Account, account_id)
    if person is None or person.kind != "staff":
        raise NotFound(f"account {account_id}")
    form = _offered(AccountForm(data=_held(person)))
    if form.validate_on_submit() and (not form.password.data or _password_fits(form, person.username)):
        digest = passwords.digest(str(form.password.data)) if form.password.data else ""
        try:
            with db.write() as session:
                staff_accounts.change(
                    session,
                    account_id,
                    name=str(form.name.data),
                    active=bool(form.active.data),
                    role=str(form.role.data),
                    divisions=list(form.divisions.data or ()),
                    password_hash=digest,
                    actor_id=account().id,
                    reason=str(form.reason.data or ""),
                )
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("staff.accounts"), 303)
    return render_template("staff/account.html", form=form, person=person), 422 if form.errors else 200


@blueprint.get("/roles/", endpoint="roles")
@needs("roles")
def all_roles() -> ResponseReturnValue:
    """Every role with what it may do."""
    known = {"rows": _matrix(), "titles": _titles(), "screens": _grantable()}
    return render_template("staff/roles.html", admin=staff_accounts.ADMIN, **known)


@blueprint.route("/roles/<int:role_id>", methods=["GET", "POST"])
@needs("roles", WRITE)
def edit_role(role_id: int) -> ResponseReturnValue:
    """What one role may do, screen by screen. The administrator's cannot be changed."""
    row = next((one for one in _matrix() if one[0].id == role_id and one[0].name != staff_accounts.ADMIN), None)
    if row is None:
        raise NotFound(f"role {role_id}")
    held, refused = row[1], False
    if request.method == "POST":
        wanted = {screen.key: request.form.get(screen.key, "") for screen in _grantable()}
        reason = request.form.get("reason", "").strip()[:300]
        if set(wanted.values()) <= {level for level, _words in LEVELS}:
            held, refused = wanted, not reason
            if not refused:
                with db.write() as session:
                    roles.change(session, role_id, wanted, account().id, reason)
                flash(_("Saved."), "ok")
                return redirect(url_for("staff.roles"), 303)
    known = {"titles": _titles(), "screens": _grantable(), "levels": LEVELS, "refused": refused}
    page = render_template("staff/role.html", role=row[0], held=held, **known)
    return page, 422 if request.method == "POST" else 200


def _held(person: Account) -> dict[str, Any]:
    codes = db.reader().scalars(select(StaffScope.division_code).where(StaffScope.account_id == person.id))
    role = person.roles[0].name if person.roles else ""
    return {"name": person.first_name, "active": person.active, "role": role, "divisions": list(codes)}


def _offered(form: Any) -> Any:
    names = db.reader().scalars(select(Role.name).order_by(Role.id)).all()
    form.role.choices = [("", ""), *((name, str(_titles().get(name, name))) for name in names)]
    form.divisions.choices = choices.of_divisions(db.reader(), scope.current())
    return form


def _password_fits(form: Any, user_name: str) -> bool:
    fault = staff_accounts.problem(str(form.password.data), user_name)
    if fault:
        add_problems(form, Refused(problems=[Problem(fault, "password")]))
    return not fault


def _titles() -> dict[str, object]:
    return roles.titles()


def _grantable() -> list[Any]:
    return [screen for screen in choices.screens().values() if screen.key not in grants.ADMIN_ONLY]


def _matrix() -> list[tuple[Role, dict[str, str]]]:
    return roles.matrix(db.reader())
