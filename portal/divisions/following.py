"""Rows that keep the division of other rows, so that lists of a county begin with an index: how they stay right.

A table whose rows hang on one row each declares itself by `LiesWith`, and that is all: a new row takes its division
from there, and follows when that one moves. A room that must reckon where its rows lie registers by `follows` what does
it. Whoever moves rows says so here (`moved`, `settle`), inside the same transaction, and knows nobody above itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, ScalarSelect, String, event, inspect, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Mapper, Session, mapped_column

from portal import db

Follow = Callable[[Session, Sequence[int]], None]
_followers: dict[str, list[Follow]] = {}


class LiesWith:
    """A row that lies where another one lies: `division_code` is a copy of that one's.

    `lies_with` is the name of the relation to it. Rows that reach their table past the mapping (`db.fill`,
    `db.insert_many`, `db.insert_unless`) say their division themselves; `places` knows it for many.
    """

    lies_with: ClassVar[str] = "learner"
    division_code: Mapped[str | None] = mapped_column(String(6))


@event.listens_for(LiesWith, "before_insert", propagate=True)
def _place(mapper: Mapper[Any], _connection: Connection, row: LiesWith) -> None:
    """A new row's division, read by its own INSERT: no statement more."""
    if row.division_code is None:
        near, far = _joint(mapper.class_)
        value = getattr(row, near.key)
        setattr(row, "division_code", _code(far, value))  # noqa: B010 -- a part of a statement stands for the value


def follows(table: str) -> Callable[[Follow], Follow]:
    """Registers a function that is called with the ids of rows of `table` that lie in another division now."""

    def register(follow: Follow) -> Follow:
        _followers.setdefault(table, []).append(follow)
        return follow

    return register


def moved(session: Session, table: str, ids: Sequence[int]) -> None:
    """Says that rows of a table lie elsewhere; what was changed in the session is written first."""
    session.flush()
    if not ids:
        return
    for model, near in _hanging_on(table):
        _settle(session, model, near.in_(ids))
    for follow in _followers.get(table, ()):
        follow(session, ids)


def settle(session: Session, model: type[LiesWith], which: ColumnElement[bool]) -> None:
    """Brings rows that were given to somebody else to where these lie, and what hangs on them with them."""
    session.flush()
    _settle(session, model, which)


def places(session: Session, model: type[Model], ids: Iterable[int]) -> dict[int, str | None]:
    """Where rows of a model lie, by id: for rows that are written past the mapping. One statement."""
    rows: Any = model
    query = select(rows.id, rows.division_code).where(db.among(rows.id, set(ids)))
    return {row.id: row.division_code for row in session.execute(query)}


def _settle(session: Session, model: Any, which: ColumnElement[bool]) -> None:
    near, far = _joint(model)
    session.execute(update(model).where(which).values(division_code=_code(far, near)))
    for hanging, key in _hanging_on(model.__tablename__):
        _settle(session, hanging, key.in_(select(model.id).where(which)))


def _code(far: InstrumentedAttribute[Any], value: Any) -> ScalarSelect[Any]:
    """The division of the row whose key is `value`."""
    return select(far.class_.division_code).where(far == value).scalar_subquery()


def _hanging_on(table: str) -> Iterator[tuple[type[LiesWith], InstrumentedAttribute[Any]]]:
    """Models whose rows lie with rows of a table, and the key that leads there."""
    for mapper in list(Model.registry.mappers):
        if issubclass(mapper.class_, LiesWith):
            near, far = _joint(mapper.class_)
            if far.class_.__tablename__ == table:
                yield mapper.class_, near


def _joint(model: type[LiesWith]) -> tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]:
    """The key of a row, and what it is the key of."""
    kin = inspect(model).relationships[model.lies_with]
    ((near, far),) = kin.local_remote_pairs
    target = kin.mapper
    return getattr(model, near.key), getattr(target.class_, target.get_property_by_column(far).key)
