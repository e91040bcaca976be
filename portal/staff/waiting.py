"""How much waits for somebody behind each entry of the side bar: one statement for all, counting to MOST at most."""

from functools import lru_cache
from typing import Any

from flask import g
from sqlalchemy import CompoundSelect, func, literal, select, union_all

from portal import db
from portal.staff import choices, grants, listing, scope
from portal.staff.screens import STAFF, Screen

MOST = 99


def counts() -> dict[str, int]:
    """Rows that wait, by screen key, of the screens the visitor may open; MOST + 1 stands for more. Read once."""
    if "staff_waiting" not in g:
        g.staff_waiting = _read()
    found: dict[str, int] = g.staff_waiting
    return found


def _read() -> dict[str, int]:
    limits, granted = scope.current(), grants.current()
    screens = tuple(
        screen
        for screen in choices.screens().values()
        if screen.waits and screen.desk == STAFF and granted.may(screen.key)
    )
    statement = _statement(screens, limits.codes)
    return {key: count for key, count in db.reader().execute(statement) if count} if statement is not None else {}


@lru_cache(maxsize=64)
def _statement(screens: tuple[type[Screen], ...], codes: frozenset[str] | None) -> CompoundSelect[Any] | None:
    """Built once for each set of screens and divisions: building costs more than the database's answer."""
    asked = []
    for screen in screens:
        rows = listing.fitting(screen, listing.read(screen, screen.waits), scope.Scope(codes)).limit(MOST + 1)
        counted = select(func.count()).select_from(rows.subquery()).scalar_subquery()
        asked.append(select(literal(screen.key), counted))
    return union_all(*asked) if asked else None
