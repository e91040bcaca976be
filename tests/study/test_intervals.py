"""Intervals behave as sets of seconds: every operation against Python's own sets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.study import intervals

parts = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=8)


def seconds(raw) -> set[int]:  # type: ignore[no-untyped-def]
    return {second for start, end in raw for second in range(start, end)}


def is_cover(found: intervals.Cover) -> bool:
    """Sorted, disjoint, not touching, not empty."""
    return all(a < b for a, b in found) and all(one[1] < two[0] for one, two in pairwise(found))


@given(parts)
def test_cover_keeps_each_second_once(raw: list[tuple[int, int]]) -> None:
    found = intervals.cover(raw)
    assert is_cover(found)
    assert seconds(found) == seconds(raw)
    assert intervals.total(raw) == len(seconds(raw))


@given(parts, parts)
def test_union_in_any_order(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    assert intervals.union(one, two) == intervals.union(two, one) == intervals.union(reversed(one), two)
    assert seconds(intervals.union(one, two)) == seconds(one) | seconds(two)


@given(parts, parts)
def test_subtract(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    found = intervals.subtract(one, two)
    assert is_cover(found)
    assert seconds(found) == seconds(one) - seconds(two)


@given(parts, st.integers(1, 50))
def test_gaps_and_clip_share_a_lesson(raw: list[tuple[int, int]], length: int) -> None:
    inside, outside = intervals.clip(raw, length), intervals.gaps(raw, length)
    assert seconds(inside) | seconds(outside) == set(range(length))
    assert not seconds(inside) & seconds(outside)


@given(parts, st.integers(-3, 80))
def test_head_splits_in_the_order_played(raw: list[tuple[int, int]], amount: int) -> None:
    played = list(reversed(intervals.cover(raw)))
    taken, rest = intervals.head(played, amount)
    one_by_one = [second for start, end in played for second in range(start, end)]
    assert [s for a, b in taken for s in range(a, b)] == one_by_one[: max(0, amount)]
    assert seconds(taken) | seconds(rest) == set(one_by_one)
