"""Choosing courses: judged strictly, completed at least cost."""

from collections.abc import Iterable
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue import choice
from portal.catalogue.choice import Offer
from portal.catalogue.models import Course
from portal.rules.rules import MAJOR, PUBLIC, Pricing, Rules

courses = st.tuples(
    st.sampled_from([MAJOR, MAJOR, PUBLIC]),
    st.sampled_from([0, 100, 200, 250, 600, 800, 1000, 1250]),
    st.integers(0, 40).map(lambda yuan: yuan * 50),
    st.booleans(),
)
rule_sets = st.builds(
    lambda major, public, by, amount: Rules(
        project_hours={MAJOR: major, PUBLIC: public}, pricing=Pricing(by=by, amount=amount)
    ),
    st.sampled_from([0, 333, 1000, 2450, 3000]),
    st.sampled_from([0, 600, 1000]),
    st.sampled_from(["course", "hour", "project"]),
    st.integers(0, 300),
)


def offer(at: int, kind: str, hours: int, price: int, compulsory: bool = False) -> Offer:
    return Offer(Course(id=at, title=f"课程{at}", kind=kind, hours=hours, price=price), compulsory)


@st.composite
def offered(draw: st.DrawFn) -> tuple[list[Offer], set[int]]:
    offers = [offer(at, *drawn) for at, drawn in enumerate(draw(st.lists(courses, max_size=8)), start=1)]
    chosen = draw(st.sets(st.sampled_from([one.course.id for one in offers]))) if offers else set()
    return offers, chosen


def enough(offers: list[Offer], taken: set[int], rules: Rules) -> bool:
    sums = {
        kind: sum(one.course.hours for one in offers if one.course.kind == kind and one.course.id in taken)
        for kind in (MAJOR, PUBLIC)
    }
    return all(sums[kind] >= need for kind, need in rules.project_hours.items())


@given(offered(), rule_sets)
def test_what_a_list_says_of_the_price_is_what_filling_costs(drawn: tuple[list[Offer], set[int]], rules: Rules) -> None:
    majors = [one for one in drawn[0] if one.course.kind == MAJOR]
    weighed = [choice.Weighed(one.course.hours, one.course.price, one.compulsory) for one in majors]
    only = rules.model_copy(update={"project_hours": {MAJOR: rules.project_hours[MAJOR]}})
    more = choice.fill(majors, (), only)
    taken = {one.course.id for one in (more.offers if more else majors)} | choice.preset(majors)
    cheapest = choice.price([one for one in majors if one.course.id in taken], rules)
    assert choice.span(weighed, rules) == (cheapest, choice.price(majors, rules))


@given(offered(), rule_sets)
def test_fill_against_brute_force(drawn: tuple[list[Offer], set[int]], rules: Rules) -> None:
    offers, chosen = drawn
    kept = chosen | choice.preset(offers)
    free = [one for one in offers if one.course.id not in kept]
    sets = [
        extra
        for size in range(len(free) + 1)
        for extra in combinations(free, size)
        if enough(offers, kept | {one.course.id for one in extra}, rules)
    ]
    found = choice.fill(offers, chosen, rules)
    if not sets:
        assert found is None
        return
    assert found is not None
    added = {one.course.id for one in found.offers}
    assert not added & kept
    assert enough(offers, kept | added, rules)
    before = [one for one in offers if one.course.id in kept]

    def price(extra: Iterable[Offer]) -> int:
        return choice.price([*before, *extra], rules)

    cheapest = min(price(extra) for extra in sets)
    assert price(found.offers) == cheapest
    assert found.price == cheapest - price(())
    if rules.pricing.by != "hour":  # by hour, a rounded price hides differences that count
        assert len(found.offers) == min(len(extra) for extra in sets if price(extra) == cheapest)
    assert found == choice.fill(offers, chosen, rules)


@given(offered(), rule_sets)
def test_a_filled_choice_has_no_problem(drawn: tuple[list[Offer], set[int]], rules: Rules) -> None:
    offers, chosen = drawn
    if (found := choice.fill(offers, chosen, rules)) is None:
        return
    taken = chosen | choice.preset(offers) | {one.course.id for one in found.offers}
    standing = choice.check(offers, taken, rules)
    assert standing.problems == ()
    assert standing.missing == {}


def test_hours_missing_are_named() -> None:
    offers = [offer(1, MAJOR, 2800, 6600, compulsory=True), offer(2, MAJOR, 1800, 4600), offer(3, PUBLIC, 1000, 0)]
    standing = choice.check(offers, {1, 2, 3}, Rules())
    assert standing.hours == {MAJOR: 4600, PUBLIC: 1000}
    assert standing.missing == {MAJOR: 1400}
    assert standing.total == 11200
    assert [problem.field for problem in standing.problems] == ["courses"]


def test_a_foreign_course_and_a_dropped_compulsory_one_are_problems() -> None:
    offers = [offer(1, MAJOR, 3000, 0, compulsory=True), offer(2, MAJOR, 6000, 0)]
    assert len(choice.check(offers, {2, 99}, Rules()).problems) == 2
    assert len(choice.check(offers, {1, 2}, Rules()).problems) == 0


def test_seventy_courses_are_no_burden() -> None:
    offers = [offer(at, MAJOR, 400 + 25 * (at % 17), 900 + 37 * (at % 23)) for at in range(1, 71)]
    found = choice.fill(offers, set(), Rules())
    assert found is not None
    assert found.hours >= 6000


def test_plain_hours() -> None:
    assert [choice.plain(hours) for hours in (1200, 1250, 1225, 0)] == ["12", "12.5", "12.25", "0"]
