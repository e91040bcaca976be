"""`portal demo`, `create-admin` and `doctor` on the command line."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from portal import cli, db, doctor
from portal.app import create_app
from portal.audit import service as audit
from portal.clock import now
from portal.demo import known
from portal.doctor import FAIL, OK, WARN, Finding
from portal.fonts import FONTS
from portal.hookspecs import hookimpl
from portal.jobs import Job
from portal.people.models import Account
from portal.settings import Settings

Portal = Callable[..., Result]


@pytest.fixture
def portal(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Runs a subcommand on the test's own site."""
    from portal.cli import main

    monkeypatch.setenv("PORTAL_DATA", str(settings.data))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PORTAL_SECRET_KEY", settings.secret_key.get_secret_value())
    monkeypatch.setenv("PORTAL_INDEX_PEPPER", settings.index_pepper.get_secret_value())
    monkeypatch.setenv("PORTAL_VAULT_KEYS", json.dumps([key.get_secret_value() for key in settings.vault_keys]))

    def run(*arguments: str, **options: str) -> Result:
        return CliRunner().invoke(main, arguments, **options)  # type: ignore[arg-type]

    return run


def test_demo_prints_the_accounts_and_keeps_what_is_there(portal: Portal, settings: Settings) -> None:
    first = portal("demo")
    assert first.exit_code == 0, first.output
    said = json.loads((settings.data / "demo-accounts.json").read_text("utf-8"))
    assert set(said) == {"admin", "county_staff", "learner", "legacy_learner", "organisation"}
    assert set(said["legacy_learner"]) == {"login", "name", "password", "phone"}
    for account in said.values():
        assert account["login"] in first.output
        assert account["password"] in first.output
    again = portal("demo", "--quiet")
    assert again.output.splitlines() == first.output.splitlines()[1:]


def test_demo_is_refused_in_production(portal: Portal, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_MODE", "production")
    monkeypatch.setenv("PORTAL_SECRET_KEY", token_urlsafe(32))
    monkeypatch.setenv("PORTAL_INDEX_PEPPER", token_urlsafe(32))
    monkeypatch.setenv("PORTAL_PUBLIC_URL", "https://jxjy.example.cn")
    monkeypatch.setenv("PORTAL_PLUGINS_DISABLED", '["pay_sandbox"]')
    answer = portal("demo")
    assert answer.exit_code == 1
    assert "production" in answer.output
    assert not (settings.data / "demo-accounts.json").exists()


def test_production_does_not_open_with_the_demonstrations_passwords(
    portal: Portal, settings: Settings, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops before it listens, and says whose password it is; a new password or a closed account lets it start."""
    live = {"mode": "production", "public_url": "https://jxjy.example.cn", "plugins_disabled": ["pay_sandbox"]}
    monkeypatch.setattr(cli, "open_app", lambda **_given: create_app(settings.model_copy(update=live)))
    answer = portal("run")
    assert answer.exit_code == 1
    assert "admin, fengrun" in answer.output
    with db.write() as session:
        for one in session.scalars(select(Account).where(Account.kind == "staff")):
            one.password = "x"
    with db.read() as session:
        left = known.still_open(session)
    assert left
    assert not {"admin", "fengrun"} & set(left)


@pytest.mark.parametrize(
    ("login", "password", "sentence"),
    [
        ("zhang", "short", "at least 12"),
        ("zhang", "1234567890123", "digits only"),
        ("zhang-the-third", "zhang-the-third", "must not be"),
        ("admin", "quite-long-enough", "taken"),
        ("  ADMIN ", "quite-long-enough", "taken"),
    ],
)
def test_create_admin_refuses(portal: Portal, login: str, password: str, sentence: str) -> None:
    answer = portal("create-admin", "--login", login, "--name", "张", "--password", password)
    assert answer.exit_code == 1
    assert sentence in answer.output


def test_create_admin_asks_and_makes_somebody_who_logs_in(portal: Portal, app: Flask, client: FlaskClient) -> None:
    answer = portal("create-admin", "--name", "张主任", input="zhang\nquite-long-enough\nquite-long-enough\n")
    assert answer.exit_code == 0, answer.output
    assert "quite-long" not in answer.output
    with db.read() as session:
        account = session.query(Account).filter_by(username="zhang").one()
        assert [role.name for role in account.roles] == ["Admin"]
    form = {"name": "Zhang", "password": "quite-long-enough"}
    assert client.post("/login", data=form).location == "/staff/"


def test_doctor_finds_a_healthy_site_healthy(portal: Portal) -> None:
    answer = portal("doctor")
    assert answer.exit_code == 0, answer.output
    assert "fail" not in answer.output
    assert "tables are up to date" in answer.output


def test_doctor_fails_on_wrong_settings_without_showing_them(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_MODE", "s3cret-typed-in-the-wrong-place")
    answer = portal("doctor")
    assert answer.exit_code == 1
    assert "PORTAL_MODE" in answer.output
    assert "s3cret" not in answer.output
    monkeypatch.setenv("PORTAL_MODE", "demo")
    monkeypatch.setenv("PORTAL_SECRET_KEY", "short")
    answer = portal("doctor")
    assert answer.exit_code == 1
    assert "PORTAL_SECRET_KEY" in answer.output


def _findings(subject: str, level: str) -> list[Finding]:
    return [one for one in doctor.examine(now()) if (one.subject, one.level) == (subject, level)]


def test_doctor_sees_tables_that_are_behind(app: Flask) -> None:
    with db.write() as session:
        session.execute(text("DELETE FROM alembic_version"))
    assert "core" in _findings("database", FAIL)[0].text


def test_doctor_sees_a_changed_trail(app: Flask) -> None:
    assert _findings("audit", FAIL) == []
    audit.chain()
    assert _findings("audit", OK)
    with db.write() as session:
        session.execute(text("UPDATE audit SET reason = 'never mind' WHERE id = (SELECT min(id) FROM audit)"))
    assert "row 1" in _findings("audit", FAIL)[0].text


def test_doctor_sees_work_that_nobody_does(app: Flask) -> None:
    assert _findings("jobs", WARN) == []
    with db.write() as session:
        session.add(Job(key="x", state="queued", run_at=now() - timedelta(hours=1)))
        session.add(Job(key="x", state="running", lease_until=now() - timedelta(hours=1)))
        session.add(Job(key="x", state="failed"))
    assert [one.text[:24] for one in _findings("jobs", WARN)] == [
        "1 abandoned, 1 waiting f",
        "1 jobs and 0 deliveries ",
    ]


def test_doctor_sees_a_folder_that_cannot_be_written(app: Flask, settings: Settings) -> None:
    (settings.data / "files" / "doctor").write_text("in the way")
    assert _findings("storage", FAIL)


def test_doctor_sees_missing_assets(app: Flask, tmp_path: Path) -> None:
    app.static_folder = str(tmp_path)
    assert "bootstrap" in _findings("assets", FAIL)[0].text


def test_doctor_sees_a_missing_font(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FONTS, "bold", tmp_path / "NotoSerifSC-Bold.ttf")
    assert any("NotoSerifSC-Bold.ttf" in finding.text for finding in _findings("assets", FAIL))


def roles() -> list[object]:
    raise ZeroDivisionError("no roles here")


def test_doctor_sees_plugins_that_are_off(settings: Settings) -> None:
    broken = ModuleType("broken")
    broken.roles = hookimpl(roles)  # type: ignore[attr-defined]
    chosen = settings.model_copy(update={"plugins_disabled": ["certs"]})
    with create_app(chosen, [("broken", broken)]).app_context():
        found = [one for one in doctor.examine(now()) if one.subject == "plugins" and one.level != OK]
        assert [(one.level, one.text.split()[0]) for one in found] == [(WARN, "certs"), (FAIL, "broken")]
        assert "no roles here" in found[1].text


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"mode": "production"}, "PORTAL_TRUSTED_PROXIES is 0"),
        ({"mode": "production", "trusted_proxies": 1}, ""),
        ({"trusted_proxies": 1, "host": "::"}, "past the proxy"),
        ({}, ""),
    ],
)
def test_doctor_says_whose_address_is_counted(settings: Settings, changes: dict[str, object], warned: str) -> None:
    found = list(doctor.proxies(settings.model_copy(update=changes)))
    assert [one.level for one in found] == ([WARN] if warned else [])
    assert all(warned in one.text for one in found)
