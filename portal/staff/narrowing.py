"""What the filters of a list say: values read strictly, as conditions on what their paths lead to."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from werkzeug.exceptions import BadRequest

from portal.clock import SHANGHAI
from portal.db import UtcDateTime
from portal.staff.scope import along
from portal.staff.screens import Filter, Screen

Test = Callable[[Any], ColumnElement[bool]]


def itself(column: Any) -> Any:
    """What stands for a column in a condition: most often the column."""
    return column


def names(one: Filter) -> tuple[str, ...]:
    """Parameters of a filter."""
    return (f"{one.name}_from", f"{one.name}_to") if one.kind == "days" else (one.name,)


def conditions(
    screen: type[Screen], chosen: Mapping[str, str], seen_as: Callable[[Any], Any] = itself
) -> Iterator[ColumnElement[bool]]:
    """What was chosen, as SQL. :raises BadRequest: a value of another kind."""
    for one in screen.filters:
        for name in names(one):
            if name in chosen:
                test = _test(one, name, chosen[name])
                if one.where is not None:
                    yield one.where(chosen[name])
                else:
                    yield along(screen.model, one.path or one.name, _through(test, seen_as))


def _through(test: Test, seen_as: Callable[[Any], Any]) -> Test:
    return lambda column: test(seen_as(column))


def number(given: Mapping[str, str], name: str, default: int) -> int:
    """A parameter that is a whole number from 1. :raises BadRequest: it is something else."""
    text = given.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise BadRequest(name)
    return int(text)


def _test(one: Filter, name: str, text: str) -> Test:
    """What a value of a filter says about its column. :raises BadRequest: it is of another kind."""
    if one.kind == "days":
        day, upper = _day(text, name), name.endswith("_to")
        return lambda column: _bound(column, day, upper=upper)
    if one.kind == "number":
        wanted = number({name: text}, name, 1)
        return lambda column: column == wanted
    if one.kind == "choice" and text not in one.choices:
        raise BadRequest(name)
    value: Any = {"true": True, "false": False}.get(text, text) if set(one.choices) == {"true", "false"} else text
    if value is True:  # as it stands, so that an expression may use the index of its columns
        return lambda column: column
    return lambda column: column == value


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
