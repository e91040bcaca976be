"""Looking around without login: the list, a course, 试看, and nothing beyond it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal import db
from portal.catalogue.models import Course, Lesson
from portal.catalogue.search import CourseEnding
from portal.rules.models import RuleSet
from portal_self_select import shelf as courses
from portal_self_select.shelf import Wish
from tests.catalogue.planting import statements


def _found(**wish: object) -> list[int]:
    with db.read() as session:
        return [row.course.id for row in courses.find(session, Wish(**wish), courses.years(session)).rows]  # type: ignore[arg-type]


def _lesson(course_id: int, position: int) -> int:
    with db.read() as session:
        return session.scalars(select(Lesson.id).filter_by(course_id=course_id, position=position)).one()


def test_the_list_is_open_to_everybody(shelf: FlaskClient) -> None:
    page = shelf.get("/courses").text
    assert "课程1" in page
    assert "课程5" not in page  # withdrawn
    assert page.count("试看") >= 2
    assert "需通过考核测试" in page


def test_which_courses_are_tested_is_a_rule_of_their_year(shelf: FlaskClient) -> None:
    with db.write() as session:
        session.get_one(RuleSet, 1).data = {"tested": {"major": "none", "public": "all"}}
    assert "通过后才计入学时" not in shelf.get("/courses/3").text  # compulsory, professional
    assert "通过后才计入学时" in shelf.get("/courses/7").text  # public, of no specialty
    with db.read() as session:
        found = courses.find(session, Wish(), courses.years(session))
    assert {row.course.id for row in found.rows if row.tested} == {7, 8}


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        ({"words": "课程3"}, [3]),
        ({"words": "程3"}, [3]),  # a part of two characters
        ({"words": "ｓｍｉｔｈ"}, [4]),  # the teacher, in whatever width and case
        ({"words": "程4 smith"}, [4]),
        ({"words": "程3 smith"}, []),
        ({"words": "程", "kind": "public"}, [7, 8]),
        ({"words": "程", "year": 2025}, [6]),
        ({"words": "程5"}, []),  # withdrawn
        ({"words": "装配式混凝土结构工程施工与质量验收"}, [2]),  # longer than an ending
        ({"words": "装配式混凝土结构工程施工与质量检查"}, []),
        ({"words": "%"}, []),
        ({"kind": "public"}, [7, 8]),
        ({"year": 2025}, [6]),
        ({"year": 2026, "kind": "major"}, [1, 2, 3, 4]),
        ({"category_id": 1, "kind": "major", "year": 2026}, [1, 2, 3, 4]),
        ({"category_id": 2, "kind": "major"}, []),
        ({"category_id": 2}, [7, 8]),  # public courses are for everybody
    ],
)
def test_filters(shelf: FlaskClient, wish: dict[str, object], ids: list[int]) -> None:
    assert sorted(_found(**wish)) == ids


def test_a_course_that_is_renamed_or_withdrawn_is_found_by_what_it_is_now(shelf: FlaskClient) -> None:
    with db.write() as session:
        course = session.get_one(Course, 1)
        course.title, course.teacher = "钢结构", "Ann"
    assert (_found(words="课程1"), _found(words="钢结"), _found(words="ann")) == ([], [1], [1])
    with db.write() as session:
        session.get_one(Course, 1).published = False
        session.delete(session.get_one(Course, 7))
        session.get_one(Course, 5).published = True
    assert (_found(words="钢结"), _found(words="程7"), _found(words="程5")) == ([], [], [5])
    with db.read() as session:
        assert session.scalars(select(CourseEnding.course_id).where(CourseEnding.course_id.in_([1, 7]))).all() == []


def test_years_to_filter_by(shelf: FlaskClient) -> None:
    with db.read() as session:
        assert list(courses.years(session)) == [2026, 2025]
    with db.write() as session:
        session.execute(update(Course).where(Course.year == 2026).values(published=False))
        session.execute(update(Course).where(Course.id == 5).values(year=2019))  # withdrawn
    with db.read() as session:
        assert list(courses.years(session)) == [2025]
        session.execute(update(Course).values(published=False))
        assert list(courses.years(session)) == []


def test_pages(shelf: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "PAGE", 3)
    both = _found(page=1) + _found(page=2) + _found(page=3)
    assert sorted(both) == [1, 2, 3, 4, 6, 7, 8]
    assert _found(page=99) == _found(page=3)
    assert "下一页" in shelf.get("/courses?page=2").text


@pytest.mark.parametrize(
    "query",
    [
        "page=x",
        "page=-3",
        "page=99999999",
        "year=abc",
        "kind=gold",
        "category=0x",
        f"year={2**63}",
        f"category={2**70}",
    ],
)
def test_nonsense_in_the_address_is_no_error(shelf: FlaskClient, query: str) -> None:
    assert shelf.get(f"/courses?{query}").status_code == 200


def test_nothing_found_says_what_to_do(shelf: FlaskClient) -> None:
    page = shelf.get("/courses?q=没有这门课").text
    assert "没有符合条件的课程" in page
    assert "没有这门课" in page  # what was typed is kept


def test_a_course_page_without_login_leads_to_it_and_back(shelf: FlaskClient) -> None:
    page = shelf.get("/courses/1").text
    assert 'href="/login?next=/courses/1"' in page
    assert "付费文字" not in page
    for gone in (5, 999):
        assert shelf.get(f"/courses/{gone}").status_code == 404


def test_a_preview_is_one_lesson_and_no_other(shelf: FlaskClient) -> None:
    assert "试看文字" in shelf.get(f"/courses/1/preview/{_lesson(1, 1)}").text
    foreign = _lesson(3, 1)
    for course_id, lesson_id in ((1, _lesson(1, 2)), (1, foreign), (1, 999), (5, foreign)):
        for tail in ("", "/file", "/captions/zh"):
            assert shelf.get(f"/courses/{course_id}/preview/{lesson_id}{tail}").status_code == 404
    assert shelf.get(f"/courses/1/preview/{_lesson(1, 1)}/file").status_code == 404  # a text has no file


def test_the_list_costs_the_same_whatever_it_shows(shelf: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.get("/courses?year=2026")  # the rules of the year are kept from now on
    counts = []
    for size in (2, 7):
        monkeypatch.setattr(courses, "PAGE", size)
        with statements() as seen:
            shelf.get("/courses?year=2026")  # a question is answered anew each time
        assert len(seen) <= 5
        counts.append(len([one for one in seen if "table_mark" not in one]))  # asked for once a second
    assert counts[0] == counts[1]
