"""A document is studied page by page: each page has its time, and a page that is skipped earns nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.catalogue.models import Lesson
from portal.errors import Conflict, NotFound
from portal.people.models import Account
from portal.storage import current_storage
from portal.study import paging, service
from portal.study.models import Plan
from portal.testing import log_in
from tests.documents import pdf
from tests.study.world import START, World

KEY = "lessons/1/document.pdf"


@pytest.fixture
def reader(client: FlaskClient, world: Callable[..., World]) -> tuple[FlaskClient, World, int, int]:
    """A learner in front of a document of four pages and 42 seconds: browser, world, course and lesson."""
    built = world((("document", 42),))
    with db.write() as session:
        lesson = session.scalars(select(Lesson)).one()
        lesson.pages, lesson.storage_key = 4, KEY
        course = session.get_one(Plan, built.plan_id).courses[0]
        account = session.get_one(Account, built.account_id)
    log_in(client, account)
    current_storage().put(KEY, pdf(4))
    return client, built, course.id, lesson.id


def _read(
    world: World, course_id: int, lesson_id: int, page: int | None, after: int
) -> tuple[int, list[tuple[int, int]]]:
    with db.write() as session:
        stand = service.finish_reading(
            session, world.learner_id, course_id, lesson_id, START + timedelta(seconds=after), page
        )
    return stand.credited, stand.cover


def test_pages_share_the_seconds() -> None:
    found = paging.pages(4, 42, [(0, 12), (40, 42)])
    assert [(page.number, page.start, page.end, page.missing) for page in found] == [
        (1, 0, 10, 0),
        (2, 10, 21, 9),
        (3, 21, 31, 10),
        (4, 31, 42, 9),
    ]
    assert sum(page.seconds for page in found) == 42
    assert [page.seconds for page in paging.pages(3, 2, [])] == [0, 1, 1]  # more pages than seconds


def test_a_document_opens_where_it_was_left() -> None:
    found = paging.pages(4, 42, [(0, 21)])
    assert paging.opened(found, None, 21).number == 3
    assert paging.opened(found, None, 0).number == 3  # the first that is missing
    assert paging.opened(found, None, 5).number == 1  # gone back to on purpose
    assert paging.opened(found, 4, 21).number == 4
    assert paging.opened(found, 99, 21).number == 3
    assert paging.opened(paging.pages(4, 42, [(0, 42)]), None, 0).number == 1


def test_pages_that_are_skipped_earn_nothing(reader: tuple[FlaskClient, World, int, int]) -> None:
    """Waiting on the last page for as long as all need together credits that page only."""
    _, world, course_id, lesson_id = reader
    with db.write() as session:
        service.open_session(session, world.learner_id, course_id, lesson_id, START)
    assert _read(world, course_id, lesson_id, 4, 60) == (11, [(31, 42)])
    assert _read(world, course_id, lesson_id, 1, 65) == (21, [(0, 10), (31, 42)])
    for page in (None, 0, 5):
        with pytest.raises(NotFound):
            _read(world, course_id, lesson_id, page, 70)
    assert _read(world, course_id, lesson_id, 2, 80)[0] == 32
    assert _read(world, course_id, lesson_id, 3, 90)[0] == 42


def test_a_document_is_not_read_before_it_is_opened(reader: tuple[FlaskClient, World, int, int]) -> None:
    _, world, course_id, lesson_id = reader
    with pytest.raises(Conflict):
        _read(world, course_id, lesson_id, 1, 60)


def test_the_page_shows_one_page_and_what_is_missing(reader: tuple[FlaskClient, World, int, int]) -> None:
    browser, world, course_id, lesson_id = reader
    at = f"/study/{course_id}/{lesson_id}"
    with db.write() as session:
        token = service.open_session(session, world.learner_id, course_id, lesson_id, START).token
        said = service.Report([(0, 10), (21, 31)], 21)
        service.report(session, world.learner_id, token, said, START + timedelta(seconds=30))
    page = browser.get(at).text
    assert 'src="/study/media/1/1/3"' in page.replace(f"/{course_id}/{lesson_id}/", "/1/1/")  # left last
    assert "第 3 页，共 4 页" in page
    assert "本页已计入" in page
    assert [f'data-turn="{number}"' in page for number in (1, 2, 3, 4)] == [False, True, False, True]
    assert "第 2 页，共 4 页" in browser.get(f"{at}?page=2").text


def test_pages_are_pictures_for_their_learner(
    reader: tuple[FlaskClient, World, int, int], world: Callable[..., World]
) -> None:
    browser, _, course_id, lesson_id = reader
    picture = f"/study/media/{course_id}/{lesson_id}"
    answer = browser.get(f"{picture}/2")
    assert (answer.mimetype, answer.data[:4], answer.data[8:12]) == ("image/webp", b"RIFF", b"WEBP")
    assert answer.data != browser.get(f"{picture}/3").data
    for number in (0, 5, 10**9):
        assert browser.get(f"{picture}/{number}").status_code == 404
    theirs = world((("document", 9),))
    with db.read() as session:
        other = session.get_one(Plan, theirs.plan_id).courses[0]
        foreign = f"/study/media/{other.id}/{other.course.lessons[0].id}/1"
    assert browser.get(foreign).status_code == 404
    current_storage().delete(KEY)
    assert browser.get(f"{picture}/2").status_code == 404
