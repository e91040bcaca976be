"""What a rule set says: gaps and prices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from portal.rules.rules import MAJOR, PUBLIC, Pricing, Rules, Tested

hours = st.integers(0, 10_000)


@given(st.dictionaries(st.sampled_from([MAJOR, PUBLIC]), hours), hours, hours)
def test_gap_closes_exactly(chosen: dict[str, int], major: int, public: int) -> None:
    rules = Rules(project_hours={MAJOR: major, PUBLIC: public})
    gaps = rules.missing(chosen)
    assert all(gap > 0 for gap in gaps.values())
    closed = {kind: chosen.get(kind, 0) + gaps.get(kind, 0) for kind in (MAJOR, PUBLIC)}
    assert rules.missing(closed) == {}
    for kind in gaps:
        assert rules.missing(closed | {kind: closed[kind] - 1}) == {kind: 1}


def test_defaults_are_the_national_rule() -> None:
    assert Rules().year_total == 9000
    assert Rules().missing({}) == {MAJOR: 6000}


@pytest.mark.parametrize(
    ("pricing", "total"),
    [
        (Pricing(), 5600),
        (Pricing(by="hour", amount=150), 3750),
        (Pricing(by="hour", amount=3), 75),  # 25 h at 3 fen
        (Pricing(by="hour", amount=1), 25),
        (Pricing(by="project", amount=9600), 9600),
    ],
)
def test_price_of_a_line(pricing: Pricing, total: int) -> None:
    assert pricing.line([(1250, 2800), (1250, 2800)]) == total


def test_half_a_fen_is_rounded_up_once_for_the_whole_line() -> None:
    assert Pricing(by="hour", amount=1).line([(50, 0)]) == 1
    assert Pricing(by="hour", amount=1).line([(50, 0), (50, 0)]) == 1


def test_unknown_words_in_a_rule_set_are_refused() -> None:
    with pytest.raises(ValidationError):
        Rules.model_validate({"projct_hours": {}})


@pytest.mark.parametrize(
    ("which", "needed"), [("compulsory", [True, False]), ("all", [True, True]), ("none", [False, False])]
)
def test_which_courses_of_a_kind_need_a_test(which: Tested, needed: list[bool]) -> None:
    rules = Rules(tested={PUBLIC: which})
    assert [rules.needs_test(PUBLIC, compulsory) for compulsory in (True, False)] == needed
    assert [rules.needs_test(MAJOR, compulsory) for compulsory in (True, False)] == [True, False]


def test_rules_written_before_tests_were_asked_keep_them_for_compulsory_courses() -> None:
    kept = {key: said for key, said in Rules().model_dump(mode="json").items() if key != "tested"}
    assert Rules.model_validate(kept) == Rules()
