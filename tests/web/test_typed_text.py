"""What people type is kept as they typed it, but for what an input method does to digits and letters."""

import pytest

from portal.web.forms import tidy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("下列说法：哪些正确？", "下列说法：哪些正确？"),
        ("甲；乙，丙。《丁》", "甲；乙，丙。《丁》"),
        (" １３０ＡＢｃ＠ｘ ", "130ABc@x"),
        ("a\x00b", "ab"),
    ],
)
def test_typed_text(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
