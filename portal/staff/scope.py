"""Which rows the visitor may see: those of the divisions a member of staff is responsible for.

The one place where a row's division becomes SQL; lists, pages, exports, REST, choices and writes all come here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import g
from flask_appbuilder import Model
from sqlalchemy import ColumnElement, literal, select, true

from portal import db
from portal.access.visitor import current_account
from portal.divisions.models import Division
from portal.people.models import StaffScope
from portal.staff import grants
from portal.staff.screens import Screen, relation


@dataclass(frozen=True)
class Scope:
    """Divisions of a visitor. `codes` None: all of them; old codes are among them, because rows still carry them.

    `roots` are the names of those that were given, `names` of all that stand today; `ended` has code, name and last
    year of the others.
    """

    codes: frozenset[str] | None = frozenset()
    roots: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    ended: tuple[tuple[str, str, int], ...] = ()

    def clause(
        self, screen: type[Screen], seen_as: Callable[[Any], Any] = lambda column: column
    ) -> ColumnElement[bool]:
        """The rows of a screen that lie inside. `seen_as`: what stands for the column in the condition."""
        if self.codes is None or not screen.scope:
            return true()
        codes = sorted(self.codes)
        if len(codes) == 1:
            return along(screen.model, screen.scope, lambda column: seen_as(column) == codes[0])
        return along(screen.model, screen.scope, lambda column: seen_as(column).in_(codes))

    def one_by_one(self, screen: type[Screen]) -> list[ColumnElement[bool]]:
        """A condition for each division, where a row itself keeps its own; else none.

        Each is a stretch of an index in the order of the list; of all divisions together no index has the order.
        """
        if self.codes is None or not screen.scope or "." in screen.scope:
            return []
        column = getattr(screen.model, screen.scope)
        return [column == code for code in sorted(self.codes)]


def current() -> Scope:
    """The visitor's divisions. An administrator sees all; whoever was given none sees nothing. One statement."""
    if "staff_divisions" not in g:
        account = current_account()
        everything = grants.current().admin
        g.staff_divisions = Scope(None) if everything else _read(account.id if account else 0)
    found: Scope = g.staff_divisions
    return found


def _read(account_id: int) -> Scope:
    given = select(StaffScope.division_code.label("code"), literal(1).label("root"))
    tree = given.where(StaffScope.account_id == account_id).cte(recursive=True)
    tree = tree.union(select(Division.code, literal(0)).join(tree, Division.parent_code == tree.c.code))
    query = select(Division.code, Division.name, Division.valid_to, tree.c.root).join(
        tree, tree.c.code == Division.code
    )
    rows = db.reader().execute(query.order_by(Division.code)).all()
    names = {row.code: row.name for row in rows if row.valid_to is None}
    ended = tuple((row.code, row.name, row.valid_to.year) for row in rows if row.valid_to is not None)
    return Scope(frozenset(row.code for row in rows), tuple(row.name for row in rows if row.root), names, ended)


def along(model: type[Model], path: str, test: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """A condition on what a path leads to; relations become EXISTS, so rows are never doubled."""
    step, _, rest = path.partition(".")
    attribute = getattr(model, step)
    found = relation(model, step)
    if found is None:
        return test(attribute)
    inner = along(found.mapper.class_, rest, test)
    condition: ColumnElement[bool] = attribute.any(inner) if found.uselist else attribute.has(inner)
    return condition
