"""Many documents as one file: asked for on a staff page, made by a job, fetched by whoever asked, dropped in time."""

import io
import re
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock, db, jobs
from portal.access.staff_accounts import COUNTY
from portal.events import Delivery, EventRow
from portal.jobs import Job
from portal.people.models import Account
from portal.staff import roles
from portal.storage import current_storage
from portal.study.models import Plan
from portal.testing import log_in
from portal_certs import bundling, issuing, service
from portal_certs.models import Batch, Document
from portal_certs.sample import SAMPLE
from portal_certs.service import batches as batches_
from portal_certs.snapshot import Office
from tests.certs.holder import NOW, documents, issued, made
from tests.staff.world import World, build

URL = "/staff/documents/batches"


@pytest.fixture
def world(app: Flask) -> World:
    with db.write() as session:
        roles.sync(session, app)
        return build(session)


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    return _of(app, world.admin)


def _of(app: Flask, account: Account) -> FlaskClient:
    client = app.test_client()
    log_in(client, account)
    return client


def _ask(client: FlaskClient, **typed: str) -> Any:
    said = {"what": "zip", "kind": "certificate", "division": "", "pattern": "{name}-{number}"} | typed
    return client.post(URL, data=said)


def _batches() -> list[Batch]:
    with db.read() as session:
        return list(session.scalars(select(Batch).order_by(Batch.id)))


def _file(client: FlaskClient) -> bytes:
    return bytes(client.get(f"{URL}/{_batches()[-1].id}/file", buffered=True).data)


def test_a_zip_holds_the_issued_bytes_under_their_names(app: Flask, desk: FlaskClient) -> None:
    first, second = issued(), issued("古丽巴哈尔·阿卜杜热西提")
    third = issued("李明")
    with db.write() as session:
        service.revoke(session, session.get_one(Document, third.id), "duplicate", None, NOW)
    assert _ask(desk).status_code == 303
    assert "0 / 2" in desk.get(URL).text
    jobs.drain()
    assert f'href="{URL}/1/file"' in desk.get(URL).text
    archive = zipfile.ZipFile(io.BytesIO(_file(desk)))
    assert archive.namelist() == [f"周晓岚-{first.number}.pdf", f"古丽巴哈尔·阿卜杜热西提-{second.number}.pdf"]
    for document, name in zip((first, second), archive.namelist(), strict=True):
        assert archive.read(name) == current_storage().get(str(document.storage_key))


def test_equal_names_do_not_hide_each_other(app: Flask, desk: FlaskClient) -> None:
    _first, second = issued(), issued()
    _ask(desk, pattern="{name}")
    jobs.drain()
    assert zipfile.ZipFile(io.BytesIO(_file(desk))).namelist() == ["周晓岚.pdf", f"周晓岚 {second.number}.pdf"]


@given(st.text(max_size=150))
def test_no_name_leaves_the_folder_it_is_unpacked_in(name: str) -> None:
    made_ = bundling.file_name("{name}", SAMPLE.model_copy(update={"name": name}), "HE26-0208-000001-6")
    assert made_
    assert not re.search(r'[\x00-\x1f/\\:*?"<>|]', made_)
    assert not made_.startswith(".")
    assert len(made_) <= bundling.LONGEST


def test_a_print_file_has_all_pages_in_order(app: Flask, desk: FlaskClient) -> None:
    numbers = [issued(name).number for name in ("周晓岚", "李明", "古丽巴哈尔·阿卜杜热西提")]
    _ask(desk, what="print")
    jobs.drain()
    pages = PdfReader(io.BytesIO(_file(desk))).pages
    assert [number in page.extract_text() for number, page in zip(numbers, pages, strict=True)] == [True] * 3
    assert "阿卜杜热西提" in pages[2].extract_text()


def test_what_is_chosen_is_narrowed(app: Flask, desk: FlaskClient, world: World) -> None:
    issued()
    today = clock.today(clock.now())
    for typed in (
        {"kind": "proof"},
        {"division": "130209"},
        {"first": f"{today + timedelta(days=1)}"},
        {"last": "2020-01-01"},
    ):
        answer = _ask(desk, **typed)
        assert answer.status_code in (422,), typed
    assert "没有符合条件的有效证书" in _ask(desk, kind="proof").text
    assert _ask(desk, first=f"{today}", last=f"{today}").status_code == 303
    assert [batch.documents for batch in _batches()] == [[documents()[0].id]]


@pytest.mark.parametrize("pattern", ["{salary}", "{name", "{name.__class__}", "x" * 81])
def test_a_wrong_pattern_is_explained_and_kept(app: Flask, desk: FlaskClient, pattern: str) -> None:
    issued()
    answer = _ask(desk, pattern=pattern)
    assert answer.status_code == 422
    assert f'value="{pattern}"' in answer.text
    assert _batches() == []


def test_too_many_are_said_before_they_are_made(app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    issued(), issued("李明")
    monkeypatch.setitem(batches_.MOST, "print", 1)
    answer = _ask(desk, what="print")
    assert (answer.status_code, "请缩小范围" in answer.text) == (422, True)


def test_county_staff_take_only_what_they_may_see(app: Flask, world: World) -> None:
    county, foreign = issued(), issued("李明")
    with db.write() as session:
        session.get_one(Document, foreign.id).learner.division_code = world.theirs["learners"].division_code
    client = _of(app, world.county)
    assert _ask(client).status_code == 303
    assert _batches()[-1].documents == [county.id]
    jobs.drain()
    assert client.get(f"{URL}/1/file", buffered=True).status_code == 200
    assert _of(app, world.admin).get(f"{URL}/1/file").status_code == 404  # only whoever asked for it
    assert client.post("/staff/documents/issue").status_code == 404  # reading is not issuing


def test_a_file_is_dropped_in_time(app: Flask, desk: FlaskClient) -> None:
    issued()
    _ask(desk)
    jobs.drain()
    key = str(_batches()[0].storage_key)
    jobs.ensure_periodic()
    jobs.drain(clock.now() + timedelta(days=2))
    assert current_storage().exists(key)
    jobs.drain(clock.now() + timedelta(days=4))
    assert (_batches(), current_storage().exists(key)) == ([], False)
    assert desk.get(f"{URL}/1/file").status_code == 404


def test_a_job_cut_short_begins_anew_and_leaves_one_file(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued()
    _ask(desk)
    with monkeypatch.context() as killed:
        killed.setattr(bundling.service, "finish_batch", lambda *_given: 1 / 0)
        jobs.drain()
    jobs.drain(clock.now() + timedelta(minutes=5))
    assert zipfile.ZipFile(io.BytesIO(_file(desk))).testzip() is None
    with db.read() as session:
        assert {job.state for job in session.scalars(select(Job).where(Job.key == service.BATCH))} == {"done"}


def _owed(*names: str, photo: bool = True) -> list[int]:
    """Plans that are owed a certificate, with nothing on its way to them."""
    plans = [made(name, photo=photo).plan_id for name in names]
    with db.write() as session:
        for model in (Job, Delivery, EventRow):
            session.execute(delete(model))
    return plans


def test_what_is_owed_is_issued_with_progress(app: Flask, desk: FlaskClient) -> None:
    plans = _owed("周晓岚", "李明")
    _owed("王芳", photo=False)
    page = desk.get(URL).text
    assert "现在可以签发 2 份证书" in page
    assert "另有 1 份等待学员上传照片" in page
    assert desk.post("/staff/documents/issue").status_code == 303
    assert [batch.documents for batch in _batches()] == [plans]
    assert '<progress max="2" value="0"' in desk.get(URL).text
    jobs.drain()
    page = desk.get(URL).text
    assert "已签发 2 份" in page
    assert "<progress" not in page
    assert [one.state for one in documents()] == ["issued", "issued"]


def test_a_batch_issue_becomes_a_file_at_one_click(app: Flask, desk: FlaskClient, world: World) -> None:
    issued("陈静")
    _owed("周晓岚")
    desk.post("/staff/documents/issue")
    jobs.drain()
    (batch,) = _batches()
    assert _of(app, world.county).post(f"{URL}/{batch.id}/print").status_code == 404
    assert desk.post(f"{URL}/{batch.id}/print").status_code == 303
    jobs.drain()
    assert _batches()[-1].documents == [documents()[-1].id]
    (page,) = PdfReader(io.BytesIO(_file(desk))).pages
    assert "周晓岚" in page.extract_text()
    assert desk.post(f"{URL}/{_batches()[-1].id}/zip").status_code == 404  # a file is no issue


def test_nothing_to_issue_is_said(app: Flask, desk: FlaskClient) -> None:
    _owed("周晓岚", photo=False)
    answer = desk.post("/staff/documents/issue")
    assert (answer.status_code, "现在没有可以签发的证书" in answer.text, _batches()) == (422, True, [])


def test_a_batch_issue_cut_short_goes_on_where_it_was(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _owed("周晓岚", "李明", "王芳")
    desk.post("/staff/documents/issue")
    whole, asked = service.issue_certificate, []

    def dies_at_the_second(session: Session, plan: Plan, office: Office, now: datetime) -> Document | None:
        asked.append(plan.id)
        return whole(session, plan, office, now) if len(asked) != 2 else 1 / 0

    monkeypatch.setattr(issuing, "STEP", 1)
    monkeypatch.setattr(issuing.service, "issue_certificate", dies_at_the_second)
    jobs.drain()
    assert _batches()[0].done == 1
    jobs.drain(clock.now() + timedelta(minutes=5))
    assert len(asked) == 4  # the first was not asked again
    assert (_batches()[0].done, [one.state for one in documents()]) == (3, ["issued"] * 3)


def test_county_staff_issue_only_for_their_people(app: Flask, world: World) -> None:
    mine, theirs = _owed("周晓岚"), _owed("李明")
    with db.write() as session:
        session.get_one(Plan, theirs[0]).learner.division_code = world.theirs["learners"].division_code
        roles.grant(session, session.scalars(select(Role).where(Role.name == COUNTY)).one(), "documents", "write")
    assert _of(app, world.county).post("/staff/documents/issue").status_code == 303
    assert _batches()[0].documents == mine
