"""What a list shows: parameters read strictly, one statement for the rows, one for a capped count.

The same for pages, REST and exports of both desks. What the declaration does not name can be neither searched nor
sorted. Cost does not grow with the table: counting stops at COUNTED, and pages end there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, inspect, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from werkzeug.exceptions import BadRequest

from portal.clock import SHANGHAI
from portal.db import UtcDateTime
from portal.staff.scope import Scope, along
from portal.staff.screens import Column, Filter, Screen, primary_key, relation

SIZES = (25, 50, 100)
COUNTED = 10_000
LONGEST = 100  # characters of a search
NUMBERS = 2**31


@dataclass(frozen=True)
class Wanted:
    """What somebody asked of a list. `order` is a column's name, "-" before it for descending; pages begin at 1."""

    words: str = ""
    order: str = ""
    page: int = 1
    size: int = SIZES[0]
    chosen: Mapping[str, str] = field(default_factory=dict)

    def at(self, page: int) -> "Wanted":
        """The same list, another page."""
        return replace(self, page=page)


@dataclass(frozen=True)
class Page:
    """Rows of a list. `count` is exact up to COUNTED; `more` says that there are more than that."""

    rows: list[Any]
    count: int
    more: bool
    pages: int


def read(screen: type[Screen], given: Mapping[str, str]) -> Wanted:
    """The parameters of a list.

    :raises BadRequest: an unknown parameter, a column that cannot be sorted, or a value of another kind.
    """
    known = {"q", "order", "page", "size"} | {name for one in screen.filters for name in names(one)}
    if strange := sorted(set(given) - known):
        raise BadRequest(f"unknown: {', '.join(strange)}")
    chosen = {name: value for name, value in given.items() if value and name not in {"q", "order", "page", "size"}}
    order = given.get("order", "")
    if order and order.removeprefix("-") not in {column.name for column in screen.columns if column.sort}:
        raise BadRequest("order")
    size = min(_number(given, "size", SIZES[0]), SIZES[-1])
    last = max(COUNTED // size, 1)
    page = min(_number(given, "page", 1), last)
    wanted = Wanted(given.get("q", "").strip()[:LONGEST], order, page, size, chosen)
    list(_conditions(screen, wanted))  # a wrong value is found before anything is asked of the database
    return wanted


def names(one: Filter) -> tuple[str, ...]:
    """Parameters of a filter."""
    return (f"{one.name}_from", f"{one.name}_to") if one.kind == "days" else (one.name,)


def statement(screen: type[Screen], wanted: Wanted, scope: Scope) -> Select[Any]:
    """All rows that fit, in order, with what their columns need."""
    query = select(screen.model).options(*_loads(screen, screen.columns))
    return query.where(scope.clause(screen), *_conditions(screen, wanted)).order_by(*_order(screen, wanted))


def fitting(screen: type[Screen], wanted: Wanted, scope: Scope) -> Select[Any]:
    """Keys of all rows that fit, in no order: what is counted."""
    return select(primary_key(screen.model)).where(scope.clause(screen), *_conditions(screen, wanted))


def page(session: Session, screen: type[Screen], wanted: Wanted, scope: Scope) -> Page:
    """One page of a list: two statements."""
    counting = select(func.count()).select_from(fitting(screen, wanted, scope).limit(COUNTED + 1).subquery())
    count = session.scalar(counting) or 0
    query = statement(screen, wanted, scope).limit(wanted.size).offset((wanted.page - 1) * wanted.size)
    rows = list(session.scalars(query).unique()) if count else []
    shown = min(count, COUNTED)
    return Page(rows, shown, count > COUNTED, max(-(-shown // wanted.size), 1))


def one(session: Session, screen: type[Screen], key: str, scope: Scope) -> Any | None:
    """The row of that key with all its page shows, or None when it is unknown or somebody else's."""
    value = key_of(screen, key)
    if value is None:
        return None
    query = select(screen.model).where(primary_key(screen.model) == value, scope.clause(screen))
    query = query.options(*_loads(screen, screen.shown()))
    for part in screen.parts:
        kin = relation(screen.model, part.attribute)
        assert kin is not None
        query = query.options(
            selectinload(getattr(screen.model, part.attribute)).options(
                *(_load(kin.mapper.class_, column) for column in part.columns if "." in column.path)
            )
        )
    return session.scalar(query)


def key_of(screen: type[Screen], text: str) -> Any | None:
    """A row's key from an address, or None when it can be nobody's."""
    kind = inspect(screen.model).primary_key[0].type.python_type
    if kind is not int:
        return text[:60]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and int(text) < NUMBERS else None


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise BadRequest(name)
    return int(text)


def _loads(screen: type[Screen], columns: tuple[Column, ...]) -> list[Any]:
    return [_load(screen.model, column) for column in columns if "." in column.path]


def _load(model: type[Any], column: Column) -> Any:
    """What a path needs, joined in: a list makes no statement per row."""
    option: Any = None
    for step in column.path.split(".")[:-1]:
        attribute = getattr(model, step)
        option = joinedload(attribute) if option is None else option.joinedload(attribute)
        found = relation(model, step)
        assert found is not None
        model = found.mapper.class_
    return option


def _order(screen: type[Screen], wanted: Wanted) -> list[Any]:
    key = primary_key(screen.model)
    order = wanted.order or screen.order
    down = order.startswith("-") if order else True
    name = order.removeprefix("-")
    found = next((column for column in screen.columns if column.name == name), None)
    attributes = [getattr(screen.model, found.path or found.name)] if found else []
    return [attribute.desc() if down else attribute.asc() for attribute in (*attributes, key)]


def _conditions(screen: type[Screen], wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.words and screen.find:
        yield or_(*(_found(screen, one, wanted.words) for one in screen.find))
    elif wanted.words:
        yield false()
    for filter_ in screen.filters:
        for name in names(filter_):
            if name in wanted.chosen:
                yield _narrowed(screen, filter_, name, wanted.chosen[name])


def _found(screen: type[Screen], find: Any, words: str) -> ColumnElement[bool]:
    if find.index is not None:
        digests = find.index(words)
        return along(screen.model, find.path, lambda column: column.in_(digests))
    if find.how == "is":
        return along(screen.model, find.path, lambda column: column == words)
    if find.how == "has":
        return along(screen.model, find.path, lambda column: column.icontains(words, autoescape=True))
    # A range, not LIKE: only a range uses the index on every database.
    return along(screen.model, find.path, lambda column: (column >= words) & (column < words + "\U0010ffff"))


def _narrowed(screen: type[Screen], one: Filter, name: str, text: str) -> ColumnElement[bool]:
    path = one.path or one.name
    if one.kind == "days":
        day = _day(text, name)
        upper = name.endswith("_to")
        return along(screen.model, path, lambda column: _bound(column, day, upper=upper))
    if one.kind == "number":
        number = _number({name: text}, name, 1)
        return along(screen.model, path, lambda column: column == number)
    if one.kind == "choice" and text not in one.choices:
        raise BadRequest(name)
    value: Any = {"true": True, "false": False}.get(text, text) if set(one.choices) == {"true", "false"} else text
    if value is True:  # as it stands, so that an expression may use the index of its columns
        return along(screen.model, path, lambda column: column)
    return along(screen.model, path, lambda column: column == value)


def _day(text: str, name: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(name) from error
    if not 1900 <= day.year <= 2200:
        raise BadRequest(name)
    return day


def _bound(column: Any, day: date, *, upper: bool) -> ColumnElement[bool]:
    """From the first moment of a day in China, or up to the last; dates compare as they are."""
    moment: Any = day
    if isinstance(column.type, UtcDateTime):
        after = day + timedelta(days=1) if upper else day
        moment = datetime.combine(after, time(), SHANGHAI).astimezone(UTC)
        return column < moment if upper else column >= moment  # type: ignore[no-any-return]
    return column <= moment if upper else column >= moment  # type: ignore[no-any-return]
