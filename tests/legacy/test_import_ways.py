"""The import from the command line and as a job of staff: what is said, what is listed, and to whom."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from portal import clock, db, jobs
from portal.cli import main
from portal.jobs import Job
from portal.legacy import periodic
from portal.people.models import Learner
from portal.settings import Settings
from portal.sheets import reading
from portal.storage import current_storage
from portal.testing import make_account
from tests.legacy.conftest import number, person, register
from tests.staff.conftest import trail

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def portal(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command opens the site under test."""
    monkeypatch.setenv("PORTAL_DATA", str(settings.data))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database)
    monkeypatch.setenv("PORTAL_SECRET_KEY", settings.secret_key.get_secret_value())
    monkeypatch.setenv("PORTAL_INDEX_PEPPER", settings.index_pepper.get_secret_value())
    monkeypatch.setenv("PORTAL_VAULT_KEYS", json.dumps([key.get_secret_value() for key in settings.vault_keys]))


def command(file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["learners", "import", str(file), *options])


def learners() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Learner)) or 0


@pytest.mark.usefixtures("portal")
def test_the_command_says_what_it_would_do_and_then_does_it(tmp_path: Path) -> None:
    file = tmp_path / "old.xlsx"
    file.write_bytes(register(person(1), person(2)))
    dry = command(file, "--dry-run")
    assert (dry.exit_code, learners()) == (0, 0)
    assert "2 people: 2 would come over" in dry.output
    assert "Nothing was written." in dry.output
    wet = command(file)
    assert (wet.exit_code, learners()) == (0, 2)
    assert "2 came over" in wet.output


@pytest.mark.usefixtures("portal")
def test_wrong_rows_stop_it_and_come_back_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "old.csv.xlsx"
    file.write_bytes(register(person(1, phone=""), person(2, id=number(2)[:-1])))
    stopped = command(file)
    assert (stopped.exit_code, learners()) == (1, 0)
    assert "row 3, 证件号码: An ID number has 18 characters; this one has 17." in stopped.output
    for private in (number(2)[:-1], "何志远", "13900000002"):
        assert private not in stopped.output
    listed = tmp_path / "old.csv.to-repair.xlsx"
    assert stat.S_IMODE(listed.stat().st_mode) == 0o600
    assert len(reading.read(listed.read_bytes()).tabs[0].rows) == 2
    assert (command(file, "--skip-bad").exit_code, learners()) == (0, 1)
    assert (tmp_path / "old.csv.without-phone.xlsx").exists()


@pytest.mark.usefixtures("portal")
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "old.xlsx"
    file.write_bytes(b"<html></html>")
    failed = command(file)
    assert failed.exit_code == 1
    assert failed.output.startswith("Error: The file is a web page")


def test_staff_start_it_as_a_job_and_find_the_lists(app: Flask) -> None:
    with db.write() as session:
        account = make_account(session)
        periodic.begin(session, register(person(1, phone=""), person(2, name="")), account.id, dry=False, anyway=True)
    jobs.drain()
    with db.read() as session:
        job = periodic.latest(session, clock.now() - timedelta(hours=1))[0]
    assert job.state == "done", job.error
    result = job.result or {}
    files = result.pop("files")
    assert result == {"people": 1, "added": 1, "known": 0, "credits": 2, "bad": 1, "unproved": 1}
    assert number(1) not in json.dumps(job.payload) + json.dumps(job.result)
    assert [row.cells[1] for row in reading.read(current_storage().get(files["bad"])).tabs[0].rows][1:] == ["3"]
    assert len(reading.read(current_storage().get(files["unproved"])).tabs[0].rows) == 2


def test_uploaded_registers_do_not_stay(app: Flask) -> None:
    with db.write() as session:
        job = periodic.begin(session, register(person(1, phone="")), make_account(session).id, dry=True)
    jobs.drain()
    file = job.payload["file"]
    jobs.drain(clock.now() + timedelta(days=29))
    assert current_storage().exists(file)
    assert current_storage().exists(f"{file}.unproved.xlsx")
    with db.write() as session:
        jobs.submit(session, "legacy.sweep")
    jobs.drain(clock.now() + timedelta(days=31))
    assert not current_storage().exists(file)
    assert not current_storage().exists(f"{file}.unproved.xlsx")


def test_a_file_no_job_can_read_fails_with_its_sentence(app: Flask) -> None:
    with db.write() as session:
        periodic.begin(session, b"<html></html>", make_account(session).id, dry=True)
    jobs.drain()
    with db.read() as session:
        job = session.scalars(select(Job).where(Job.key == periodic.KEY)).one()
    assert (job.state, (job.result or {}).get("refused")) == (
        "done",
        "文件内容是网页，只是名字像表格；请打开后另存为 .xlsx 再上传",
    )


@pytest.mark.usefixtures("portal")
def test_the_command_prints_a_slip_that_counts(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "old.xlsx"
    file.write_bytes(register(person(1, phone="")))
    command(file)
    printed = CliRunner().invoke(main, ["learners", "slip"], input=f"{number(1)}\n身份证已核对\n")
    assert printed.exit_code == 0, printed.output
    assert number(1) not in printed.output
    code = printed.output.splitlines()[-1].split()[0]
    form = {"account": number(1), "person": "何志远", "code": code, "agreed": "y"}
    done = app.test_client().post("/reset", data={**form, "password": "a new horse 7", "again": "a new horse 7"})
    assert done.location == "/me"
    (kept,) = trail("code_slip")
    assert (kept.actor_id, kept.reason) == (None, "身份证已核对")
    nobody = CliRunner().invoke(main, ["learners", "slip", "--login", "nobody", "--why", "身份证已核对"])
    assert nobody.exit_code == 1


@pytest.mark.usefixtures("portal")
def test_a_slip_without_a_reason_is_not_printed(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "old.xlsx"
    file.write_bytes(register(person(1, phone="")))
    command(file)
    for said, typed in ((["--why", "  "], ""), ([], "   \n")):
        refused = CliRunner().invoke(main, ["learners", "slip", "--login", number(1), *said], input=typed)
        assert refused.exit_code == 2
        assert "the audit trail keeps it" in refused.output
    assert trail("code_slip") == []
