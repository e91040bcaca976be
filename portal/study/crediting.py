"""What a report of played time is worth. Pure: the server's clock is passed in, the browser's is never asked.

Wall time is spent like money: every second of it pays for at most one second of study, once, in one place.
`paid_until` is the moment up to which it is spent; it never moves back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.study import intervals
from portal.study.intervals import Cover, Raw

# Reports arrive late and early; wall time not yet spent may wait this long for its report.
# It is waiting, not a gift: the sum of credited seconds never exceeds the wall time.
CARRY = timedelta(seconds=15)
# A player without network keeps what was played; after longer silence only this much is made up.
OFFLINE = timedelta(minutes=30)
# Media lengths are rounded to whole seconds, so the last one may not be playable.
SLACK = 1

CLOCK, OTHER_PLAYER, SILENT, SKIPPED, AHEAD = "clock", "other_player", "silent", "skipped", "ahead"
UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Worth:
    """`credited` is new, `refused` was played but not paid for."""

    credited: Cover
    refused: Cover
    paid_until: datetime


def worth(played: Sequence[Sequence[int]], covered: Raw, length: int, paid_until: datetime, until: datetime) -> Worth:
    """Pays for what was played first, second by second, until the wall time is spent.

    :param played: intervals in the order they were played; what was credited before costs nothing again
    :param until: now, or the moment the session was closed
    """
    fresh: Cover = []
    for part in played:
        fresh += intervals.subtract(intervals.clip([part], length), [*covered, *fresh])
    budget = max(timedelta(0), min(until - paid_until, OFFLINE + CARRY))
    credited, refused = intervals.head(fresh, int(budget.total_seconds()))
    spent = paid_until + timedelta(seconds=intervals.total(credited))
    return Worth(credited, refused, max(paid_until, spent, until - CARRY))


def is_complete(covered: Raw, length: int) -> bool:
    """The whole lesson is credited, give or take SLACK."""
    return intervals.total(intervals.clip(covered, length)) >= length - SLACK


@dataclass(frozen=True)
class Gap:
    """Seconds of a lesson that are not credited, and why."""

    start: int
    end: int
    cause: str

    @property
    def seconds(self) -> int:
        return self.end - self.start


# [first second, second after the last, cause], as JSON keeps it
Refusals = Sequence[Sequence[Any]]


def explained(covered: Raw, refused: Refusals, length: int) -> list[Gap]:
    """Gaps with causes: what was refused there; else skipped, or AHEAD after the last second that was played."""
    covered = intervals.cover(covered)
    if is_complete(covered, length):
        return []
    reached = min(length, max([0, *(end for _, end in covered), *(end for _, end, _ in refused)]))
    parts = [part for gap in intervals.gaps(covered, length) for part in _split(*gap, reached)]
    return [Gap(start, end, AHEAD if start >= reached else _cause(start, end, refused)) for start, end in parts]


def _split(start: int, end: int, at: int) -> list[tuple[int, int]]:
    return [(start, at), (at, end)] if start < at < end else [(start, end)]


def _cause(start: int, end: int, refused: Refusals) -> str:
    """The newest refusal that touches the gap."""
    touching = (cause for note_start, note_end, cause in reversed(refused) if note_start < end and start < note_end)
    return next(touching, SKIPPED)


def kept(refused: Refusals, covered: Raw, limit: int = 20) -> list[list[Any]]:
    """The newest refusals that still explain something: those not credited since."""
    covered = intervals.cover(covered)
    return [list(note) for note in refused if intervals.subtract([note[:2]], covered)][-limit:]
