"""Patterns that people do not make. Pure: each says what was seen, or None.

Every threshold leaves room for a quick and careful person: what is found is a reason to ask, never a verdict.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import pstdev
from typing import Any

PARALLEL, CLOCK, MACHINE, FAST, EVEN = "parallel", "clock", "machine", "fast", "even"

TAKEN_OVER = 6  # players that closed each other within WINDOW while both were reporting
WINDOW = timedelta(hours=1)
BEYOND_CLOCK = 300  # seconds of one lesson played faster than the server's clock
QUICKEST_PRESENCE, PRESENCES = 1.0, 5  # seconds to find the dialog and press its button, so many times running
QUICKEST_ANSWER, FEWEST_ANSWERS = 2.0, 5  # seconds to read and answer a question, on average
EVENNESS, EVEN_ANSWERS = 0.25, 9  # spread in seconds of the pauses between so many answers

Seen = dict[str, Any] | None


def beyond_clock(refused: Sequence[Sequence[Any]]) -> Seen:
    """A lesson played faster than time passes, over and over: [from, to, cause] as progress keeps them."""
    seconds = sum(end - start for start, end, cause in refused if cause == CLOCK)
    return {"seconds": seconds} if seconds >= BEYOND_CLOCK else None


def machine_presence(took: Sequence[float]) -> Seen:
    """在场确认 answered at once, every time. `took`: seconds of the answers, newest last."""
    last = list(took[-PRESENCES:])
    if len(last) == PRESENCES and max(last) < QUICKEST_PRESENCE:
        return {"answers": PRESENCES, "slowest": max(last)}
    return None


def fast_answers(started: datetime, saved: Sequence[datetime], score: int, pass_mark: int) -> Seen:
    """A passed test whose questions nobody could have read: from the start to the last answer."""
    if len(saved) < FEWEST_ANSWERS or score < pass_mark:
        return None
    seconds = (max(saved) - started).total_seconds()
    if seconds >= QUICKEST_ANSWER * len(saved):
        return None
    return {"questions": len(saved), "seconds": round(seconds, 1), "score": score}


def even_answers(saved: Sequence[datetime]) -> Seen:
    """Answers at equal distances, as a timer gives them."""
    if len(saved) < EVEN_ANSWERS:
        return None
    pauses = [(after - before).total_seconds() for before, after in pairwise(sorted(saved))]
    spread = pstdev(pauses)
    if spread >= EVENNESS:
        return None
    return {"answers": len(saved), "pause": round(sum(pauses) / len(pauses), 1), "spread": round(spread, 2)}
