"""Numbers: their form, and mistakes that the check digit finds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_certs import numbering

prefixes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=4)
places = st.one_of(st.integers(0, 9999).map("{:04d}".format), st.sampled_from(sorted(numbering.PLACES.values())))
numbers = st.builds(numbering.compose, prefixes, st.integers(2000, 2099), places, st.integers(1, 999_999))


def _places(number: str) -> list[int]:
    return [place for place, character in enumerate(number) if character.isdigit()]


def test_the_form() -> None:
    assert numbering.compose("TS", 2026, "0208", 4127).startswith("TS26-0208-004127-")
    assert numbering.compose("TS", 2026, "P", 10422).startswith("TS26-P-010422-")


def test_the_check_digit_of_the_published_example() -> None:
    """Damm's own: 572 has the check digit 4."""
    assert numbering.check_digit("572") == "4"


@given(numbers)
def test_a_composed_number_reads_back_and_is_sound(number: str) -> None:
    assert numbering.read(number) == number
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
    assert numbering.read(typed) == "TS26-0208-004127-6"


@pytest.mark.parametrize("typed", ["", "abc", "TS26-0208-004127", "26-0208-004127-6", "TS26-Q-004127-6", "周晓岚"])
def test_anything_else_is_no_number(typed: str) -> None:
    assert numbering.read(typed) is None


def test_a_place_that_is_full_says_so() -> None:
    with pytest.raises(OverflowError, match="0208"):
        numbering.compose("TS", 2026, "0208", 1_000_000)


def test_the_default_prefix_is_the_provinces() -> None:
    assert numbering.prefix_of("130200") == "HE"
    assert numbering.prefix_of("990000") == "CE"
