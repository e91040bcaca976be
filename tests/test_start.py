"""Starting the portal: nothing is written, secrets are checked, the database answers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event

from portal import db, migrations
from portal.app import create_app
from portal.errors import Misconfigured
from portal.settings import Settings, check


def test_start_opens_no_connection(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        assert db.engine().pool.checkedin() == 0  # type: ignore[attr-defined]


def test_health(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_short_secret_is_refused_by_name(settings: Settings) -> None:
    with pytest.raises(Misconfigured, match="PORTAL_SECRET_KEY"):
        check(settings.model_copy(update={"secret_key": SecretStr("short")}))


def test_production_wants_https(settings: Settings) -> None:
    with pytest.raises(Misconfigured, match="PORTAL_PUBLIC_URL"):
        check(settings.model_copy(update={"mode": "production"}))


def test_migrations_match_the_models_and_go_down(app: Flask) -> None:
    plugins = app.extensions["portal_plugins"]
    assert migrations.behind(db.engine(), plugins) == []
    migrations.downgrade(db.engine(), plugins, migrations.CORE)
    assert migrations.behind(db.engine(), plugins) == ["core"]
    migrations.upgrade(db.engine(), plugins)
    assert migrations.behind(db.engine(), plugins) == []


def test_write_begins_as_the_only_writer(app: Flask, backend: str) -> None:
    seen: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    with db.write() as session:
        session.connection()
    first = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(%(key)s)"}
    assert seen[0] == first[backend]
