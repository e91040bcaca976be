"""Cells as their columns want them; what a spreadsheet has destroyed is not guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sheets import values
from portal.sheets.values import BadCell


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  周 晓岚 ", "周 晓岚"),
        ("１３０２０２", "130202"),
        ("张\n三", "张 三"),
        ("张三_x000D_", "张三"),
        ("\u200b130202\ufeff", "130202"),
        ("'130202", "130202"),
        ("'\r130202", "130202"),
        ("a\u00a0b\u3000c", "a b c"),
        ("㛃𣲗", "㛃𣲗"),
    ],
)
def test_text_is_tidied(typed: str, plain: str) -> None:
    assert values.text(typed) == plain


@given(st.text())
def test_tidying_is_final_and_leaves_nothing_invisible(typed: str) -> None:
    once = values.tidy(typed)
    assert "\u200b" not in once
    assert "\n" not in once
    assert once == once.strip()


@given(st.integers(0, 10**15 - 1))
def test_whole_numbers_become_their_digits(number: int) -> None:
    assert values.code(number) == str(number)
    assert values.code(float(number)) == str(number)


@pytest.mark.parametrize("lost", [130202199001010000, 1.30202199001010e17, "1.30202E+17", "1.3E+17", 130.5])
def test_destroyed_numbers_are_refused(lost: int | float | str) -> None:
    with pytest.raises(BadCell):
        values.code(lost)


@pytest.mark.parametrize(
    ("typed", "hundredths"), [(60, 6000), (60.5, 6050), ("60学时", 6000), ("60.25 学时", 6025), (0, 0)]
)
def test_hours(typed: int | float | str, hundredths: int) -> None:
    assert values.hours(typed) == hundredths


@pytest.mark.parametrize("typed", ["六十", -1, 10_000, 60.123, "NaN", "Infinity", "1e3000", True])
def test_what_is_no_number_of_hours(typed: int | float | str) -> None:
    with pytest.raises(BadCell):
        values.hours(typed)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (date(2010, 7, 1), date(2010, 7, 1)),
        ("2010-07-01", date(2010, 7, 1)),
        ("2010/7/1", date(2010, 7, 1)),
        ("2010.7.1", date(2010, 7, 1)),
        ("2010年7月1日", date(2010, 7, 1)),
        ("20100701", date(2010, 7, 1)),
        ("2010.7", date(2010, 7, 1)),
        ("2010年7月", date(2010, 7, 1)),
        ("2010-07-01 00:00:00", date(2010, 7, 1)),
        (40360, date(2010, 7, 1)),
    ],
)
def test_days_in_many_forms(typed: values.Value, day: date) -> None:
    assert values.day(typed) == day


@pytest.mark.parametrize("typed", ["2010-02-30", "去年", 2010.1, "20101301", 7, True, "2010"])
def test_what_is_no_day(typed: values.Value) -> None:
    with pytest.raises(BadCell):
        values.day(typed)


@given(st.dates(date(1911, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    for typed in (day, day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", f"{day:%Y/%m/%d}"):
        assert values.day(typed) == day
    assert values.day((day - date(1899, 12, 30)).days) == day


@pytest.mark.parametrize("typed", [2024, "2024", "2024年", "2024 年度", date(2024, 5, 1)])
def test_years(typed: values.Value) -> None:
    assert values.year(typed) == 2024


@pytest.mark.parametrize("typed", ["24", "2024-2025", 20245, "二〇二四"])
def test_what_is_no_year(typed: values.Value) -> None:
    with pytest.raises(BadCell):
        values.year(typed)
