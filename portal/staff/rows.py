"""What a plugin's own staff page asks about a screen: its rows as the visitor may see them."""

from typing import Any

from sqlalchemy import ColumnElement

from portal import db
from portal.errors import NotFound
from portal.staff import choices, listing, scope
from portal.staff.screens import Screen


def one(screen: type[Screen], key: str) -> Any:
    """A row of a screen. :raises NotFound: unknown, or outside the visitor's divisions."""
    row = listing.one(db.reader(), screen, key, scope.current())
    if row is None:
        raise NotFound(f"{screen.key} {key}")
    return row


def visible(screen: type[Screen]) -> ColumnElement[bool]:
    """The rows inside the visitor's divisions, as a condition on the screen's model."""
    return scope.current().clause(screen)


def places() -> list[tuple[str, str]]:
    """Code and name of the divisions the visitor may see, for a choice."""
    return [(str(code), name) for code, name in choices.of_divisions(db.reader(), scope.current())]
