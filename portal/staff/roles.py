"""Roles and what they may do: the core's as data, plugins' by their hook; written by `portal upgrade`.

A grant is written once, when its role or its screen is new. What an administrator takes away afterwards stays away,
what a switched-off plugin was granted stays.
"""

from collections.abc import Iterable, Mapping

from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_user_role
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.access import service as access
from portal.access.staff_accounts import ADMIN, COUNTY, NO_REASON
from portal.audit import service as audit
from portal.errors import NotFound, Refused
from portal.plugins import current_plugins
from portal.staff.screens import READ, WRITE
from portal.types import Problem, Role

ROLES = (
    Role(ADMIN, _l("Administrator"), {}),  # may do everything, without rows
    Role(
        COUNTY,
        _l("County staff"),
        {
            "learners": WRITE,
            "corrections": WRITE,
            "organisations": WRITE,
            "projects": READ,
            "classes": WRITE,
            "orders": READ,
            "payments": READ,
            "refunds": READ,
            "invoices": READ,
            "plans": READ,
            "credits": READ,
            "plan_courses": WRITE,
            "outside_activities": WRITE,
            "suspicions": WRITE,
            "notices": READ,
        },
    ),
)


def sync(session: Session, app: Flask) -> None:
    """Brings roles and permissions in step with the screens of this application. May be repeated."""
    fresh = _screens(session, list(app.extensions["portal_screens"]))
    known = {role.name: role for role in session.scalars(select(RoleRow).options(selectinload(RoleRow.permissions)))}
    for role in (*ROLES, *app.extensions["portal_plugins"].declared("roles")):
        row = known.get(role.name)
        new = row is None
        if row is None:
            row = known[role.name] = RoleRow(name=role.name)
            session.add(row)
        for key, level in role.screens.items():
            if new or key in fresh:
                grant(session, row, key, level)
    session.flush()


def grant(session: Session, role: RoleRow, key: str, level: str) -> None:
    """Lets a role read or write a screen; another level of the same screen is taken back. "" takes all back."""
    role.permissions = [one for one in role.permissions if one.view_menu.name != key]
    if level:
        query = select(PermissionView).join(PermissionView.view_menu).join(PermissionView.permission)
        found = session.scalar(query.where(ViewMenu.name == key, Permission.name == f"can_{level}"))
        if found is not None:
            role.permissions.append(found)


def change(session: Session, role_id: int, wanted: Mapping[str, str], actor_id: int, reason: str) -> None:
    """Gives a role these levels, screen by screen ("" for none). Whoever holds it must log in again.

    :raises NotFound: no such role, or the administrator's, which may do everything.
    :raises Refused: no reason was given.
    """
    if not reason.strip():
        raise Refused(problems=[Problem(NO_REASON, "reason")])
    role = session.get(RoleRow, role_id)
    if role is None or role.name == ADMIN:
        raise NotFound(f"role {role_id}")
    before = dict(next(levels for row, levels in matrix(session) if row.id == role_id))
    for key, level in wanted.items():
        if before.get(key, "") != level:
            grant(session, role, key, level)
    after = {**{key: level for key, level in before.items() if key not in wanted}, **wanted}
    kept = {key: level for key, level in after.items() if level}
    audit.record(session, actor_id, "roles.changed", role, before=before, after=kept, reason=reason.strip())
    holders = select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id == role_id)
    for account_id in session.scalars(holders).all():
        access.end_all(session, account_id)


def matrix(session: Session) -> list[tuple[RoleRow, dict[str, str]]]:
    """Every role with its level per screen, in the order they were made."""
    loads = selectinload(RoleRow.permissions)
    options = (loads.joinedload(PermissionView.view_menu), loads.joinedload(PermissionView.permission))
    found = []
    for role in session.scalars(select(RoleRow).options(*options).order_by(RoleRow.id)):
        pairs = sorted((one.view_menu.name, one.permission.name.removeprefix("can_")) for one in role.permissions)
        found.append((role, dict(pairs)))  # "write" sorts after "read" and includes it
    return found


def titles() -> dict[str, object]:
    """What roles are called; one an administrator made is called by its name."""
    return {role.name: role.title for role in (*ROLES, *current_plugins().declared("roles"))}


def _screens(session: Session, keys: Iterable[str]) -> set[str]:
    """Makes sure that each screen has its two permissions. Returns the screens that are new."""
    kinds = {name: _one(session, Permission, name) for name in (f"can_{READ}", f"can_{WRITE}")}
    known = set(session.scalars(select(ViewMenu.name).join(PermissionView, PermissionView.view_menu_id == ViewMenu.id)))
    fresh = [key for key in keys if key not in known]
    for key in fresh:
        menu = _one(session, ViewMenu, key)
        session.add_all(PermissionView(permission=kind, view_menu=menu) for kind in kinds.values())
    session.flush()
    return set(fresh)


def _one(session: Session, model: type, name: str) -> Permission | ViewMenu:
    found: Permission | ViewMenu | None = session.scalar(select(model).where(model.name == name))  # type: ignore[attr-defined]
    if found is None:
        found = model(name=name)
        session.add(found)
        session.flush()
    return found
