"""Starting the portal: nothing is written, secrets are checked, the database answers."""

from secrets import token_urlsafe
from types import ModuleType

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event

from portal import db
from portal.app import create_app
from portal.errors import Misconfigured
from portal.kit import hookimpl
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


def live(settings: Settings, **changes: object) -> Settings:
    """These settings as a site in production may have them, but for the changes."""
    safe = {
        "mode": "production",
        "public_url": "https://jxjy.example.cn",
        "plugins_disabled": ["pay_sandbox"],
        "secret_key": SecretStr(token_urlsafe(32)),
        "index_pepper": SecretStr(token_urlsafe(32)),
    }
    return settings.model_copy(update=safe | changes)


def test_production_starts_when_all_is_said(settings: Settings) -> None:
    check(live(settings))
    create_app(live(settings))


ONE = SecretStr("0123456789abcdefghijklmnopqrstuvwxyz")
SHARED = "sqlite:////srv/portal.db"


@pytest.mark.parametrize(
    ("named", "changes"),
    [
        ("PORTAL_PUBLIC_URL", {"public_url": ""}),
        ("PORTAL_PUBLIC_URL", {"public_url": "http://jxjy.example.cn"}),
        ("PORTAL_SECRET_KEY", {"secret_key": SecretStr("short")}),
        ("PORTAL_SECRET_KEY", {"secret_key": SecretStr("change-me" * 5)}),
        ("PORTAL_INDEX_PEPPER", {"index_pepper": SecretStr("0" * 40)}),
        ("PORTAL_INDEX_PEPPER", {"secret_key": ONE, "index_pepper": ONE}),
        ("PORTAL_VAULT_KEYS", {"vault_keys": []}),
        ("PORTAL_DATABASE_URL", {"processes": 2, "database_url": SHARED}),
    ],
)
def test_production_refuses_by_name(settings: Settings, named: str, changes: dict[str, object]) -> None:
    with pytest.raises(Misconfigured, match=named):
        check(live(settings, **changes))


@pytest.mark.parametrize("variable", ["WEB_CONCURRENCY", "GRANIAN_WORKERS"])
def test_several_processes_a_server_was_told_of_are_seen(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "4")
    with pytest.raises(Misconfigured, match=f"PORTAL_DATABASE_URL.*{variable}"):
        check(live(settings, database_url=SHARED))
    check(live(settings, database_url="postgresql+psycopg://host/name", processes=4))


def test_production_is_not_debugged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(Misconfigured, match="FLASK_DEBUG"):
        create_app(live(settings))


def test_no_plugin_takes_the_form_tokens_away(settings: Settings) -> None:
    careless = Blueprint("careless", __name__)
    careless.record(lambda state: state.app.config.update(WTF_CSRF_ENABLED=False))
    plugin = ModuleType("portal_careless")
    plugin.blueprints = hookimpl(lambda: [careless], specname="blueprints")  # type: ignore[attr-defined]
    plugin.__file__ = __file__
    with pytest.raises(Misconfigured, match="WTF_CSRF_ENABLED"):
        create_app(live(settings), [("careless", plugin)])


def test_write_begins_as_the_only_writer(app: Flask, backend: str) -> None:
    seen: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    with db.write() as session:
        session.connection()
    first = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(%(key)s)"}
    assert seen[0] == first[backend]
