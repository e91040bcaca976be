"""Every row of a table as typed values, with everything that is wrong with it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.sheets.layout import Column
from portal.sheets.tables import Table
from portal.sheets.values import BadCell, Broken, Value, shown
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
        return replace(self, problems=(*self.problems, *problems))


@dataclass(frozen=True)
class Report:
    """All rows of a file in their order. `headings`: what was typed as (heading, column) in their order."""

    lines: list[Line]
    headings: list[tuple[str, Column]]
    ignored: list[str]
    mark: str = ""

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


def check(table: Table, rule: Rule | None = None) -> Report:
    """Reads every cell and asks `rule` about every row, even where other cells of it are wrong."""
    headings = [(_heading(column, key), column) for _at, key, column in table.places]
    lines = [_line(table, row.number, row.cells, rule) for row in table.rows]
    return Report(lines, headings, table.ignored, table.mark)


def repeated(lines: Iterable[Line], key: str) -> dict[Any, list[Line]]:
    """Lines that share a value of a column, by that value."""
    groups: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        if line.data.get(key) is not None:
            groups[line.data[key]].append(line)
    return {value: group for value, group in groups.items() if len(group) > 1}


def _line(table: Table, number: int, cells: tuple[Value, ...], rule: Rule | None) -> Line:
    data: dict[str, Any] = {}
    problems: list[Problem] = []
    typed: dict[str, str] = {}
    for at, heading, column in table.places:
        cell = cells[at] if at < len(cells) else None
        typed[_heading(column, heading)] = shown(cell)
        try:
            _keep(data, column, heading, _read(column, cell))
        except BadCell as bad:
            problems.append(Problem(bad.sentence, column.key))
        else:
            if column.required and column.key not in data:
                problems.append(Problem(_absent(table, number, at, column), column.key))
    if rule is not None:
        problems += [problem for problem in rule(data) if not any(problem.field == p.field for p in problems)]
    origin = cells[table.origin] if table.origin is not None and table.origin < len(cells) else None
    digits = shown(origin)
    return Line(number, data, tuple(problems), typed, int(digits) if digits.isdecimal() and len(digits) < 8 else None)


def _read(column: Column, cell: Value) -> Any:
    if isinstance(cell, Broken):
        raise BadCell(_BROKEN[cell.why])
    return column.read(cell) if shown(cell) else None


def _keep(data: dict[str, Any], column: Column, heading: str, value: Any) -> None:
    if value is None or value == "":
        return
    caught = column.caught(heading)
    if caught is not None:
        data.setdefault(column.key, {})[caught] = value
    else:
        data[column.key] = value


def _absent(table: Table, number: int, at: int, column: Column) -> object:
    row = number - 1
    if any(top < row <= bottom and left <= at <= right for top, left, bottom, right in table.tab.merged):
        return _l("This cell is merged with the one above. Split it and fill in every row.")
    return _l("“%(title)s” is empty.", title=column.title)


def _heading(column: Column, heading: str) -> str:
    """What a column is headed in our own files: its title, or for a patterned one the heading that was typed."""
    return column.title if column.caught(heading) is None else heading
