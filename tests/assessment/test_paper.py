"""Drawing and grading a paper."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assessment import paper
from portal.assessment.paper import Candidate, Part

BANK = [Candidate(n, tuple(range(10 * n, 10 * n + 4)), shuffle=n % 2 == 0) for n in range(1, 16)]


@given(st.integers(1, 30), st.integers())
def test_a_paper_has_different_questions_with_their_own_options(count: int, seed: int) -> None:
    drawn = paper.draw(BANK, count, Random(seed))
    assert len(drawn) == min(count, len(BANK))
    assert len({question for question, _ in drawn}) == len(drawn)
    for question, options in drawn:
        candidate = BANK[question - 1]
        assert sorted(options) == list(candidate.options)
        if not candidate.shuffle:
            assert options == list(candidate.options)


def test_papers_and_options_differ_between_draws() -> None:
    drawn = [paper.draw(BANK, 8, Random(seed)) for seed in range(20)]
    assert len({tuple(question for question, _ in one) for one in drawn}) > 1
    orders = {tuple(options) for one in drawn for question, options in one if question == 2}
    assert len(orders) > 1


@given(st.lists(st.booleans(), min_size=1))
def test_per_cent_never_rounds_up(results: list[bool]) -> None:
    score = paper.per_cent(results)
    assert score * len(results) <= 100 * sum(results) < (score + 1) * len(results)
    assert (score == 100) == all(results)


def test_only_the_exact_choice_is_right() -> None:
    frozen, solution = [{"options": [10, 11, 12]}] * 5, [{"right": [11, 10]}] * 5
    chosen = {0: [10, 11], 1: [10], 2: [10, 11, 12], 3: []}
    assert paper.right(frozen, solution, paper.Answers(chosen)) == [True, False, False, False, False]
    assert paper.per_cent([]) == 0


TAGGED = [
    Candidate(n, (), tags=frozenset({"规范"} if n <= 4 else {"案例"}), difficulty=1 + n % 3) for n in range(1, 13)
]


@given(st.integers(0, 4), st.integers(0, 3), st.integers())
def test_parts_get_what_they_ask_for_and_no_question_twice(of_tag: int, hard: int, seed: int) -> None:
    parts = [Part(2), *([Part(of_tag, "规范")] if of_tag else []), *([Part(hard, "案例", 3)] if hard > 0 else [])]
    fitting = [one for one in TAGGED if one.difficulty == 3 and "案例" in one.tags]
    if hard > len(fitting):
        with pytest.raises(paper.TooFew):
            paper.draw(TAGGED, 99, Random(seed), parts=parts)
        return
    ids = [question for question, _ in paper.draw(TAGGED, 99, Random(seed), parts=parts)]
    assert len(ids) == len(set(ids)) == sum(part.questions for part in parts)
    assert sum(n <= 4 for n in ids) >= of_tag
    assert sum(one.question_id in ids for one in fitting) >= hard


def test_not_shuffled_means_the_order_of_the_bank() -> None:
    drawn = paper.draw(BANK, 15, Random(1), shuffle=False)
    assert drawn == [(one.question_id, list(one.options)) for one in BANK]


@pytest.mark.parametrize(
    ("typed", "right"),
    [("GB 50010", True), (" gb  50010。", True), ("ＧＢ ５００１０", True), ("GB50010", False), ("", False)],
)
def test_a_text_is_right_however_it_is_typed(typed: str, right: bool) -> None:
    solution = [{"right": ["GB 50010", "混凝土结构设计规范"]}]
    assert paper.right([{"options": []}], solution, paper.Answers(texts={0: typed})) == [right]
