"""What may be chosen for a column that names another row: never a row of somebody else's division."""

from datetime import date
from functools import cache
from typing import Any

from flask import current_app
from flask_appbuilder import Model
from flask_babel import gettext as _
from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from portal.divisions import service as divisions
from portal.divisions.models import Division
from portal.settings import current_settings
from portal.staff.scope import Scope
from portal.staff.screens import Screen, primary_key

MOST = 500  # lines of a list; longer ones show the newest, and the one in place


def screens() -> dict[str, type[Screen]]:
    """All screens of the running application by their key."""
    found: dict[str, type[Screen]] = current_app.extensions["portal_screens"]
    return found


def target(model: type[Model], column: str) -> type[Model] | None:
    """The model a column refers to, when a to-one relation goes along it."""
    for found in inspect(model).relationships:
        if not found.uselist and [one.name for one in found.local_columns] == [column]:
            return found.mapper.class_  # type: ignore[no-any-return]
    return None


def offered(session: Session, model: type[Model], scope: Scope, present: Any) -> list[tuple[Any, str]]:
    """(key, words) of the rows that may be chosen; the one in place stays choosable."""
    if model is Division:
        found = of_divisions(session, scope)
    else:
        key = primary_key(model)
        query = select(model).order_by(key.desc()).limit(MOST)
        own = next((one for one in screens().values() if one.model is model), None)
        if own is not None:
            query = query.where(scope.clause(own))
        found = [(getattr(row, key.key), str(row)) for row in session.scalars(query)]
    if present is not None and all(value != present for value, _words in found):
        row = session.get(model, present)
        found = [(present, str(row)), *found]
    return found


def of_divisions(session: Session, scope: Scope, *, ended: bool = False) -> list[tuple[Any, str]]:
    """Divisions to choose from: the visitor's, or those of the site; `ended`: those given up after them, marked."""
    standing, past = sorted(scope.names.items()), scope.ended
    if scope.codes is None:
        rows = session.execute(_divisions(current_settings().home_division)).all()
        standing = [(row.code, row.name) for row in rows if row.valid_to is None]
        past = tuple((row.code, row.name, row.valid_to.year) for row in rows if row.valid_to is not None)
    if not ended:
        return [*standing]
    return [*standing, *((code, _("%(name)s (until %(year)s)", name=name, year=year)) for code, name, year in past)]


@cache
def _divisions(home: str) -> Select[str, str, date | None]:
    """Built once: most lists have a filter of them."""
    query = select(Division.code, Division.name, Division.valid_to).where(Division.code.in_(divisions.below(home)))
    return query.order_by(Division.code)
