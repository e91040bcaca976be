"""The table of courses: rows of plain text, parted over pages, with the heading on each. Lengths in points.

Cells are set as plain strings: a paragraph object per cell costs six times as much.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from portal.kit import formats
from portal_certs import typeset, writing
from portal_certs.fonts import Chain, Chains
from portal_certs.layout import Column, Table
from portal_certs.snapshot import Course, Snapshot

LEADING = 1.35


@dataclass(frozen=True)
class Row:
    """The lines of each cell."""

    cells: tuple[tuple[str, ...], ...]
    strong: bool = False

    def height(self, table: Table) -> float:
        most = max(len(lines) for lines in self.cells)
        return (most - 1) * table.size * LEADING + table.size + 2 * table.padding * mm


def pages(table: Table, said: Snapshot, chains: Chains) -> list[list[Row]]:
    """The rows of each page, heading first; at least one page."""
    head = _row(table, [column.title for column in table.columns], chains["bold"], strong=True)
    found: list[list[Row]] = [[head]]
    free = table.h * mm - head.height(table)
    for row in _rows(table, said, chains):
        if row.height(table) > free and len(found[-1]) > 1:
            found.append([head])
            free = (table.y + table.h - table.next_y) * mm - head.height(table)
        found[-1].append(row)
        free -= row.height(table)
    return found


def words(table: Table, said: Snapshot) -> Iterator[str]:
    """Everything the table says, for checking that it can be printed."""
    yield table.total
    for place, course in enumerate(said.courses, 1):
        yield from (_value(table, column, course, place) for column in table.columns)
    yield from (column.title for column in table.columns)


def draw(canvas: Canvas, table: Table, rows: list[Row], top: float, chains: Chains) -> None:
    """Draws the rows of one page downwards from `top`."""
    canvas.saveState()
    canvas.setLineWidth(0.4)
    for row in rows:
        height = row.height(table)
        if row is rows[0]:
            canvas.setFillColor(HexColor(table.head))
            canvas.rect(table.x * mm, top - height, table.w * mm, height, stroke=0, fill=1)
        _cells(canvas, table, row, top, chains["bold" if row.strong else "regular"])
        top -= height
        canvas.setStrokeColor(HexColor(table.rule))
        canvas.line(table.x * mm, top, (table.x + table.w) * mm, top)
    canvas.restoreState()


def _rows(table: Table, said: Snapshot, chains: Chains) -> Iterator[Row]:
    for place, course in enumerate(said.courses, 1):
        yield _row(table, [_value(table, column, course, place) for column in table.columns], chains["regular"])
    totals = {"title": table.total, "hours": formats.hours(said.hours())}
    yield _row(table, [totals.get(column.value, "") for column in table.columns], chains["bold"], strong=True)


def _row(table: Table, values: list[str], chain: Chain, strong: bool = False) -> Row:
    cells = (
        tuple(typeset.wrap(value, chain, (column.w - 2 * table.padding) * mm, table.size))
        for column, value in zip(table.columns, values, strict=True)
    )
    return Row(tuple(cells), strong)


def _value(table: Table, column: Column, course: Course, place: int) -> str:
    return {
        "place": str(place),
        "year": str(course.year),
        "kind": table.kinds.get(course.kind, course.kind),
        "title": course.title,
        "hours": formats.hours(course.hours),
        "earned_on": f"{course.earned_on:%Y-%m-%d}" if course.earned_on else "",
    }[column.value]


def _cells(canvas: Canvas, table: Table, row: Row, top: float, chain: Chain) -> None:
    canvas.setFillColor(HexColor(table.colour))
    left = table.x * mm
    for column, lines in zip(table.columns, row.cells, strict=True):
        inner = (column.w - 2 * table.padding) * mm
        for place, line in enumerate(lines):
            slack = inner - chain.width(line, table.size)
            x = left + table.padding * mm + slack * {"left": 0, "center": 0.5, "right": 1}[column.align]
            y = top - table.padding * mm - table.size * 0.88 - place * table.size * LEADING
            writing.write(canvas, chain, line, x, y, table.size)
        left += column.w * mm
