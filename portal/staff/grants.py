"""What the visitor may do: read once per request, asked for every view, menu entry and button."""

from dataclasses import dataclass

from flask import g
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import bindparam, select

from portal import db
from portal.access.staff_accounts import ADMIN
from portal.access.visitor import current_account
from portal.staff.screens import READ, WRITE

# Not in the permission table: whoever may give roles may do everything, so nobody but an administrator does.
ADMIN_ONLY = frozenset({"accounts", "roles", "imports"})


@dataclass(frozen=True)
class Grants:
    """What somebody may do. An administrator may do everything, also on a screen that arrived a minute ago."""

    staff: bool = False
    admin: bool = False
    given: frozenset[tuple[str, str]] = frozenset()  # (screen key, level)

    def may(self, key: str, level: str = READ) -> bool:
        """Whether a screen may be read or written. Writing includes reading."""
        if not self.staff or key in ADMIN_ONLY:
            return self.admin
        return self.admin or (key, level) in self.given or (level == READ and (key, WRITE) in self.given)


NOBODY = Grants()


def current() -> Grants:
    """What the visitor may do. One statement per request."""
    if "staff_grants" not in g:
        account = current_account()
        g.staff_grants = _read(account.id) if account is not None and account.kind == "staff" else NOBODY
    found: Grants = g.staff_grants
    return found


_held, _given = assoc_user_role, assoc_permissionview_role
# Built once: each page of a desk asks it.
_GIVEN = (
    select(Role.name, ViewMenu.name, Permission.name)
    .join(_held, _held.c.role_id == Role.id)
    .outerjoin(_given, _given.c.role_id == Role.id)
    .outerjoin(PermissionView, PermissionView.id == _given.c.permission_view_id)
    .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    .outerjoin(Permission, Permission.id == PermissionView.permission_id)
    .where(_held.c.user_id == bindparam("account"))
)


def _read(account_id: int) -> Grants:
    rows = db.reader().execute(_GIVEN, {"account": account_id}).all()
    pairs = frozenset((screen, name.removeprefix("can_")) for _role, screen, name in rows if screen and name)
    return Grants(True, any(role == ADMIN for role, *_ in rows), pairs)
