"""Many documents as one file: asked for on a staff page, made by a job, fetched by whoever asked, dropped in time."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from portal import clock, db, jobs
from portal.jobs import Job
from portal.people import service as people
from portal.storage import current_storage
from portal_certs import bundling, service
from portal_certs.models import Document
from portal_certs.sample import SAMPLE
from portal_certs.service import batches as batches_
from tests.certs.desk import URL, ask, batches, file_of, staff_at, try_till_given_up
from tests.certs.holder import NOW, documents, issued
from tests.staff.world import THEIRS, World


def test_a_zip_holds_the_issued_bytes_under_their_names(app: Flask, desk: FlaskClient) -> None:
    first, second = issued(), issued("古丽巴哈尔·阿卜杜热西提")
    third = issued("李明")
    with db.write() as session:
        service.revoke(session, session.get_one(Document, third.id), "duplicate", None, NOW)
    assert ask(desk).status_code == 303
    assert "0 / 2" in desk.get(URL).text
    jobs.drain()
    assert f'href="{URL}/1/file"' in desk.get(URL).text
    archive = zipfile.ZipFile(io.BytesIO(file_of(desk)))
    assert archive.namelist() == [f"周晓岚-{first.number}.pdf", f"古丽巴哈尔·阿卜杜热西提-{second.number}.pdf"]
    for document, name in zip((first, second), archive.namelist(), strict=True):
        assert archive.read(name) == current_storage().get(str(document.storage_key))


def test_equal_names_do_not_hide_each_other(app: Flask, desk: FlaskClient) -> None:
    _first, second = issued(), issued()
    ask(desk, pattern="{name}")
    jobs.drain()
    assert zipfile.ZipFile(io.BytesIO(file_of(desk))).namelist() == ["周晓岚.pdf", f"周晓岚 {second.number}.pdf"]


@given(st.text(max_size=150))
def test_no_name_leaves_the_folder_it_is_unpacked_in(name: str) -> None:
    made_ = bundling.file_name("{name}", SAMPLE.model_copy(update={"name": name}), "HE26-0208-000001-6")
    assert made_
    assert not re.search(r'[\x00-\x1f/\\:*?"<>|]', made_)
    assert not made_.startswith(".")
    assert len(made_) <= bundling.LONGEST


def test_a_print_file_has_all_pages_in_order(app: Flask, desk: FlaskClient) -> None:
    numbers = [issued(name).number for name in ("周晓岚", "李明", "古丽巴哈尔·阿卜杜热西提")]
    ask(desk, what="print")
    jobs.drain()
    pages = PdfReader(io.BytesIO(file_of(desk))).pages
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
        answer = ask(desk, **typed)
        assert answer.status_code in (422,), typed
    assert "没有符合条件的有效证书" in ask(desk, kind="proof").text
    assert ask(desk, first=f"{today}", last=f"{today}").status_code == 303
    assert [batch.documents for batch in batches()] == [[documents()[0].id]]


@pytest.mark.parametrize("pattern", ["{salary}", "{name", "{name.__class__}", "x" * 81])
def test_a_wrong_pattern_is_explained_and_kept(app: Flask, desk: FlaskClient, pattern: str) -> None:
    issued()
    answer = ask(desk, pattern=pattern)
    assert answer.status_code == 422
    assert f'value="{pattern}"' in answer.text
    assert batches() == []


def test_too_many_are_said_before_they_are_made(app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    issued(), issued("李明")
    monkeypatch.setitem(batches_.MOST, "print", 1)
    answer = ask(desk, what="print")
    assert (answer.status_code, "请缩小范围" in answer.text) == (422, True)


def test_county_staff_take_only_what_they_may_see(app: Flask, world: World) -> None:
    county, foreign = issued(), issued("李明")
    with db.write() as session:
        people.change_employer(session, foreign.learner_id, "唐山市第二中学", THEIRS, None, NOW)
    client = staff_at(app, world.county)
    assert ask(client).status_code == 303
    assert batches()[-1].documents == [county.id]
    jobs.drain()
    assert client.get(f"{URL}/1/file", buffered=True).status_code == 200
    assert staff_at(app, world.admin).get(f"{URL}/1/file").status_code == 404  # only whoever asked for it
    assert client.post("/staff/documents/issue").status_code == 404  # reading is not issuing


def test_a_file_is_dropped_in_time(app: Flask, desk: FlaskClient) -> None:
    issued()
    ask(desk)
    jobs.drain()
    key = str(batches()[0].storage_key)
    jobs.ensure_periodic()
    jobs.drain(clock.now() + timedelta(days=2))
    assert current_storage().exists(key)
    jobs.drain(clock.now() + timedelta(days=4))
    assert (batches(), current_storage().exists(key)) == ([], False)
    assert desk.get(f"{URL}/1/file").status_code == 404


def test_a_file_that_was_given_up_says_why_and_is_tried_again(
    app: Flask, desk: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued()
    ask(desk)
    with monkeypatch.context() as broken:
        broken.setattr(bundling.service, "finish_batch", _full_disk)
        try_till_given_up()
    page = desk.get(URL).text
    assert ("服务器磁盘可能已满" in page, "<progress" in page, "printing.js" in page) == (True, False, False)
    again = f"{URL}/{batches()[0].id}/again"
    assert f'action="{again}"' in page
    assert staff_at(app, world.county).post(again).status_code == 404
    assert desk.post(again).status_code == 303
    assert "<progress" in desk.get(URL).text
    second = desk.post(again)
    assert (second.status_code, "已在处理中" in second.text) == (409, True)
    jobs.drain()
    assert zipfile.ZipFile(io.BytesIO(file_of(desk))).testzip() is None


def _full_disk(*_given: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_job_cut_short_begins_anew_and_leaves_one_file(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued()
    ask(desk)
    with monkeypatch.context() as killed:
        killed.setattr(bundling.service, "finish_batch", lambda *_given: 1 / 0)
        jobs.drain()
    jobs.drain(clock.now() + timedelta(minutes=5))
    assert zipfile.ZipFile(io.BytesIO(file_of(desk))).testzip() is None
    with db.read() as session:
        assert {job.state for job in session.scalars(select(Job).where(Job.key == service.BATCH))} == {"done"}
