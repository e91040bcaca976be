"""What holds on every staff page: no script without a nonce, no frame; a database that fails is a sentence."""

import re
import sqlite3
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from portal import db
from portal.staff import listing
from portal.staff.core import SCREENS
from portal.staff.listing import Wanted
from portal.staff.scope import Scope
from tests.staff.test_staff_language import pages
from tests.staff.world import MINE, World


def test_every_page_has_a_strict_policy_and_lives_by_it(admin: FlaskClient, world: World) -> None:
    for address in pages(world):
        answer = admin.get(address)
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert "unsafe" not in policy["script-src"], address
        assert "script-src-attr" not in policy, address
        assert policy["frame-ancestors"] == "'none'", address
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert re.findall(r"<[^>]*\son\w+\s*=", answer.text) == [], address
        assert "javascript:" not in answer.text, address
        assert re.findall(r"<script(?![^>]*\ssrc=)", answer.text) == [], address
        assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text) == [], address


def test_nothing_personal_stands_in_cookies(admin: FlaskClient, world: World) -> None:
    admin.post("/staff/learners/", data={"q": "周晓岚"})
    admin.get(f"/staff/learners/{world.mine['learners'].id}")
    with admin.session_transaction() as kept:
        assert set(kept) <= {"_user_id", "_permanent", "_flashes", "csrf_token", "locale", "_fresh"}
        assert "周" not in str(dict(kept))


def test_hostile_text_is_text(app: Flask, admin: FlaskClient, world: World) -> None:
    bad = '"><script>alert(1)</script>'
    with db.write() as session:
        session.merge(world.mine["learners"]).name = bad
        session.merge(world.mine["notices"]).title = bad
        session.merge(world.mine["courses"]).title = bad
        session.merge(world.mine["questions"]).stem = bad
    for address in pages(world):
        assert "<script>alert" not in admin.get(address).text, address
    assert "<script>alert" not in admin.post("/staff/learners/", data={"q": bad}).text
    assert "<script>alert" not in admin.get(f"/staff/notices/?q={bad}").text


# --- the database --------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(app: Flask, backend: str) -> Iterator[None]:
    """Somebody else holds the one place to write, as a foreign process would."""
    if backend == "sqlite":
        other = sqlite3.connect(str(db.engine().url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
    else:
        with db.engine().connect() as other:
            other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": db.ONE_WRITER})
            yield


@pytest.mark.slow
def test_a_locked_database_is_a_sentence_and_nothing_is_lost(
    app: Flask, admin: FlaskClient, world: World, busy: None, backend: str
) -> None:
    if backend == "postgresql":
        app.extensions["portal_settings"] = app.extensions["portal_settings"].model_copy(
            update={"statement_seconds": 1}
        )
    pk = world.mine["notices"].id
    answer = admin.post(f"/staff/notices/{pk}/edit", data={"title": "新", "body": "新"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "数据库" in answer.text
    assert admin.get(f"/staff/notices/{pk}").status_code == 200
    assert "关于年度学习的通知" in admin.get("/staff/notices/").text


def test_a_lost_database_is_a_sentence(app: Flask, admin: FlaskClient, world: World) -> None:
    def gone(*_given: object) -> None:
        raise OperationalError("SELECT", {}, ConnectionError("gone"))

    event.listen(db.engine(), "before_cursor_execute", gone)
    try:
        for address in ("/staff/", "/staff/learners/", "/console/courses/", "/api/v1/learners/"):
            answer = admin.get(address)
            assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True), address
    finally:
        event.remove(db.engine(), "before_cursor_execute", gone)
    assert admin.get("/staff/").status_code == 200


def test_an_endless_statement_is_given_up(app: Flask, settings: object, backend: str) -> None:
    """One second here; work outside requests is not watched."""
    from portal.app import create_app
    from portal.settings import Settings

    assert isinstance(settings, Settings)
    short = create_app(settings.model_copy(update={"statement_seconds": 1}))
    endless = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "postgresql": "SELECT pg_sleep(30)",
    }
    with short.test_request_context():
        with pytest.raises(OperationalError):
            db.reader().execute(text(endless[backend]))
        db.db.session.rollback()
        assert db.reader().execute(text("SELECT 1")).scalar() == 1
        db.engine().dispose()


def test_a_failing_request_leaves_no_transaction_open(
    app: Flask, admin: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(listing, "statement", lambda *_given: 1 / 0)
        assert admin.get("/staff/learners/").status_code == 500
    db.db.session.remove()
    assert db.engine().pool.checkedout() == 0  # type: ignore[attr-defined]
    assert admin.get("/staff/learners/").status_code == 200


def test_the_database_sorts_no_list(app: Flask, world: World, backend: str) -> None:
    """Each order of each list comes from an index: the same cost at a thousand and at a million rows."""
    if backend != "sqlite":
        pytest.skip("SQLite says how it will do it, whatever the number of rows")
    for screen in SCREENS:
        orders = ["", *(sign + column.name for column in screen.columns if column.sort for sign in ("", "-"))]
        for order in orders:
            query = listing.statement(screen, Wanted(order=order), Scope(None)).limit(25)
            said = str(query.compile(db.engine(), compile_kwargs={"literal_binds": True}))
            plan = [row.detail for row in db.reader().execute(text(f"EXPLAIN QUERY PLAN {said}"))]
            assert not [step for step in plan if "TEMP B-TREE" in step], (screen.key, order, plan)


def test_scoped_rows_are_reached_by_indexes(app: Flask, world: World, backend: str) -> None:
    if backend != "sqlite":
        pytest.skip("as above")
    for screen in SCREENS:
        if not screen.scope:
            continue
        query = listing.statement(screen, Wanted(), Scope(frozenset({MINE}))).limit(25)
        said = str(query.compile(db.engine(), compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in db.reader().execute(text(f"EXPLAIN QUERY PLAN {said}"))]
        scans = [step for step in plan if step.startswith("SCAN") and "USING" not in step]
        assert len(scans) <= 1, (screen.key, plan)  # the list itself, newest first, until its page is full
