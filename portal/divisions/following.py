"""Rows that keep the division of other rows, so that lists of a county begin with an index: how they stay right.

A room that copies a division registers what brings its copies up to date; whoever moves rows says so here, inside the
same transaction. A room may so be told by one below it that does not know it.
"""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

Follow = Callable[[Session, Sequence[int]], None]
_followers: dict[str, list[Follow]] = {}


def follows(table: str) -> Callable[[Follow], Follow]:
    """Registers a function that is called with the ids of rows of `table` that lie in another division now."""

    def register(follow: Follow) -> Follow:
        _followers.setdefault(table, []).append(follow)
        return follow

    return register


def moved(session: Session, table: str, ids: Sequence[int]) -> None:
    """Says that rows of a table lie elsewhere; what was changed in the session is written first."""
    session.flush()
    for follow in _followers.get(table, ()) if ids else ():
        follow(session, ids)
