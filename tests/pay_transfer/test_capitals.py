"""人民币大写: the examples of the People's Bank's own rules, and every amount reads back as itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_pay_transfer.capitals import DIGITS, capitals

UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (4800, "肆拾捌元整"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (10700053, "壹拾万零柒仟元伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (100000000, "壹佰万元整"),
        (10000000005, "壹亿元零伍分"),
        (1000010000, "壹仟万零壹佰元整"),
        (10001000000, "壹亿零壹万元整"),
    ],
)
def test_amounts_as_accountants_write_them(fen: int, said: str) -> None:
    assert capitals(fen) == said


def _group(text: str) -> int:
    total = digit = 0
    for character in text:
        if character in UNITS:
            total, digit = total + digit * UNITS[character], 0
        else:
            digit = DIGITS.index(character)
    return total + digit


def _read(text: str) -> int:
    """What a clerk reads, in fen."""
    whole, _, rest = text.removesuffix("整").rpartition("元")
    fen = 0
    for word, worth in (("角", 10), ("分", 1)):
        head, found, tail = rest.partition(word)
        if found:
            fen, rest = fen + DIGITS.index(head[-1]) * worth, tail
    yuan = 0
    for word, worth in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = whole.partition(word)
        if found:
            yuan, whole = yuan + _group(head) * worth, tail
    return (yuan + _group(whole)) * 100 + fen


@given(st.integers(0, 10**13))
def test_every_amount_reads_back_as_itself(fen: int) -> None:
    said = capitals(fen)
    assert _read(said) == fen
    assert "零零" not in said
