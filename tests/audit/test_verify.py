"""The trail is chained: whoever changes a row afterwards is found."""

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, select, update

from portal import db
from portal.audit import service as audit
from portal.audit.models import AuditRow
from portal.cli import main
from portal.settings import Settings
from portal.testing import make_account


@pytest.fixture
def verify(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Three rows, and the command looking at the database of this test."""
    monkeypatch.setenv("PORTAL_DATA", str(settings.data))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database)
    with db.write() as session:
        account = make_account(session)
        for verb in ("one", "two", "three"):
            audit.record(session, account.id, verb, account, after={"value": verb})
    return CliRunner()


def sequences() -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(AuditRow.sequence).order_by(AuditRow.sequence)))  # type: ignore[arg-type]


def test_a_whole_trail(verify: CliRunner) -> None:
    answer = verify.invoke(main, ["audit", "verify"])
    assert (answer.exit_code, answer.output) == (0, "whole\n")
    assert sequences() == [1, 2, 3]


def test_a_changed_row_is_named(verify: CliRunner) -> None:
    verify.invoke(main, ["audit", "verify"])
    with db.write() as session:
        session.execute(update(AuditRow).where(AuditRow.sequence == 2).values(reason="another"))
    answer = verify.invoke(main, ["audit", "verify"])
    assert (answer.exit_code, answer.output) == (1, "broken at sequence 2\n")


def test_a_row_that_was_taken_out_is_missed(verify: CliRunner) -> None:
    verify.invoke(main, ["audit", "verify"])
    with db.write() as session:
        session.execute(delete(AuditRow).where(AuditRow.sequence == 2))
    answer = verify.invoke(main, ["audit", "verify"])
    assert (answer.exit_code, answer.output) == (1, "broken at sequence 3\n")
