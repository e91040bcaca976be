"""Rows that fit the words of the search box, looked up from where the words stand, whatever the table's size.

Each way of finding begins with an index at its far end (a learner's name) and leads back to the rows of the screen (the
orders of that learner). A way gives up after MOST rows: whoever types one letter is asked for more of them.
"""

from collections.abc import Callable
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, CompoundSelect, Select, func, inspect, null, select, union_all

from portal.staff import choices
from portal.staff.scope import Scope
from portal.staff.screens import Find, Screen, primary_key, relation

MOST = 10_000  # rows of one way of finding

Test = Callable[[Any], ColumnElement[bool]]


def plain(column: Any) -> Any:
    """A column no index is used for: when words are searched, the rows they lead to are where reading begins."""
    return func.nullif(column, null(), type_=column.type)


def keys(screen: type[Screen], words: str, scope: Scope, most: int | None = MOST) -> CompoundSelect[Any]:
    """Keys of the rows of a screen that hold these words; `most` None: all, for an export."""
    ways = [_along(screen.model, one.path, _test(one, words), scope, most).subquery() for one in screen.find]
    return union_all(*(select(way) for way in ways))


def _along(model: type[Model], path: str, test: Test, scope: Scope, most: int | None) -> Select[Any]:
    """Keys of a model's rows whose path leads to what fits: read from the far end of the path."""
    step, _, rest = path.partition(".")
    kin = relation(model, step)
    if kin is None:
        column = getattr(model, step)
        return select(primary_key(model)).where(test(column), *_inside(model, column, scope)).limit(most)
    target = kin.mapper.class_
    found = _along(target, rest, test, scope, most)
    ((near, far),) = kin.local_remote_pairs
    if kin.uselist:
        return select(far).where(primary_key(target).in_(found)).distinct().limit(most)
    return select(primary_key(model)).where(near.in_(found)).limit(most)


def _inside(model: type[Model], column: Any, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """What lies in the visitor's divisions, where one index holds both: others need not be found first.

    Whoever sees a row sees all people it is about, so nothing that belongs to the list is missed.
    """
    own = next((one for one in choices.screens().values() if one.model is model), None)
    if own is None or scope.codes is None or not own.scope or "." in own.scope:
        return ()
    wanted = [own.scope, column.key]
    indexes = (list(index.columns.keys())[:2] for index in inspect(model).local_table.indexes)
    return (scope.clause(own),) if wanted in indexes else ()


def _test(find: Find, words: str) -> Test:
    if find.index is not None:
        digests = find.index(words)
        return lambda column: column.in_(digests)
    if find.how == "is":
        return lambda column: column == words
    if find.how == "has":
        return lambda column: column.icontains(words, autoescape=True)
    # A range, not LIKE: only a range uses the index on every database.
    return lambda column: (column >= words) & (column < words + "\U0010ffff")
