"""Every row of a table as typed values, with everything that is wrong with it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.sheets.layout import Column, Layout
from portal.sheets.reading import Row, Tab
from portal.sheets.tables import Table
from portal.sheets.values import BadCell, Broken, Tidy, Value, shown
from portal.types import Problem

Rule = Callable[[dict[str, Any]], Iterable[Problem]]
_BROKEN = {
    "error": _l("This cell holds an error of the spreadsheet, for example #N/A. Type the value."),
    "formula": _l("This cell holds a formula without a result. Type the value."),
}


@dataclass(frozen=True)
class Line:
    """A row: its number in the file, its values by column key, its problems by column key, and what was typed.

    `origin` is the row of the first upload that this one repairs. Values that cannot be read are not in `data`.
    """

    number: int
    data: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    typed: dict[str, str] = field(default_factory=dict)
    origin: int | None = None

    def but(self, *problems: Problem) -> "Line":
        """The same with more problems."""
        return replace(self, problems=(*self.problems, *problems)) if problems else self


@dataclass(frozen=True)
class Report:
    """All rows of a file in their order. `headings`: what was typed as (heading, column) in their order."""

    lines: list[Line]
    headings: list[tuple[str, Column]]
    ignored: list[str]
    mark: str = ""
    hidden: bool = False  # the file hides rows; they are read like the others

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if not line.problems]

    @property
    def bad(self) -> list[Line]:
        return [line for line in self.lines if line.problems]

    def causes(self) -> list[tuple[Problem, list[Line]]]:
        """Problems with the lines that have them, the most frequent first: what one would repair in one go."""
        groups: dict[tuple[str, str], tuple[Problem, list[Line]]] = {}
        for line in self.lines:
            for problem in line.problems:
                groups.setdefault((problem.field, str(problem.message)), (problem, []))[1].append(line)
        return sorted(groups.values(), key=lambda group: -len(group[1]))


@dataclass(frozen=True)
class _Spot:
    """Where a column stands: its place in the row, its heading in our own files, and what its pattern caught."""

    at: int
    heading: str
    column: Column
    caught: tuple[str, ...] | None


def check(table: Table, rule: Rule | None = None) -> Report:
    """Reads every cell and asks `rule` about every row, even where other cells of it are wrong."""
    spots = []
    for at, key, column in table.places:
        caught = column.caught(key)
        spots.append(_Spot(at, column.title if caught is None else key, column, caught))
    lines = [_line(table, spots, row.number, row.cells, rule) for row in table.rows]
    return Report(lines, [(spot.heading, spot.column) for spot in spots], table.ignored, table.mark, table.hidden)


def again(layout: Layout, typed: Iterable[tuple[int, Mapping[str, str]]], rule: Rule | None = None) -> Report:
    """The same for rows kept as what was typed, by number and column key. For layouts without patterns."""
    columns = layout.columns
    rows = [Row(number, tuple(said.get(column.key) or None for column in columns)) for number, said in typed]
    places = [(at, column.title, column) for at, column in enumerate(columns)]
    return check(Table(Tab("", True, rows), places, rows, []), rule)


def repeated(lines: Iterable[Line], key: str) -> dict[Any, list[Line]]:
    """Lines that share a value of a column, by that value."""
    groups: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        if line.data.get(key) is not None:
            groups[line.data[key]].append(line)
    return {value: group for value, group in groups.items() if len(group) > 1}


def _line(table: Table, spots: list[_Spot], number: int, cells: tuple[Value, ...], rule: Rule | None) -> Line:
    data: dict[str, Any] = {}
    problems: list[Problem] = []
    typed: dict[str, str] = {}
    there = len(cells)
    for spot in spots:
        cell = cells[spot.at] if spot.at < there else None
        said = typed[spot.heading] = shown(cell) if cell is not None else ""
        try:
            value = _read(spot.column, cell, said) if cell is not None else None
        except BadCell as bad:
            problems.append(Problem(bad.sentence, spot.column.key, code=bad.code))
            continue
        if value is None or value == "":
            if spot.column.required:
                problems.append(Problem(_absent(table, number, spot), spot.column.key, code="REQUIRED"))
        elif spot.caught is None:
            data[spot.column.key] = value
        else:
            data.setdefault(spot.column.key, {})[spot.caught] = value
    if rule is not None:
        wrong = {problem.field for problem in problems}
        problems += [problem for problem in rule(data) if problem.field not in wrong]
    return Line(number, data, tuple(problems), typed, _origin(table, cells))


def _read(column: Column, cell: Value, said: str) -> Any:
    if isinstance(cell, Broken):
        raise BadCell(_BROKEN[cell.why], f"CELL_{cell.why.upper()}")
    if not said:
        return None
    return column.read(Tidy(said) if isinstance(cell, str) else cell)


def _origin(table: Table, cells: tuple[Value, ...]) -> int | None:
    said = shown(cells[table.origin]) if table.origin is not None and table.origin < len(cells) else ""
    return int(said) if said.isdecimal() and len(said) < 8 else None


def _absent(table: Table, number: int, spot: _Spot) -> object:
    row = number - 1
    if any(top < row <= bottom and left <= spot.at <= right for top, left, bottom, right in table.tab.merged):
        return _l("This cell is merged with the one above. Split it and fill in every row.")
    return _l("“%(title)s” is empty.", title=spot.column.title)
