"""Charts as the page draws them: columns and bars in per cent, each a link to the rows it counts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.staff.figures import Span


@dataclass(frozen=True)
class Column:
    """One column: heights in per cent of the axis, what stands above and below it, where it leads."""

    label: str
    said: str
    value: str
    height: float
    other: float
    url: str
    running: bool


@dataclass(frozen=True)
class Chart:
    """Columns under an axis of three figures."""

    columns: tuple[Column, ...]
    top: int

    @property
    def axis(self) -> tuple[int, int, int]:
        return self.top, self.top // 2, 0


def columns(
    spans: Iterable[Span],
    *,
    unit: int,
    label: Callable[[Span], str],
    said: Callable[[Span, str], str],
    url: Callable[[Span], str],
    named: int,
) -> Chart:
    """A chart of spans. `unit` turns rows' units into the axis's; the last `named` columns carry their figure."""
    spans = list(spans)
    sums = [max(span.value + span.other, 0) / unit for span in spans]
    top = round_up(max([*sums, 1]))
    made = []
    for place, (span, whole) in enumerate(zip(spans, sums, strict=True)):
        figure = f"{whole:,.0f}" if whole >= 10 or whole == int(whole) else f"{whole:,.1f}"
        shown = figure if place >= len(spans) - named and whole else ""
        other = max(span.other, 0) / unit
        scale = 100 / top
        column = Column(
            label(span), said(span, figure), shown, (whole - other) * scale, other * scale, url(span), span.running
        )
        made.append(column)
    return Chart(tuple(made), top)


def round_up(value: float) -> int:
    """The next even figure that reads well at the top of an axis: 2, 4, 10, 20, 40, 100 ..."""
    step = 1
    while True:
        for top in (2, 4, 6, 8, 10):
            if value <= top * step:
                return top * step
        step *= 10
