"""Numbers: their patterns, and mistakes that the check digit finds."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_certs import numbering, patterns

ORIGINAL = patterns.parse(patterns.DEFAULT)
GOOD = [
    patterns.DEFAULT,
    "{year:4}{division:6}{kind}{serial:8}{check}",
    "{prefix}{kind}{year}.{division}.{serial:4}-{check}",
    "{serial}-{check}-{kind}-{prefix}-{year:4}",
    "{check}{place:6}{prefix}{serial:5}{year}",
    "{prefix}{place}{year}{serial:7}{check}",
    "{kind}{prefix}{check}{year}{serial}",
]
prefixes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=4)
divisions = st.integers(0, 999_999).map("{:06d}".format)
kinds = st.sampled_from(sorted(numbering.KINDS))
documents = st.tuples(prefixes, st.integers(2000, 2099), divisions, kinds, st.integers(1, 9999))
numbers = st.builds(lambda pattern, said: pattern.compose(*said), st.sampled_from(GOOD).map(patterns.parse), documents)


def _places(number: str) -> list[int]:
    return [place for place, character in enumerate(number) if character.isdigit()]


def test_the_form_a_site_begins_with() -> None:
    assert ORIGINAL.compose("TS", 2026, "130208", "certificate", 4127) == "TS26-0208-004127-3"
    assert ORIGINAL.compose("TS", 2026, "130208", "proof", 10422).startswith("TS26-P-010422-")
    assert ORIGINAL.compose("TS", 2026, "130208", "transcript", 1).startswith("TS26-T-000001-")


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        ("{prefix}-{kind}-{year:4}-{serial:5}-{check}", r"TS-C-2026-04127-\d"),
        ("{year}{division:6}{kind}{serial:8}{check}", r"26130208C00004127\d"),
        ("{check}.{serial:4}.{place}.{year}", r"\d\.4127\.0208\.26"),
    ],
)
def test_a_site_orders_parts_as_it_likes(pattern: str, form: str) -> None:
    assert re.fullmatch(form, patterns.parse(pattern).compose("TS", 2026, "130208", "certificate", 4127))


@given(st.sampled_from(GOOD), documents, documents)
def test_two_documents_never_get_one_number(text: str, one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Of a site, which has one prefix: where the counter or the serial differs, so do the bare numbers."""
    pattern = patterns.parse(text)
    prefix, (_, *first), (_, *second) = one[0], one, other
    counted = [(pattern.counter(*said[:3]), said[3]) for said in (first, second)]  # type: ignore[arg-type]
    written = [numbering.plain(pattern.compose(prefix, *said)) for said in (first, second)]  # type: ignore[arg-type]
    assert (written[0] == written[1]) == (counted[0] == counted[1])


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "parts in braces"),
        ("TS{year}-{place}-{serial}-{check}", "parts in braces"),
        ("{year}-{place}-{serial}/{check}", "parts in braces"),
        ("-{year}{place}{serial}{check}", "parts in braces"),
        ("{year}{place}{serial}{check}-", "parts in braces"),
        ("{year}--{place}{serial}{check}", "parts in braces"),
        ("{year}{place}{serial}{check}{name}", "{name} is none of"),
        ("{year}{place}{serial:9}{check}", "no width of 9"),
        ("{year:3}{place}{serial}{check}", "no width of 3"),
        ("{year}{place}{serial}{check:1}", "no width of 1"),
        ("{year}{year:4}{place}{serial}{check}", "at most once"),
        ("{place}{serial}{check}", "without {year}"),
        ("{year}{place}{check}", "without {serial}"),
        ("{year}{place}{serial}", "without {check}"),
        ("{year}{division}{serial}{check}", "either {place}"),
        ("{year}{place}{kind}{serial}{check}", "either {place}"),
        ("{year}{place}{division}{serial}{check}", "{division} goes with {kind}"),
        ("{prefix}-{year:4}-{division:6}-{kind}-{serial:8}-{check}", "29 characters, 24 at most"),
    ],
)
def test_a_pattern_that_cannot_be_read_back_says_why(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        patterns.parse(pattern)


@pytest.mark.parametrize("digits", ["572", "5-7-2"])
def test_the_check_digit_of_the_published_example(digits: str) -> None:
    """Damm's own: 572 has the check digit 4."""
    assert numbering.check_digit(digits) == "4"


@given(st.sampled_from(GOOD).map(patterns.parse), documents)
def test_a_composed_number_reads_back_and_is_sound(pattern: patterns.Pattern, said: tuple[str, ...]) -> None:
    number = pattern.compose(*said)  # type: ignore[arg-type]
    assert len(number) <= numbering.LONGEST
    assert pattern.read(number) == number
    assert pattern.read(numbering.plain(number).lower()) == number
    assert numbering.is_sound(number)


@given(numbers, st.data())
def test_every_wrong_digit_is_found(number: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(_places(number)))
    wrong = data.draw(st.sampled_from("0123456789".replace(number[place], "")))
    assert not numbering.is_sound(number[:place] + wrong + number[place + 1 :])


@given(numbers)
def test_every_swap_of_neighbours_is_found(number: str) -> None:
    places = _places(number)
    for left, right in pairwise(places):
        if number[left] != number[right]:
            swapped = list(number)
            swapped[left], swapped[right] = number[right], number[left]
            assert not numbering.is_sound("".join(swapped))


def test_the_table_is_what_the_rule_needs() -> None:
    """x*x = 0 and (c*x)*y = (c*y)*x only for x = y: exactly what finding every swap means."""
    table = [[int(digit) for digit in row] for row in numbering._DAMM]
    assert all(sorted(row) == list(range(10)) for row in [*table, *map(list, zip(*table, strict=True))])
    assert all(table[x][x] == 0 for x in range(10))
    clashes = [
        (c, x, y)
        for c in range(10)
        for x in range(10)
        for y in range(x)
        if table[table[c][x]][y] == table[table[c][y]][x]
    ]
    assert clashes == []


@pytest.mark.parametrize(
    "typed",
    [
        "ts2602080041276",
        " TS26-0208-004127-6 ",
        "ＴＳ２６－０２０８－００４１２７－６",
        "TS26—0208—004127—6",
        "TS26 0208 004127 6",
    ],
)
def test_numbers_are_read_however_they_are_typed(typed: str) -> None:
    assert ORIGINAL.read(typed) == "TS26-0208-004127-6"


@pytest.mark.parametrize("typed", ["", "abc", "TS26-0208-004127", "26-0208-004127-7", "TS26-Q-004127-5", "周晓岚"])
def test_anything_else_is_no_number(typed: str) -> None:
    assert ORIGINAL.read(typed) is None


def test_a_number_of_an_earlier_pattern_is_still_one() -> None:
    earlier = patterns.parse("{year:4}{kind}{serial:8}{check}").compose("TS", 2026, "130208", "proof", 7)
    assert ORIGINAL.read(earlier) == earlier


def test_a_place_that_is_full_says_so() -> None:
    with pytest.raises(OverflowError, match="0208"):
        ORIGINAL.compose("TS", 2026, "130208", "certificate", 1_000_000)


def test_the_default_prefix_is_the_provinces() -> None:
    assert numbering.prefix_of("130200") == "HE"
    assert numbering.prefix_of("990000") == "CE"
