"""What a list shows: parameters read strictly, one statement for the rows, one for a capped count.

The same for pages, REST and exports of both desks. What the declaration does not name can be neither searched nor
sorted. Cost does not grow with the table: counting stops at COUNTED, numbered pages end there, and from any page the
next one is found by the row the page ends with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SelectBase,
    false,
    func,
    inspect,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, joinedload, selectinload
from werkzeug.exceptions import BadRequest

from portal.staff import searching
from portal.staff.narrowing import conditions, itself, names, number
from portal.staff.scope import Scope
from portal.staff.screens import Column, Filter, Screen, indexed, primary_key, relation

SIZES = (25, 50, 100)
COUNTED = 10_000
LONGEST = 100  # characters of a search
PLAIN = {"q", "order", "page", "size", "turn"}  # parameters of every list
NUMBERS = 2**31


@dataclass(frozen=True)
class Wanted:
    """What somebody asked of a list. `order` is a column's name, "-" before it for descending; pages begin at 1.

    `past`: key of the row the page begins after, or ends before when `back`; "": it is found by its number.
    """

    words: str = ""
    order: str = ""
    page: int = 1
    size: int = SIZES[0]
    chosen: Mapping[str, str] = field(default_factory=dict)
    past: str = ""
    back: bool = False

    def at(self, page: int) -> "Wanted":
        """The same list, another page."""
        return replace(self, page=page)


@dataclass(frozen=True)
class Page:
    """Rows of a list. `count` is exact up to COUNTED; `more` says that there are more than that.

    `before` and `after` are what the parameter `turn` takes to the neighbouring pages, "" where there is none or where
    they go by number. `broad`: the words fit so much that not all of it was looked at.
    """

    rows: list[Any]
    count: int
    more: bool
    pages: int
    before: str = ""
    after: str = ""
    broad: bool = False


def read(screen: type[Screen], given: Mapping[str, str]) -> Wanted:
    """The parameters of a list.

    :raises BadRequest: an unknown parameter, a column that cannot be sorted, or a value of another kind.
    """
    known = PLAIN | {name for one in screen.filters for name in names(one)}
    if strange := sorted(set(given) - known):
        raise BadRequest(f"unknown: {', '.join(strange)}")
    chosen = {name: value for name, value in given.items() if value and name not in PLAIN}
    order = given.get("order", "")
    if order and order.removeprefix("-") not in {column.name for column in screen.columns if column.sort}:
        raise BadRequest("order")
    size = min(number(given, "size", SIZES[0]), SIZES[-1])
    last = max(COUNTED // size, 1)
    page = min(number(given, "page", 1), last)
    words = given.get("q", "").strip()[:LONGEST]
    wanted = _turned(screen, Wanted(words, order, page, size, chosen), given.get("turn", ""))
    list(conditions(screen, wanted.chosen))  # a wrong value is found before anything is asked of the database
    return wanted


def _turned(screen: type[Screen], wanted: Wanted, text: str) -> Wanted:
    """The list at a page told by a row beside it: "401.after.123", "399.before.99"."""
    if not text:
        return wanted
    at, _, place = text.partition(".")
    way, _, key = place.partition(".")
    if way not in ("after", "before") or key_of(screen, key) is None or not _steady(screen, wanted):
        raise BadRequest("turn")
    return replace(wanted, page=number({"turn": at}, "turn", 1), past=key, back=way == "before")


def statement(screen: type[Screen], wanted: Wanted, scope: Scope, *further: ColumnElement[bool]) -> Select[Any]:
    """All rows that fit, in order, with what their columns need."""
    query = select(screen.model).options(*_loads(screen, screen.columns))
    fits = _fits(screen, wanted, scope, _found(screen, wanted, scope, None))
    return query.where(*fits, *further).order_by(*_order(screen, wanted))


def fitting(screen: type[Screen], wanted: Wanted, scope: Scope, most: int | None = searching.MOST) -> Select[Any]:
    """Keys of all rows that fit, in no order: what is counted."""
    return select(primary_key(screen.model)).where(*_fits(screen, wanted, scope, _found(screen, wanted, scope, most)))


def page(session: Session, screen: type[Screen], wanted: Wanted, scope: Scope) -> Page:
    """One page of a list: two statements."""
    count, broad = session.execute(_counted(screen, wanted, scope)).one()
    rows = list(session.scalars(_cut(screen, wanted, scope)).unique()) if count else []
    following = wanted.back or len(rows) > wanted.size
    rows = rows[: wanted.size][:: -1 if wanted.back else 1]
    shown = min(count, COUNTED)
    pages = max(-(-shown // wanted.size), 1)
    links = _turns(screen, wanted, rows) if _steady(screen, wanted) else ("", "")
    return Page(rows, shown, count > COUNTED, pages, links[0], links[1] if following else "", bool(broad))


def _counted(screen: type[Screen], wanted: Wanted, scope: Scope) -> Select[Any, Any]:
    """How many rows fit, up to one more than COUNTED, and whether the words led to more than were looked at."""
    if not (wanted.words and screen.find):
        return select(_number(fitting(screen, wanted, scope).limit(COUNTED + 1)), literal(0))
    found = searching.keys(screen, wanted.words, scope).cte("found")  # looked up once, counted twice
    rows = select(primary_key(screen.model)).where(*_fits(screen, wanted, scope, select(found)))
    return select(_number(rows.limit(COUNTED + 1)), _number(select(found)) >= searching.MOST)


def _number(rows: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def _cut(screen: type[Screen], wanted: Wanted, scope: Scope) -> Select[Any]:
    """The rows of one page and one more, which says that others follow; backwards when the page before is wanted.

    Where no index has their order, only keys are sorted: what the columns show is read for the rows of the page.
    """
    key, skipped = primary_key(screen.model), 0 if wanted.past else (wanted.page - 1) * wanted.size
    many, beyond = wanted.size + 1, _beyond(screen, wanted)
    ways = _ways(screen, wanted, scope)
    if not ways:
        return statement(screen, wanted, scope, *beyond).limit(many).offset(skipped)
    arms = [
        select(key).where(*one, *beyond).order_by(*_order(screen, wanted)).limit(skipped + many).subquery()
        for one in ways
    ]
    query = select(screen.model).options(*_loads(screen, screen.columns))
    query = query.where(key.in_(union_all(*(select(arm) for arm in arms))))
    return query.order_by(*_order(screen, wanted, searching.plain)).limit(many).offset(skipped)


def _ways(screen: type[Screen], wanted: Wanted, scope: Scope) -> list[list[ColumnElement[bool]]]:
    """Conditions of the parts a list is put together from; none where an index has all of it in its order."""
    if wanted.words:
        return [_fits(screen, wanted, scope, _found(screen, wanted, scope, searching.MOST))]
    stretches = scope.one_by_one(screen)
    narrow = list(conditions(screen, wanted.chosen))
    return [[one, *narrow] for one in stretches] if len(stretches) > 1 else []


def _beyond(screen: type[Screen], wanted: Wanted) -> list[ColumnElement[bool]]:
    """Rows after (or before) the one a page was left at: found by an index, however far down the list."""
    if not wanted.past:
        return []
    key, value = primary_key(screen.model), key_of(screen, wanted.past)
    columns, down = _sorting(screen, wanted)
    there = [select(one).where(key == value).scalar_subquery() for one in columns]
    seen_as = searching.plain if wanted.words else itself
    here = tuple_(*(seen_as(one) for one in (*columns, key)))
    left = tuple_(*there, literal(value, key.type))
    return [here < left if down != wanted.back else here > left]


def _turns(screen: type[Screen], wanted: Wanted, rows: list[Any]) -> tuple[str, str]:
    """What the links to the page before and to the one after say."""
    if not rows:
        return "", ""
    name = primary_key(screen.model).key
    first, last = getattr(rows[0], name), getattr(rows[-1], name)
    before = f"{wanted.page - 1}.before.{first}" if wanted.page > 1 else ""
    return before, f"{wanted.page + 1}.after.{last}"


def _steady(screen: type[Screen], wanted: Wanted) -> bool:
    """Whether every row has a place behind another one: not where rows lack what they are sorted by."""
    columns, _down = _sorting(screen, wanted)
    names = {path for path, _filter in _days(screen, wanted)}
    return all(not inspect(screen.model).columns[one.key].nullable or one.key in names for one in columns)


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


def _sorting(screen: type[Screen], wanted: Wanted) -> tuple[list[Any], bool]:
    """What a list is sorted by, before its key, and whether downwards.

    Nobody having chosen an order, days that were asked for are read by an index over them.
    """
    order = wanted.order or next((f"-{path}" for path, _filter in _days(screen, wanted)), screen.order)
    down = order.startswith("-") if order else True
    name = order.removeprefix("-")
    paths = {column.name: column.path or column.name for column in screen.columns}
    path = paths.get(name, name)  # of a filter by days: it need not be a column of the list
    return [getattr(screen.model, path)] if path else [], down


def _days(screen: type[Screen], wanted: Wanted) -> list[tuple[str, Filter]]:
    """Filters by days that are used, by their own column, where an index has it."""
    asked = ((one.path or one.name, one) for one in screen.filters if one.kind == "days")
    used = ((path, one) for path, one in asked if any(name in wanted.chosen for name in names(one)))
    return [(path, one) for path, one in used if "." not in path and indexed(screen.model, path)]


def _order(screen: type[Screen], wanted: Wanted, seen_as: Callable[[Any], Any] = itself) -> list[Any]:
    columns, down = _sorting(screen, wanted)
    seen_as = searching.plain if wanted.words and screen.find else seen_as
    named = [seen_as(one) for one in (*columns, primary_key(screen.model))]
    return [one.desc() if down != wanted.back else one.asc() for one in named]


def _found(screen: type[Screen], wanted: Wanted, scope: Scope, most: int | None) -> SelectBase | None:
    """Keys of the rows the words lead to; `most`: rows that each way of finding them gives."""
    return searching.keys(screen, wanted.words, scope, most) if wanted.words and screen.find else None


def _fits(screen: type[Screen], wanted: Wanted, scope: Scope, found: SelectBase | None) -> list[ColumnElement[bool]]:
    """All conditions of a list. With words, only the rows these lead to are read, by their keys."""
    if not wanted.words:
        return [scope.clause(screen), *conditions(screen, wanted.chosen)]
    if found is None:
        return [false()]
    among = primary_key(screen.model).in_(found)
    return [among, scope.clause(screen, searching.plain), *conditions(screen, wanted.chosen, searching.plain)]
