"""What waits for somebody behind each entry of the side bar: one statement for all, counting no further than MOST."""

from flask import g
from sqlalchemy import func, literal, select, union_all

from portal import db
from portal.staff import choices, grants, listing, scope
from portal.staff.screens import STAFF

MOST = 99


def counts() -> dict[str, int]:
    """Rows that wait, by screen key, of the screens the visitor may open; MOST + 1 stands for more. Read once."""
    if "staff_waiting" not in g:
        g.staff_waiting = _read()
    found: dict[str, int] = g.staff_waiting
    return found


def _read() -> dict[str, int]:
    limits, granted = scope.current(), grants.current()
    asked = []
    for screen in choices.screens().values():
        if screen.waits and screen.desk == STAFF and granted.may(screen.key):
            rows = listing.fitting(screen, listing.read(screen, screen.waits), limits).limit(MOST + 1).subquery()
            asked.append(select(literal(screen.key), select(func.count()).select_from(rows).scalar_subquery()))
    return {key: count for key, count in db.reader().execute(union_all(*asked)) if count} if asked else {}
