"""Kinds of ID: what is accepted, what is forgiven, and what is said about each slip."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people import identity

TODAY = date(2026, 11, 24)
DATES = st.dates(identity.OLDEST, TODAY)
SERIALS = st.integers(0, 999)
RESIDENT_DIVISIONS = st.integers(110000, 659999)


def number18(prefix: str, born: date, serial: int) -> str:
    first17 = f"{prefix}{born:%Y%m%d}{serial:03d}"
    return first17 + identity.check_digit(first17)


def said(kind: str, number: str) -> str:
    return str(identity.check(kind, identity.normalise(number), TODAY) or "")


RESIDENTS = st.builds(lambda d, b, s: number18(str(d), b, s), RESIDENT_DIVISIONS, DATES, SERIALS)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("resident_id", "11010519491231002X"),  # the example printed in GB 11643
        ("hkmo_residence", "810000199408230021"),  # the specimens of the three residence permits and of the 2023 card
        ("tw_residence", "830000199201300022"),
        ("foreigner_card", "911124198108030024"),
        ("foreigner_card", "USA110081010012"),
        ("passport", "E12345678"),
        ("hkmo_permit", "H12345678"),
        ("hkmo_permit", "HA1234567"),
        ("hkmo_permit", "MA0000001"),
        ("tw_permit", "12345678"),
    ],
)
def test_known_good_numbers(kind: str, number: str) -> None:
    assert said(kind, number) == ""


@given(RESIDENTS)
def test_every_well_made_resident_number_is_accepted(number: str) -> None:
    assert said("resident_id", number) == ""


@given(RESIDENTS, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number: str, place: int, shift: int) -> None:
    if not number[place].isdigit():
        return
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert said("resident_id", wrong) != ""


@given(RESIDENTS, st.integers(0, 15))
def test_two_swapped_digits_never_pass(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or said("resident_id", swapped) != ""


FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}
NOISE = st.sampled_from([" ", "-", "　", "'", "‘", "\t", "–", "\u00a0"])


@given(RESIDENTS, st.lists(st.tuples(st.integers(0, 18), NOISE), max_size=6), st.booleans())
def test_spaces_dashes_width_and_small_x_are_forgiven(number: str, noise: list[tuple[int, str]], wide: bool) -> None:
    typed = number.lower()
    for place, sign in noise:
        typed = typed[:place] + sign + typed[place:]
    typed = typed.translate(FULL_WIDTH) if wide else typed
    assert identity.normalise(typed) == number


@given(st.text(max_size=40), st.sampled_from([kind.key for kind in identity.KINDS]))
def test_any_text_gets_a_sentence_or_passes(text: str, kind: str) -> None:
    number = identity.normalise(text)
    assert identity.normalise(number) == number
    problem = identity.check(kind, number, TODAY)
    assert problem is None or str(problem)


@given(st.dates(TODAY + timedelta(days=1), date(2099, 12, 31)))
def test_nobody_is_born_tomorrow(born: date) -> None:
    assert "date of birth" in said("resident_id", number18("130208", born, 1))


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        ("resident_id", "11010519491231002", "this one has 17"),
        ("resident_id", "110105491231002", "15-digit"),
        ("resident_id", "110105194912310021", "last character"),
        ("resident_id", number18("130208", date(2000, 1, 1), 1)[:10] + "A1010012", "17 digits"),
        ("resident_id", "810000199408230021", "right kind of ID"),
        ("resident_id", "911124198108030024", "right kind of ID"),
        ("tw_residence", "810000199408230021", "830000"),
        ("hkmo_residence", "830000199201300022", "810000 or 820000"),
        ("foreigner_card", "911124198108030025", "last character"),
        ("foreigner_card", "811124198108030024", "beginning with 9"),
        ("passport", "ABCDEFGH", "5 to 20"),
        ("hkmo_permit", "X12345678", "H or M"),
        ("hkmo_permit", "HA12345678", "HA or MA and 7"),
        ("tw_permit", "1234567", "8 digits"),
    ],
)
def test_each_slip_has_its_own_sentence(kind: str, number: str, words: str) -> None:
    assert words in said(kind, number)


def test_a_thirteenth_month_is_no_date() -> None:
    first17 = "13020819901301001"
    assert "date of birth" in said("resident_id", first17 + identity.check_digit(first17))


def test_an_unknown_division_is_no_reason_to_refuse() -> None:
    number = number18("659999", date(1980, 5, 5), 7)
    assert said("resident_id", number) == ""
    assert identity.division_code("resident_id", number) == "659999"
    assert identity.division_code("passport", "E12345678") is None
