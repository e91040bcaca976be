"""经办人: who acts for the organisation; the owner invites, gives roles, removes and hands over."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, StringField

from portal import clock, db
from portal.access import sessions
from portal.access.guard import organisation_required, owner_required
from portal.access.visitor import account, acting, current_organisation
from portal.errors import Conflict, PortalError, Refused
from portal.people import clerks, slip_views
from portal.people.models import Clerk, Organisation
from portal.people.pages import blueprint
from portal.people.slip_views import Holder
from portal.web.forms import Form, add_problems

ROLES = {
    clerks.OWNER: (_l("Owner"), _l("Manages the logins and may do everything")),
    clerks.CLERK: (_l("Clerk"), _l("Enrols people, orders and pays")),
    clerks.VIEWER: (_l("Viewer"), _l("Looks at people and orders, changes nothing")),
}


class InviteForm(Form):
    """A colleague and what they may do."""

    name = StringField(_l("Name of the colleague"))
    role = RadioField(_l("What they may do"), default=clerks.CLERK, validate_choice=False)

    def __init__(self) -> None:
        super().__init__()
        self.role.choices = [(role, ROLES[role][1]) for role in clerks.GIVEN]


class HandOverForm(Form):
    """To whom the ownership goes."""

    taker = RadioField(_l("The new owner"), coerce=int, validate_choice=False)
    sure = BooleanField(_l("I know that I am a clerk afterwards and log in with another user name."))


@blueprint.get("/organisation/clerks")
@organisation_required
def organisation_clerks() -> ResponseReturnValue:
    """Everybody who acts for the organisation. What can be done about them, the owner sees."""
    if current_organisation().state != "approved":
        return redirect(url_for("people.organisation"), 303)
    return _page(InviteForm(), HandOverForm())


@blueprint.post("/organisation/clerks")
@owner_required
def invite_clerk() -> ResponseReturnValue:
    """A new login; the answer is its slip, shown this once."""
    form = InviteForm()
    try:
        with db.write() as session:
            organisation = _here(session)
            name, role = str(form.name.data or ""), str(form.role.data)
            clerk, code = clerks.invite(session, organisation, name, role, account().id, clock.now())
            holder = holder_of(clerk)
    except Refused as refused:
        add_problems(form, refused)
        return _page(form, HandOverForm()), 422
    return slip_views.printed(holder, code, organisation.name, url_for("people.organisation_clerks"))


@blueprint.post("/organisation/clerks/<int:clerk_id>/slip")
@owner_required
def clerk_slip(clerk_id: int) -> ResponseReturnValue:
    """Another slip for a colleague whose first one is lost, or who forgot the password."""
    with db.write() as session:
        organisation = _here(session)
        clerk = clerks.get(session, organisation.id, clerk_id)
        code = clerks.slip(session, clerk, account().id, clock.now())
        holder = holder_of(clerk)
    return slip_views.printed(holder, code, organisation.name, url_for("people.organisation_clerks"))


@blueprint.post("/organisation/clerks/<int:clerk_id>/role/<role>")
@owner_required
def clerk_role(clerk_id: int, role: str) -> ResponseReturnValue:
    """Clerk or viewer from now on."""
    return _changed(
        clerk_id,
        lambda session, clerk, _now: clerks.change_role(session, clerk, role, account().id),
        _("The role is changed; this person logs in once more."),
    )


@blueprint.post("/organisation/clerks/<int:clerk_id>/remove")
@owner_required
def remove_clerk(clerk_id: int) -> ResponseReturnValue:
    """They act no longer for the organisation."""
    return _changed(
        clerk_id,
        lambda session, clerk, now: clerks.remove(session, clerk, account().id, now),
        _("The login is closed. Lists and orders stay."),
    )


@blueprint.post("/organisation/clerks/owner")
@owner_required
def hand_over() -> ResponseReturnValue:
    """The ownership goes to a colleague; both log in anew, with the user names that fit their roles."""
    form, mine = HandOverForm(), acting()
    if not form.sure.data:
        form.sure.errors = [_("Tick this first: your user name changes.")]
        return _page(InviteForm(), form), 422
    try:
        with db.write() as session:
            organisation = _here(session)
            giver = clerks.get(session, organisation.id, mine.clerk_id if mine else 0)
            taker = clerks.get(session, organisation.id, form.taker.data or 0)
            clerks.hand_over(session, giver, taker, account().id, clock.now())
            fresh = clerks.user_name(giver)
    except PortalError as error:
        add_problems(form, error if isinstance(error, Refused) else Refused(error.message))
        return _page(InviteForm(), form), error.status
    sessions.end()
    flash(_("The ownership is handed over. Your user name is now %(name)s.", name=fresh), "ok")
    return redirect(url_for("access.login"), 303)


def _here(session: Session) -> Organisation:
    return session.get_one(Organisation, current_organisation().id)


def holder_of(clerk: Clerk) -> Holder:
    """Whom a clerk's slip is for."""
    return Holder(clerk.account.get_full_name(), _l("User name"), clerks.user_name(clerk))


def _changed(clerk_id: int, change: Callable[[Session, Clerk, datetime], None], said: str) -> ResponseReturnValue:
    try:
        with db.write() as session:
            change(session, clerks.get(session, _here(session).id, clerk_id), clock.now())
        flash(said, "ok")
    except Conflict as conflict:
        flash(str(conflict.message), "warm")
    return redirect(url_for("people.organisation_clerks"), 303)


def _page(invite: InviteForm, over: HandOverForm) -> str:
    organisation, mine = current_organisation(), acting()
    everybody = clerks.everybody(db.reader(), organisation.id)
    others = [one for one in everybody if one.role != clerks.OWNER and not one.account.must_change]
    over.taker.choices = [(one.id, str(one)) for one in others]
    return render_template(
        "people/clerks.html",
        organisation=organisation,
        clerks=everybody,
        names={one.id: clerks.user_name(one) for one in everybody},
        roles=ROLES,
        mine=mine,
        manages=mine is not None and mine.role == clerks.OWNER,
        given=clerks.GIVEN,
        form=invite,
        over=over,
    )
