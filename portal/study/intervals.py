"""Arithmetic of played time: half-open intervals of whole seconds. Pure.

An interval is (first second, second after the last). A cover is a list of them, sorted, disjoint, not touching.
"""

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]
Cover = list[Interval]
Raw = Iterable[Sequence[int]]


def cover(raw: Raw) -> Cover:
    """The same seconds, each once: sorted, merged; empty and reversed intervals vanish."""
    merged: Cover = []
    for start, end in sorted((part[0], part[1]) for part in raw if part[0] < part[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def union(one: Raw, other: Raw) -> Cover:
    """Seconds that are in either."""
    return cover([*one, *other])


def subtract(one: Raw, other: Raw) -> Cover:
    """Seconds of the first that are not in the second."""
    left: Cover = []
    holes = cover(other)
    for start, end in cover(one):
        for hole_start, hole_end in holes:
            if hole_end <= start:
                continue
            if hole_start >= end:
                break
            if start < hole_start:
                left.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            left.append((start, end))
    return left


def clip(raw: Raw, length: int) -> Cover:
    """What lies within a lesson of `length` seconds."""
    return cover((max(0, part[0]), min(length, part[1])) for part in raw)


def total(raw: Raw) -> int:
    """How many distinct seconds."""
    return sum(end - start for start, end in cover(raw))


def gaps(covered: Raw, length: int) -> Cover:
    """What of a lesson is not covered."""
    return subtract([(0, length)], covered)


def head(parts: Sequence[Interval], seconds: int) -> tuple[Cover, Cover]:
    """The first `seconds` of disjoint parts in the order given, and the rest."""
    taken: Cover = []
    rest: Cover = []
    for start, end in parts:
        middle = min(end, start + max(0, seconds))
        if start < middle:
            taken.append((start, middle))
        if middle < end:
            rest.append((middle, end))
        seconds -= middle - start
    return taken, rest
