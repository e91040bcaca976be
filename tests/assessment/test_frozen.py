"""A paper is frozen at start: what the office writes into the bank meanwhile changes neither it nor its result."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal import db, migrations
from portal.assessment import result
from portal.assessment.models import Attempt, Question, QuestionOption
from portal.people.models import Account
from portal.plugins import current_plugins
from portal.rights import export
from portal.testing import log_in
from tests.assessment.sitting import Sitting, at

Build = Callable[..., Sitting]


def rewrite() -> None:
    """The office writes every question anew: other words, and what was right is wrong."""
    with db.write() as session:
        session.execute(update(Question).values(stem="改过的题", explanation="改过的解析", kind="single"))
        for option in session.scalars(select(QuestionOption)):
            option.text, option.correct = "改过的选项", not option.correct


def test_a_running_test_is_graded_as_it_was_asked(sitting: Build) -> None:
    one = sitting(questions=3)
    attempt = one.start()
    rewrite()
    one.answer_all(attempt, right=2)
    assert one.submit(attempt.token).score == 66
    with db.read() as session:
        (wrong,) = result.wrong(session.scalars(select(Attempt)).one())
    asked = attempt.paper[2]
    assert (wrong.stem, wrong.explanation) == (asked["stem"], asked["stem"].replace("题", "解"))
    assert "改过" not in str(wrong)


def test_the_pages_show_what_was_asked(client: FlaskClient, sitting: Build) -> None:
    one = sitting(questions=1)
    with db.read() as session:
        log_in(client, session.get_one(Account, one.world.account_id))
    client.post(f"/test/{one.course_id}/start")
    with db.read() as session:
        token = session.scalars(select(Attempt.token)).one()
    before = client.get(f"/test/sit/{token}/1").text
    rewrite()
    after = client.get(f"/test/sit/{token}/1").text
    assert "选项 0-3" in before
    assert "选项 0-3" in after
    assert "改过" not in after


def test_a_copy_of_ones_data_does_not_tell_what_is_right(sitting: Build) -> None:
    one = sitting()
    one.start()
    with db.read() as session:
        packed = export.pack(session, session.get_one(Account, one.world.account_id))
    (kept,) = json.loads(zipfile.ZipFile(BytesIO(packed)).read("data.json"))["tests"]
    assert kept["paper"]
    assert "solution" not in kept


def test_papers_that_held_ids_only_get_their_words(app: Flask, sitting: Build) -> None:
    one = sitting(questions=2)
    attempt = one.start()
    ids = [{"question": item["question"], "options": item["options"]} for item in attempt.paper]
    with db.write() as session:
        session.execute(update(Attempt).values(paper=[*ids, {"question": 9999, "options": [1, 2]}], solution=[]))
    migrations.downgrade(db.engine(), current_plugins(), migrations.CORE, "core_0015")
    migrations.upgrade(db.engine(), current_plugins())
    with db.read() as session:
        kept = session.scalars(select(Attempt)).one()
        assert (kept.paper[:2], kept.solution[:2]) == (attempt.paper, attempt.solution)
    one.answer_all(attempt, right=0)
    assert one.submit(attempt.token).score == 33  # a question that is gone is nobody's mistake
    assert kept.deadline == at(30)
