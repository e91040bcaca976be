"""Prices of lines: the courses' shares always add up to the line."""

from hypothesis import given
from hypothesis import strategies as st

from portal.orders.pricing import price_courses, share
from portal.rules.rules import Pricing

hours = st.integers(0, 2000)
prices = st.integers(0, 50_000)
courses = st.lists(st.tuples(hours, prices), min_size=1, max_size=20)
amounts = st.integers(0, 100_000)


@given(courses, st.booleans())
def test_by_course_is_the_catalogue(chosen: list[tuple[int, int]], in_project: bool) -> None:
    assert price_courses(Pricing(), chosen, in_project) == [price for _, price in chosen]


@given(courses, amounts)
def test_by_project_is_one_sum(chosen: list[tuple[int, int]], amount: int) -> None:
    assert sum(price_courses(Pricing(by="project", amount=amount), chosen, True)) == amount


@given(courses, amounts)
def test_a_line_outside_projects_has_no_project_price(chosen: list[tuple[int, int]], amount: int) -> None:
    assert price_courses(Pricing(by="project", amount=amount), chosen, False) == [price for _, price in chosen]


@given(courses, amounts, st.booleans())
def test_by_hour_rounds_once(chosen: list[tuple[int, int]], amount: int, in_project: bool) -> None:
    total = sum(price_courses(Pricing(by="hour", amount=amount), chosen, in_project))
    exact = sum(hour for hour, _ in chosen) * amount / 100
    assert abs(total - exact) <= 0.5


def test_by_hour_in_figures() -> None:
    assert price_courses(Pricing(by="hour", amount=250), [(1200, 9), (850, 9)], True) == [3000, 2125]


@given(amounts, st.lists(hours, min_size=1, max_size=20))
def test_shares_are_fair_and_whole(total: int, weights: list[int]) -> None:
    parts = share(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part - total * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True))
    else:
        assert max(parts) - min(parts) <= 1
