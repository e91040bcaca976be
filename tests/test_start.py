"""Starting the portal: nothing is written, secrets are checked, the database answers."""

from base64 import urlsafe_b64encode
from secrets import token_bytes, token_hex, token_urlsafe
from types import ModuleType

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event, select

from portal import db, strength
from portal.access import staff_accounts
from portal.app import create_app
from portal.demo import accounts
from portal.errors import Misconfigured
from portal.kit import hookimpl
from portal.people import passwords
from portal.people.models import Account
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
        ("PORTAL_PUBLIC_URL", {"public_url": "https://"}),
        ("PORTAL_PUBLIC_URL", {"public_url": "https:///path"}),
        ("PORTAL_SECRET_KEY", {"secret_key": SecretStr("abcdefghijklmnopqrstuvwxyz012345")}),
        ("PORTAL_SECRET_KEY", {"secret_key": SecretStr("k3Hq9ZxW2m" * 4)}),
        ("PORTAL_VAULT_KEYS", {"vault_keys": []}),
        ("PORTAL_VAULT_KEYS", {"vault_keys": [SecretStr("A" * 43 + "=")]}),
        ("PORTAL_VAULT_KEYS", {"vault_keys": [SecretStr(urlsafe_b64encode(bytes(range(32))).decode())]}),
        ("PORTAL_VAULT_KEYS", {"vault_keys": [SecretStr("a word")]}),
        ("PORTAL_DATABASE_URL", {"processes": 2, "database_url": SHARED}),
    ],
)
def test_production_refuses_by_name(settings: Settings, named: str, changes: dict[str, object]) -> None:
    with pytest.raises(Misconfigured, match=named):
        check(live(settings, **changes))


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        *(("WEB_CONCURRENCY", "4"), ("GRANIAN_WORKERS", "4"), ("UWSGI_WORKERS", "4"), ("UWSGI_PROCESSES", "2")),
        *(("GUNICORN_CMD_ARGS", said) for said in ("-w 4", "-w4", "--bind :80 --workers=4", "--workers 4")),
    ],
)
def test_several_processes_a_server_was_told_of_are_seen(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    monkeypatch.setenv(variable, said)
    with pytest.raises(Misconfigured, match=f"PORTAL_DATABASE_URL.*{variable}"):
        check(live(settings, database_url=SHARED))
    check(live(settings, database_url="postgresql+psycopg://host/name", processes=4))


def test_one_process_is_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "-w 1 --threads 8")
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    check(live(settings, database_url=SHARED))
    assert strength.several_processes({}, ["/srv/bin/gunicorn", "-w", "3", "site:app"]) == "gunicorn --workers"
    assert strength.several_processes({}, ["/srv/bin/portal", "-w", "3"]) == ""


def test_what_a_machine_drew_is_never_refused() -> None:
    for _ in range(2000):
        assert not strength.guessable(token_hex(16))
        assert not strength.guessable(token_urlsafe(32))
        assert strength.weak_key(urlsafe_b64encode(token_bytes(32)).decode()) == ""


def test_no_server_answers_while_a_password_of_the_demonstration_opens(settings: Settings) -> None:
    """However the application is served: `portal run` looks by itself, another server does not."""
    app = create_app(live(settings))
    with app.app_context():
        one = accounts.every()[0]
        with db.write() as session:
            staff_accounts.add(session, one.login, one.name, passwords.digest(one.password), staff_accounts.ADMIN)
        ask = {"base_url": "https://jxjy.example.cn"}
        assert [app.test_client().get(path, **ask).status_code for path in ("/healthz", "/login")] == [503, 503]
        with db.write() as session:
            account = session.scalars(select(Account).where(Account.username == one.login)).one()
            account.password = passwords.digest("long-enough-9-words")
        again = create_app(live(settings))
    with again.app_context():
        assert again.test_client().get("/healthz", **ask).status_code == 200


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
