"""A document read page by page: each page is an equal stretch of the lesson's seconds, so the ledger of a video holds
for it too, and a page that was not open that long is a gap. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.errors import NotFound
from portal.study import intervals
from portal.study.intervals import Raw


@dataclass(frozen=True)
class Page:
    """A page, counted from 1: the seconds of the lesson it stands for, and how many of them are not credited."""

    number: int
    start: int
    end: int
    missing: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    @property
    def seconds(self) -> int:
        return self.end - self.start


def pages(count: int, seconds: int, covered: Raw) -> list[Page]:
    """All pages of a document whose reading takes at least `seconds`, shared among them in whole seconds."""
    ends = [seconds * number // count for number in range(count + 1)]
    parts = pairwise(ends)
    return [
        Page(number, start, end, intervals.total(intervals.subtract([(start, end)], covered)))
        for number, (start, end) in enumerate(parts, 1)
    ]


def part(count: int, seconds: int, number: int | None) -> tuple[int, int]:
    """The seconds one page stands for. :raises NotFound: no such page."""
    if number is None or not 1 <= number <= count:
        raise NotFound(f"page {number}")
    found = pages(count, seconds, [])[number - 1]
    return found.start, found.end


def opened(found: Sequence[Page], asked: int | None, position: int) -> Page:
    """The page to show: the one asked for, else the one left last, else the first that is not credited."""
    if asked is not None and 1 <= asked <= len(found):
        return found[asked - 1]
    left_at = next((page for page in found if page.start <= position < page.end), found[0])
    if left_at.missing or position:
        return left_at
    return next((page for page in found if page.missing), left_at)
