"""Drawing and grading a paper."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from portal.assessment import paper
from portal.assessment.paper import Candidate

BANK = [Candidate(n, tuple(range(10 * n, 10 * n + 4)), shuffle=n % 2 == 0) for n in range(1, 16)]


@given(st.integers(1, 30), st.integers())
def test_a_paper_has_different_questions_with_their_own_options(count: int, seed: int) -> None:
    drawn = paper.draw(BANK, count, Random(seed))
    assert len(drawn) == min(count, len(BANK))
    assert len({item["question"] for item in drawn}) == len(drawn)
    for item in drawn:
        candidate = BANK[item["question"] - 1]
        assert sorted(item["options"]) == list(candidate.options)
        if not candidate.shuffle:
            assert item["options"] == list(candidate.options)


def test_papers_and_options_differ_between_draws() -> None:
    drawn = [paper.draw(BANK, 8, Random(seed)) for seed in range(20)]
    assert len({tuple(item["question"] for item in one) for one in drawn}) > 1
    orders = {tuple(item["options"]) for one in drawn for item in one if item["question"] == 2}
    assert len(orders) > 1


@given(st.lists(st.booleans(), min_size=1))
def test_per_cent_never_rounds_up(results: list[bool]) -> None:
    score = paper.per_cent(results)
    assert score * len(results) <= 100 * sum(results) < (score + 1) * len(results)
    assert (score == 100) == all(results)


def test_only_the_exact_choice_is_right() -> None:
    frozen = [{"question": 1, "options": [10, 11, 12]}] * 5
    chosen = {0: [10, 11], 1: [10], 2: [10, 11, 12], 3: []}
    assert paper.right(frozen, chosen, {1: {10, 11}}) == [True, False, False, False, False]
    assert paper.per_cent([]) == 0
