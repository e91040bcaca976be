"""The trail is chained: whoever changes a row afterwards is found."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, select, update

from portal import db
from portal.audit import anchor
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
    assert answer.exit_code == 0
    assert answer.output.startswith("whole\nhead 3:")
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


def forge() -> None:
    """What somebody with the database does: other rows, chained again from the first on."""
    with db.write() as session:
        session.execute(update(AuditRow).values(sequence=None, chain=None, reason="forged"))


def cut(*sequences: int) -> None:
    with db.write() as session:
        session.execute(delete(AuditRow).where(AuditRow.sequence.in_(sequences)))


@pytest.mark.parametrize("tamper", [lambda: cut(3), lambda: cut(1, 2, 3), forge])
def test_a_trail_that_was_cut_or_written_anew_is_found(verify: CliRunner, tamper: Callable[[], None]) -> None:
    verify.invoke(main, ["audit", "verify"])
    tamper()
    for _again in range(2):  # looking does not make the new head the kept one
        answer = verify.invoke(main, ["audit", "verify"])
        assert answer.exit_code == 1
        assert "cut off or written anew: the trail no longer leads through 3" in answer.output


def test_further_rows_do_not_cover_what_was_cut(app: Flask, verify: CliRunner) -> None:
    verify.invoke(main, ["audit", "verify"])
    cut(3)
    with db.write() as session:
        account = make_account(session)
        for verb in ("four", "five"):
            audit.record(session, account.id, verb, account)
    assert verify.invoke(main, ["audit", "verify"]).exit_code == 1


def test_a_head_that_was_written_down_is_looked_for(verify: CliRunner, settings: Settings) -> None:
    """Where the kept head was taken away as well."""
    head = verify.invoke(main, ["audit", "verify"]).output.split()[-1]
    cut(3)
    (settings.data / "files" / anchor.KEY).unlink()
    assert verify.invoke(main, ["audit", "verify", "--expect", head]).exit_code == 1
    (settings.data / "files" / anchor.KEY).unlink()
    assert verify.invoke(main, ["audit", "verify"]).exit_code == 0  # the control
    assert verify.invoke(main, ["audit", "verify", "--expect", "3:x"]).exit_code == 2


def test_a_head_somebody_else_wrote_is_no_head(verify: CliRunner, settings: Settings) -> None:
    verify.invoke(main, ["audit", "verify"])
    file = settings.data / "files" / anchor.KEY
    file.write_text(file.read_text().replace('"sequence": 3', '"sequence": 2'))
    answer = verify.invoke(main, ["audit", "verify"])
    assert (answer.exit_code, answer.output) == (1, f"the head kept in {anchor.KEY} was changed\n")


def test_after_a_restored_backup_the_trail_is_accepted_with_a_reason(verify: CliRunner) -> None:
    verify.invoke(main, ["audit", "verify"])
    cut(3)
    assert verify.invoke(main, ["audit", "accept", "--reason", " "]).exit_code == 2
    assert verify.invoke(main, ["audit", "accept", "--reason", "backup of Monday"]).exit_code == 0
    assert verify.invoke(main, ["audit", "verify"]).exit_code == 0
    with db.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.verb == "audit.accepted")).one()
        assert row.reason == "backup of Monday"
        assert row.after is not None
        assert "no longer leads through 3" in row.after["fault"]
