"""Numbers: unguessable, sayable, and wrong ones are noticed."""

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from portal.orders import numbers
from tests.orders.shop import NOON

drawn = st.integers().map(lambda seed: numbers.draw(numbers.ORDER, NOON, random.Random(seed).choice))
places = st.integers(0, 10)


def _plain(number: str) -> str:
    return number.replace("-", "")


def test_form() -> None:
    assert re.fullmatch(r"P26-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", numbers.draw(numbers.PAYMENT, NOON))


@given(drawn)
def test_a_number_is_read_however_it_is_typed(number: str) -> None:
    spoken = number.replace("0", "o").replace("1", "L").lower()
    assert numbers.read(number) == number
    assert numbers.read(f" {spoken} ") == number
    assert numbers.read(_plain(number)) == number


@given(drawn, places, st.sampled_from(numbers.ALPHABET))
def test_one_wrong_character_is_noticed(number: str, place: int, other: str) -> None:
    plain = _plain(number)
    wrong = plain[:place] + other + plain[place + 1 :]
    assert numbers.read(wrong) == (number if other == plain[place] else None)


@given(drawn, places, places)
def test_two_swapped_characters_are_noticed(number: str, one: int, two: int) -> None:
    swapped = list(_plain(number))
    swapped[one], swapped[two] = swapped[two], swapped[one]
    assert numbers.read("".join(swapped)) in (number if swapped == list(_plain(number)) else None, None)
    if swapped != list(_plain(number)):
        assert numbers.read("".join(swapped)) is None


@given(st.text(max_size=20))
def test_any_text_is_answered(text: str) -> None:
    read = numbers.read(text)
    assert read is None or numbers.read(read) == read
