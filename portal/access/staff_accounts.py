"""Accounts of staff: made by `portal create-admin` and by the demonstration."""

from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.errors import Refused
from portal.people import login_names, passwords, registration
from portal.people.models import Account, LoginName, StaffScope
from portal.types import Problem

ADMIN, COUNTY = "Admin", "county_staff"
SHORTEST = 12  # staff see other people's data


def problem(password: str, user_name: str) -> object:
    """What is wrong with a password for a member of staff, as a sentence, or None."""
    if len(password) < SHORTEST:
        return _l("The password of a member of staff needs at least %(count)s characters.", count=SHORTEST)
    return passwords.problem(password, user_name)


def taken(session: Session, user_name: str) -> bool:
    """Whether somebody logs in with this name."""
    return registration.taken(session, "user_name", user_name) is not None


def add(
    session: Session,
    user_name: str,
    name: str,
    password_hash: str,
    role: str,
    divisions: Iterable[str] = (),
) -> Account:
    """A member of staff with a role, seeing these divisions and what lies below them; the administrator sees all.

    :raises Refused: the user name is empty or taken.
    """
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
    session.add_all(StaffScope(account_id=account.id, division_code=code) for code in divisions)
    audit.record(session, None, "staff.added", account, after={"role": role})
    return account


def _role(session: Session, name: str) -> Role:
    """The role of that name; its permissions come from `portal upgrade`."""
    found: Role | None = session.scalar(select(Role).where(Role.name == name))
    if found is None:
        found = Role(name=name)
        session.add(found)
    return found
