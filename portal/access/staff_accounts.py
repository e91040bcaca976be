"""Accounts of staff: made by `portal create-admin` and by the demonstration."""

from collections.abc import Iterable
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.errors import NotFound, Refused
from portal.people import login_names, passwords, registration
from portal.people.models import Account, LoginName, StaffScope
from portal.types import Problem
from portal.vault import current_vault

ADMIN, COUNTY = "Admin", "county_staff"
NO_REASON = _l("Say why: the audit trail keeps it.")
SHORTEST = 12  # staff see other people's data


def problem(password: str, user_name: str) -> object:
    """What is wrong with a password for a member of staff, as a sentence, or None."""
    if len(password) < SHORTEST:
        return _l("The password of a member of staff needs at least %(count)s characters.", count=SHORTEST)
    return passwords.problem(password, user_name)


def taken(session: Session, user_name: str) -> bool:
    """Whether somebody logs in with this name."""
    return registration.taken(session, user_name) is not None


def add(
    session: Session,
    user_name: str,
    name: str,
    password_hash: str,
    role: str,
    divisions: Iterable[str] = (),
    actor_id: int | None = None,
    reason: str = "",
) -> Account:
    """A member of staff with a role, seeing these divisions and what lies below them; the administrator sees all.

    :param actor_id: who adds it; None: the command line, which needs no `reason`.
    :raises Refused: the user name is empty or taken, or no reason was given.
    """
    if actor_id is not None:
        _need(reason)
    plain = login_names.normal_form("user_name", user_name)
    if not plain or taken(session, plain):
        problem = Problem(_l("This user name is taken. Choose another one."), "user_name")
        raise Refused(problem.message, [problem])
    account = Account(
        kind="staff",
        username=plain,
        first_name=name,
        last_name="",
        active=True,
        password=password_hash,
        roles=[_role(session, role)],
    )
    session.add(account)
    session.flush()
    session.add(LoginName(account_id=account.id, kind="user_name", value=registration.index("user_name", plain)))
    divisions = sorted(set(divisions))
    session.add_all(StaffScope(account_id=account.id, division_code=code) for code in divisions)
    after = {"role": role, "divisions": divisions}
    audit.record(session, actor_id, "staff.added", account, after=after, reason=reason.strip())
    return account


def change(
    session: Session,
    account_id: int,
    *,
    name: str,
    active: bool,
    role: str,
    divisions: Iterable[str],
    actor_id: int,
    password_hash: str = "",
    reason: str = "",
) -> Account:
    """Changes a member of staff. Another role, other divisions, a new password or no admittance end all logins.

    :raises NotFound: nobody of the staff.
    :raises Refused: the actor would shut himself out, or give himself another role; or no reason was given for more
        than another name.
    """
    account = session.get(Account, account_id)
    if account is None or account.kind != "staff":
        raise NotFound(f"account {account_id}")
    before, wanted = _standing(session, account), sorted(set(divisions))
    after = {"active": active, "role": role, "divisions": wanted}
    opens = before != after or bool(password_hash)
    if account_id == actor_id and (before["active"], before["role"]) != (active, role):
        raise Refused(_l("You cannot take your own role or admittance away. Ask another administrator."))
    if opens:
        _need(reason)
    names = {name: current_vault().blind("audit", name)[:16] for name in (account.first_name, name)}
    told_before = before | {"name": names[account.first_name]}
    told_after = after | {"name": names[name]} | ({"password": "set"} if password_hash else {})
    account.first_name = name
    account.active = active
    account.roles = [_role(session, role)]
    session.execute(delete(StaffScope).where(StaffScope.account_id == account_id))
    session.add_all(StaffScope(account_id=account_id, division_code=code) for code in wanted)
    if password_hash:
        account.password = password_hash
    if opens:
        account.credentials_version += 1
    if told_before != told_after:
        audit.record(
            session, actor_id, "staff.changed", account, before=told_before, after=told_after, reason=reason.strip()
        )
    return account


def _need(reason: str) -> None:
    """What lets people in is never done without a word."""
    if not reason.strip():
        raise Refused(problems=[Problem(NO_REASON, "reason")])


def _standing(session: Session, account: Account) -> dict[str, Any]:
    codes = session.scalars(select(StaffScope.division_code).where(StaffScope.account_id == account.id))
    role = account.roles[0].name if account.roles else ""
    return {"active": account.active, "role": role, "divisions": sorted(codes)}


def _role(session: Session, name: str) -> Role:
    """The role of that name; its permissions come from `portal upgrade`."""
    found: Role | None = session.scalar(select(Role).where(Role.name == name))
    if found is None:
        found = Role(name=name)
        session.add(found)
    return found
