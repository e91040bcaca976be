"""Writing the rows of staff screens: one transaction, the rules of the screen, one audit row for each change.

The caller opens the transaction. What a workflow moves (orders, money, hours, documents) has no form and never
comes here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.errors import Conflict, NotFound, Refused
from portal.staff import forms, listing
from portal.staff.scope import Scope
from portal.staff.screens import Field, Screen, primary_key
from portal.types import Problem
from portal.vault import current_vault


def add(
    session: Session,
    screen: type[Screen],
    values: Mapping[str, Any],
    actor_id: int,
    scope: Scope,
    inlines: Mapping[str, Any] | None = None,
) -> Any:
    """A new row, with its child rows. `inlines`: relation -> form field of the child rows.

    :raises Refused: it breaks a rule of the screen, is there already, or lies outside the actor's divisions.
    """
    row = screen.model()
    _fill(row, values)
    session.add(row)
    _fill_children(session, row, inlines or {})
    _settle(session, screen, row, scope)
    after = _said(screen.fields, row, values) | _children(screen, row)
    audit.record(session, actor_id, f"{screen.key}.added", row, after=after)
    return row


def change(
    session: Session,
    screen: type[Screen],
    key: str,
    values: Mapping[str, Any],
    actor_id: int,
    scope: Scope,
    seen: str = "",
    inlines: Mapping[str, Any] | None = None,
) -> Any:
    """Changes a row and its child rows; only what differs is written and kept in the audit trail.

    :param seen: digest of what the actor saw (forms.seen), "" when nothing was shown.
    :raises NotFound: unknown, or outside the actor's divisions.
    :raises Conflict: somebody else changed it since it was shown.
    :raises Refused: as for `add`.
    """
    row = get(session, screen, key, scope)
    if seen and seen != forms.seen(screen, row):
        raise Conflict(_l("Somebody else changed this meanwhile. Open it again to see what it holds now."))
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    before = _said(screen.fields, row, differing) | _children(screen, row)
    _fill(row, differing)
    _fill_children(session, row, inlines or {})
    _settle(session, screen, row, scope)
    after = _said(screen.fields, row, differing) | _children(screen, row)
    if before != after:
        audit.record(session, actor_id, f"{screen.key}.changed", row, before=before, after=after)
    return row


def remove(session: Session, screen: type[Screen], key: str, actor_id: int, scope: Scope) -> None:
    """Deletes a row that nothing refers to.

    :raises NotFound: unknown, outside the actor's divisions, or a screen whose rows stay.
    :raises Refused: other rows refer to it.
    """
    if not screen.remove:
        raise NotFound
    row = get(session, screen, key, scope)
    before = _said(screen.fields, row, [one.name for one in screen.fields])
    audit.record(session, actor_id, f"{screen.key}.removed", row, before=before)
    session.delete(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(_l("Other entries refer to this one. It cannot be deleted.")) from error


def get(session: Session, screen: type[Screen], key: str, scope: Scope) -> Any:
    """The row to be written, read in the writing transaction. :raises NotFound: unknown, or somebody else's."""
    value = listing.key_of(screen, key)
    query = select(screen.model).where(primary_key(screen.model) == value, scope.clause(screen))
    row = session.scalar(query) if value is not None else None
    if row is None:
        raise NotFound(f"{screen.key} {key}")
    return row


def _fill(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _fill_children(session: Session, row: Any, inlines: Mapping[str, Any]) -> None:
    for attribute, field in inlines.items():
        field.session = session
        field.populate_obj(row, attribute)


def _children(screen: type[Screen], row: Any) -> dict[str, Any]:
    """What the child rows hold, in their order."""
    return {
        one.attribute: [_said(one.fields, child, [each.name for each in one.fields]) for child in kin]
        for one in screen.inlines
        if (kin := list(getattr(row, one.attribute)))
    }


def _settle(session: Session, screen: type[Screen], row: Any, scope: Scope) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "foreign key" in str(error.orig).lower():
            raise Refused(_l("Other entries refer to this one. It cannot be deleted.")) from error
        raise Refused(problems=[_clash(screen, str(error.orig))]) from error
    if screen.inlines:
        session.expire(row, [one.attribute for one in screen.inlines])  # deleted child rows still stand there

    if found := list(screen.problems(session, row)):
        raise Refused(problems=found)
    key = primary_key(screen.model)
    inside = select(key).where(key == getattr(row, key.key), scope.clause(screen))
    if session.scalar(inside) is None:
        where = screen.scope if any(one.name == screen.scope for one in screen.fields) else ""
        raise Refused(problems=[Problem(_l("This lies outside the divisions you are responsible for."), where)])


def _clash(screen: type[Screen], said: str) -> Problem:
    """The field a constraint speaks of, as far as the database names it."""
    unique = [one.name for one in screen.fields if inspect(screen.model).columns[one.name].unique]
    named = [one.name for one in screen.fields if f".{one.name}" in said or f"_{one.name}" in said]
    place = next(iter([name for name in unique if name in named] or named), "")
    return Problem(_l("There is one like this already."), place)


def _said(fields: tuple[Field, ...], row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Values as the audit trail keeps them: personal ones as digests that can be compared, never read."""
    personal = {one.name for one in fields if one.personal}
    return {name: _kept(getattr(row, name), digest=name in personal) for name in names}


def _kept(value: Any, *, digest: bool) -> Any:
    if digest and value:
        return current_vault().blind("audit", str(value))[:16]
    return value if value is None or isinstance(value, str | int | bool) else str(value)
