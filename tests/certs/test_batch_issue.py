"""批量签发: what many plans are owed, issued at one click with progress, and made one file."""

import io
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db, jobs
from portal.access.staff_accounts import COUNTY
from portal.jobs import Job
from portal.staff import roles
from portal.study.models import Plan
from portal_certs import issuing, service
from portal_certs.models import Document
from portal_certs.snapshot import Office
from tests.certs.desk import URL, batches, file_of, owed, staff_at, try_till_given_up
from tests.certs.holder import documents, issued
from tests.staff.world import World


def test_printing_that_was_given_up_does_not_leave_its_bar(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed("周晓岚", "李明")
    desk.post("/staff/documents/issue")
    with monkeypatch.context() as broken:
        broken.setattr(issuing.render, "render", lambda *_given: 1 / 0)
        try_till_given_up()
    page = desk.get(URL).text
    with db.read() as session:
        number = session.scalars(select(Job.id).where(Job.key == service.PRINT).order_by(Job.id)).first()
    assert f"任务号 {number} 查找原因" in page
    assert "0 / 2" in page
    desk.post(f"{URL}/{batches()[0].id}/again")
    jobs.drain()
    assert "已签发 2 份" in desk.get(URL).text


def test_what_is_owed_is_issued_with_progress(app: Flask, desk: FlaskClient) -> None:
    plans = owed("周晓岚", "李明")
    owed("王芳", photo=False)
    page = desk.get(URL).text
    assert "现在可以签发 2 份证书" in page
    assert "另有 1 份等待学员上传照片" in page
    assert desk.post("/staff/documents/issue").status_code == 303
    assert [batch.documents for batch in batches()] == [plans]
    page = desk.get(URL).text
    assert '<progress max="2" value="0"' in page
    assert "/staff/documents/issue" not in page  # it is asked for already
    jobs.drain()
    page = desk.get(URL).text
    assert "已签发 2 份" in page
    assert "<progress" not in page
    assert [one.state for one in documents()] == ["issued", "issued"]


def test_a_batch_issue_becomes_a_file_at_one_click(app: Flask, desk: FlaskClient, world: World) -> None:
    issued("陈静")
    owed("周晓岚")
    desk.post("/staff/documents/issue")
    jobs.drain()
    (batch,) = batches()
    assert staff_at(app, world.county).post(f"{URL}/{batch.id}/print").status_code == 404
    assert desk.post(f"{URL}/{batch.id}/print").status_code == 303
    jobs.drain()
    assert batches()[-1].documents == [documents()[-1].id]
    (page,) = PdfReader(io.BytesIO(file_of(desk))).pages
    assert "周晓岚" in page.extract_text()
    assert desk.post(f"{URL}/{batches()[-1].id}/zip").status_code == 404  # a file is no issue


def test_nothing_to_issue_is_said(app: Flask, desk: FlaskClient) -> None:
    owed("周晓岚", photo=False)
    answer = desk.post("/staff/documents/issue")
    assert (answer.status_code, "现在没有可以签发的证书" in answer.text, batches()) == (422, True, [])


def test_a_batch_issue_cut_short_goes_on_where_it_was(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed("周晓岚", "李明", "王芳")
    desk.post("/staff/documents/issue")
    whole, asked = service.issue_certificate, []

    def dies_at_the_second(session: Session, plan: Plan, office: Office, now: datetime) -> Document | None:
        asked.append(plan.id)
        return whole(session, plan, office, now) if len(asked) != 2 else 1 / 0

    monkeypatch.setattr(issuing, "STEP", 1)
    monkeypatch.setattr(issuing.service, "issue_certificate", dies_at_the_second)
    jobs.drain()
    assert batches()[0].done == 1
    jobs.drain(clock.now() + timedelta(minutes=5))
    assert len(asked) == 4  # the first was not asked again
    assert (batches()[0].done, [one.state for one in documents()]) == (3, ["issued"] * 3)


def test_county_staff_issue_only_for_their_people(app: Flask, world: World) -> None:
    mine, theirs = owed("周晓岚"), owed("李明")
    with db.write() as session:
        session.get_one(Plan, theirs[0]).learner.division_code = world.theirs["learners"].division_code
        roles.grant(session, session.scalars(select(Role).where(Role.name == COUNTY)).one(), "documents", "write")
    assert staff_at(app, world.county).post("/staff/documents/issue").status_code == 303
    assert batches()[0].documents == mine
