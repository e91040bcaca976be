"""经办人: several people act for one organisation, each with a login of their own.

    owner    has the code as user name, invites, removes and hands over; may do everything a clerk may
    clerk    may order for the organisation
    viewer   looks only

    invited (slip) -> active -> ended; clerk <-> viewer; ownership passes from one to another, never to nobody

Orders and messages are the organisation's, not a clerk's: they stay when somebody leaves.
"""

import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from portal import db
from portal.audit import service as audit
from portal.errors import Conflict, NotFound, Refused
from portal.messages import service as messages
from portal.people import codes, contact, registration
from portal.people.models import Account, Clerk, LoginName, OneTimeCode, Organisation
from portal.types import Problem

OWNER, CLERK, VIEWER = "owner", "clerk", "viewer"
GIVEN = (CLERK, VIEWER)  # roles an owner gives
MOST = 20
NO_PASSWORD = "!"  # noqa: S105 - fits none: the account opens by a slip only
_NAMES = ("credit_code", "user_name")  # kinds of a clerk's login name


def present(session: Session, account_id: int) -> Clerk | None:
    """For whom an account acts, and as what."""
    query = select(Clerk).where(Clerk.account_id == account_id, Clerk.ended_at.is_(None))
    return session.scalar(query)


def everybody(session: Session, organisation_id: int) -> list[Clerk]:
    """Who acts for an organisation now, in the order they came."""
    query = select(Clerk).where(Clerk.organisation_id == organisation_id, Clerk.ended_at.is_(None))
    return list(session.scalars(query.options(joinedload(Clerk.account)).order_by(Clerk.number)))


def owner(session: Session, organisation_id: int) -> Clerk | None:
    """Who has the code as user name."""
    return next((one for one in everybody(session, organisation_id) if one.role == OWNER), None)


def get(session: Session, organisation_id: int, clerk_id: int) -> Clerk:
    """:raises NotFound: unknown, gone, or another organisation's."""
    found = session.get(Clerk, clerk_id)
    if found is None or found.organisation_id != organisation_id or found.ended_at is not None:
        raise NotFound(f"clerk {clerk_id}")
    return found


def colleagues(session: Session, organisation_id: int) -> set[int]:
    """Accounts of everybody who acts or has acted for an organisation."""
    return set(session.scalars(select(Clerk.account_id).where(Clerk.organisation_id == organisation_id)))


def user_name(clerk: Clerk) -> str:
    """What a clerk logs in with: 91130208MA0000009X, or 91130208MA0000009X-2. Nobody can take a name of others so."""
    code = clerk.organisation.code
    return code if clerk.role == OWNER else f"{code}-{clerk.number}"


def invite(
    session: Session, organisation: Organisation, name: str, role: str, actor_id: int, now: datetime
) -> tuple[Clerk, str]:
    """A colleague with a login that opens by the slip whose code is returned.

    :raises Refused: no whole name, no such role, or too many clerks.
    """
    name, found = contact.normal_name(name), []
    if fault := contact.name_problem(name):
        found.append(Problem(fault, "name"))
    if role not in GIVEN:
        found.append(Problem(_l("Choose what this person may do."), "role"))
    if len(everybody(session, organisation.id)) >= MOST:
        found.append(Problem(_l("At most %(count)s people act for one organisation.", count=MOST), "name"))
    if found:
        raise Refused(problems=found)
    clerk = _add(session, organisation, name, role, now)
    audit.record(session, actor_id, "clerk.invited", clerk, after={"role": role})
    return clerk, codes.issue(session, clerk.account_id, codes.SLIP, now, made_by=actor_id)


def slip(session: Session, clerk: Clerk, actor_id: int, now: datetime) -> str:
    """A fresh code for a colleague; the owner's own login is no matter of the organisation.

    :raises NotFound: the owner, who asks the office.
    """
    if clerk.role == OWNER:
        raise NotFound(f"clerk {clerk.id}")
    return codes.issue(session, clerk.account_id, codes.SLIP, now, made_by=actor_id)


def owner_slip(
    session: Session, organisation: Organisation, staff_id: int, reason: str, now: datetime
) -> tuple[Clerk, str]:
    """A code for the owner who forgot the password, printed by staff. :raises NotFound: there is no owner."""
    found = owner(session, organisation.id)
    if found is None:
        raise NotFound(f"owner of organisation {organisation.id}")
    return found, codes.issue(session, found.account_id, codes.SLIP, now, made_by=staff_id, reason=reason)


def change_role(session: Session, clerk: Clerk, role: str, actor_id: int) -> None:
    """Clerk or viewer from now on; their logins end, because they showed another role.

    :raises Conflict: they are the owner by now; :raises Refused: no such role.
    """
    if role not in GIVEN:
        raise Refused(problems=[Problem(_l("Choose what this person may do."), "role")])
    before = clerk.role
    _move(session, clerk, GIVEN, role)
    clerk.account.credentials_version += 1
    messages.post(session, clerk.account_id, "clerk_role_changed", "/organisation")
    audit.record(session, actor_id, "clerk.role_changed", clerk, before={"role": before}, after={"role": role})


def remove(session: Session, clerk: Clerk, actor_id: int | None, now: datetime) -> None:
    """They act no longer: their logins, user name and codes end. What they did stays.

    :raises Conflict: the owner hands over first.
    """
    if clerk.role == OWNER:
        raise Conflict(_l("Hand the ownership over first; then this person can be removed."))
    _end(session, clerk, now)
    audit.record(session, actor_id, "clerk.removed", clerk)


def hand_over(session: Session, giver: Clerk, taker: Clerk, actor_id: int, now: datetime) -> None:
    """The owner becomes a clerk and the other one the owner, with the code as user name; both keep their passwords.

    :raises Conflict: the giver is no owner any more; :raises Refused: the taker has not opened the login yet.
    """
    if taker.account.must_change:
        raise Refused(problems=[Problem(_l("This person has not opened the login yet; print a slip first."), "taker")])
    _move(session, giver, (OWNER,), CLERK)
    _move(session, taker, GIVEN, OWNER)
    _free_names(session, giver, taker)
    for one in (giver, taker):
        _name(session, one)
        one.account.credentials_version += 1
    audit.record(session, actor_id, "clerk.handed_over", taker, before={"owner": giver.id}, after={"owner": taker.id})
    messages.post(session, taker.organisation.account_id or 0, "organisation_handed_over", "/organisation/clerks")


def appoint(
    session: Session, organisation: Organisation, name: str, phone: str, reason: str, staff_id: int, now: datetime
) -> tuple[Clerk, str]:
    """Staff put somebody in the owner's place, who has left: a new login with the code, opened by the slip returned.

    :raises Refused: no whole name, no phone or no reason; :raises Conflict: the organisation has no account.
    """
    name, phone = contact.normal_name(name), contact.normal_phone(phone)
    faults = {"name": contact.name_problem(name), "phone": contact.phone_problem(phone)}
    if not reason.strip():
        faults["reason"] = _l("Say why, and what was looked at: the audit trail keeps it.")
    if found := [Problem(fault, field) for field, fault in faults.items() if fault]:
        raise Refused(problems=found)
    if organisation.account_id is None:
        raise Conflict(_l("This organisation has not registered itself yet."))
    before = owner(session, organisation.id)
    if before is not None:
        _end(session, before, now)
    clerk = _add(session, organisation, name, OWNER, now)
    organisation.contact_name, organisation.contact_phone = name, phone
    former, reason = {"owner": before.id if before else None}, reason.strip()[:300]
    audit.record(session, staff_id, "clerk.appointed", clerk, before=former, after={"owner": clerk.id}, reason=reason)
    messages.post(session, organisation.account_id, "organisation_handed_over", "/organisation/clerks")
    return clerk, codes.issue(session, clerk.account_id, codes.SLIP, now, made_by=staff_id, reason=reason)


def _add(session: Session, organisation: Organisation, name: str, role: str, now: datetime) -> Clerk:
    account = Account(
        kind="organisation",
        username=f"o-{secrets.token_hex(8)}",
        first_name=name,
        last_name="",
        active=True,
        password=NO_PASSWORD,
        must_change=True,
    )
    session.add(account)
    session.flush()
    number = _next_number(session, organisation.id)
    clerk = Clerk(organisation=organisation, account=account, role=role, number=number, created_at=now)
    session.add(clerk)
    session.flush()
    _name(session, clerk)
    return clerk


def _move(session: Session, clerk: Clerk, sources: tuple[str, ...], role: str) -> None:
    """:raises Conflict: another window was quicker."""
    still = update(Clerk).where(Clerk.id == clerk.id, Clerk.ended_at.is_(None), Clerk.role.in_(sources))
    if not db.changed(session, still.values(role=role)):
        raise Conflict(_l("This has changed in another window. What you see now is its present state."))
    session.refresh(clerk)


def _end(session: Session, clerk: Clerk, now: datetime) -> None:
    clerk.ended_at, clerk.account.active = now, False
    clerk.account.credentials_version += 1
    _free_names(session, clerk)
    live = update(OneTimeCode).where(OneTimeCode.account_id == clerk.account_id, OneTimeCode.used_at.is_(None))
    session.execute(live.values(used_at=now))
    session.flush()


def _free_names(session: Session, *some: Clerk) -> None:
    accounts = [one.account_id for one in some]
    session.execute(delete(LoginName).where(LoginName.account_id.in_(accounts), LoginName.kind.in_(_NAMES)))


def _next_number(session: Session, organisation_id: int) -> int:
    last = session.scalar(select(func.max(Clerk.number)).where(Clerk.organisation_id == organisation_id))
    return (last or 0) + 1


def _name(session: Session, clerk: Clerk) -> None:
    """Gives the user name. One that is somebody's name of another kind, a passport's number, leads to them: the clerk
    gets the next number then. The code was looked at when the organisation registered.
    """
    while clerk.role != OWNER and registration.taken(session, user_name(clerk)) is not None:
        clerk.number = _next_number(session, clerk.organisation_id)
    kind = _NAMES[0] if clerk.role == OWNER else _NAMES[1]
    value = registration.index(kind, user_name(clerk))
    session.add(LoginName(account_id=clerk.account_id, kind=kind, value=value))
    session.flush()
