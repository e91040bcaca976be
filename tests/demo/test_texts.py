"""The texts of the demonstration: enough of them, well formed, nobody's numbers."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clock import SHANGHAI, now
from portal.demo import accounts, activity, numbers, reading
from portal.demo.reading import CourseText, Shelf
from portal.people import contact, credit_code, identity

CATEGORIES = reading.categories()
SHELVES = [shelf for category in CATEGORIES for shelf in category.shelves]
PUBLIC = reading.shelf("public")
COMPULSORY = [course for shelf in [*SHELVES, PUBLIC] for course in shelf.courses if course.compulsory]
TODAY = now().astimezone(SHANGHAI).date()


def test_four_categories_twelve_specialties_a_hundred_and_twenty_courses() -> None:
    courses = [course for shelf in [*SHELVES, PUBLIC] for course in shelf.courses]
    assert (len(CATEGORIES), len(SHELVES), len(courses)) == (4, 12, 120)
    assert len({course.title for course in courses}) == 120
    assert len({shelf.prefix for shelf in [*SHELVES, PUBLIC]}) == 13


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.key)
def test_a_specialty_offers_more_than_enough(shelf: Shelf) -> None:
    assert len(shelf.courses) == 9
    assert sum(course.compulsory for course in shelf.courses) == 3
    assert sum(course.hours for course in shelf.courses) >= 80
    assert 24 <= sum(course.hours for course in shelf.courses if course.compulsory) <= 32
    assert all(6 <= course.hours <= 12 and 12 <= course.price <= 32 for course in shelf.courses)


def test_public_courses_are_free_and_thirty_hours_take_at_least_three() -> None:
    hours = sorted((course.hours for course in PUBLIC.courses), reverse=True)
    assert len(hours) == 12
    assert sum(course.compulsory for course in PUBLIC.courses) == 1
    assert all(course.price == 0 and 5 <= course.hours <= 10 for course in PUBLIC.courses)
    assert sum(hours[:2]) < 30 <= sum(hours)


def test_every_course_says_something_of_its_own() -> None:
    courses = [course for shelf in [*SHELVES, PUBLIC] for course in shelf.courses]
    assert len({course.article for course in courses}) == len(courses)
    assert len({course.summary for course in courses}) == len(courses)
    assert all(len(course.article) > 40 and "\n\n" in course.article for course in courses)


@pytest.mark.parametrize("course", COMPULSORY, ids=lambda course: course.title)
def test_a_compulsory_course_has_a_bank_of_its_own(course: CourseText) -> None:
    kinds = Counter(question.kind for question in course.questions)
    assert sum(kinds.values()) >= 8
    assert {"single", "multiple", "true_false"} == set(kinds)
    assert len({question.stem for question in course.questions}) == len(course.questions)
    for question in course.questions:
        right = sum(correct for _, correct in question.options)
        texts = [words for words, _ in question.options]
        assert len(set(texts)) == len(texts)
        assert question.explanation
        if question.kind == "multiple":
            assert 1 < right < len(texts), question.stem
        else:
            assert right == 1, question.stem
        assert all(words and "*" not in words and "|" not in words for words in texts)


def test_no_question_stands_twice() -> None:
    stems = Counter(question.stem for course in COMPULSORY for question in course.questions)
    assert [stem for stem, times in stems.items() if times > 1] == []


@given(st.integers(1970, 2017), st.integers(1, 12), st.integers(1, 28), st.integers(0, 999))
def test_id_numbers_are_right_and_nobodys(year: int, month: int, day: int, sequence: int) -> None:
    number = numbers.id_number(f"{year}{month:02d}{day:02d}", sequence)
    assert identity.check("resident_id", number, TODAY) is None
    assert number.startswith("130284")  # a code of 2018, older than nobody with this date of birth
    assert contact.phone_problem(numbers.phone(sequence)) is None


@given(st.integers(1, 99999))
def test_credit_codes_are_right(sequence: int) -> None:
    assert credit_code.check(numbers.credit_number("91", "130208", sequence)) is None


def test_a_known_organisation_code() -> None:
    """GB 11714 prints D2143569-X as its example; only the weights are ours to get right."""
    weights = numbers._ORGANISATION_WEIGHTS
    total = sum(w * int(c, 36) for w, c in zip(weights, "D2143569", strict=True))
    assert 11 - total % 11 == 10  # written X


def test_nobody_has_two_people_s_number() -> None:
    made = [one.login for one in accounts_without_site()] + [activity._id_number(n) for n in range(activity.PEOPLE)]
    assert len(set(made)) == len(made)


def accounts_without_site() -> list[accounts.DemoAccount]:
    """The two learners by number; passwords need a site."""
    return [
        accounts.DemoAccount("learner", numbers.id_number("19890312", 901), "", ""),
        accounts.DemoAccount("legacy_learner", numbers.id_number("19820726", 902), "", ""),
    ]


def test_employers_stand_in_every_county_and_in_a_zone() -> None:
    rows = reading.employers()
    counties = {row["division"] for row in rows}
    assert len(rows) >= 30
    assert len(counties - {"130200", "130273"}) == 14
    assert {"130200", "130273"} <= counties
    assert all(contact.employer_problem(row["name"]) is None for row in rows)
    assert len({row["name"] for row in rows}) == len(rows)


def test_notices_name_the_year() -> None:
    notices = reading.notices(2031)
    assert len(notices) == 6
    assert "2031" in notices[0].title
    assert all("{" not in notice.title + notice.body for notice in notices)
    assert [notice.days_ago for notice in notices] == sorted(notice.days_ago for notice in notices)
