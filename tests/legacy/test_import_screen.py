"""The import as staff see it: checked first, all errors with their rows, a file of rows to mend, then brought over."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import db, jobs
from portal.access import staff_accounts
from portal.jobs import Job
from portal.people.models import Learner
from portal.sheets import reading
from portal.staff import roles
from portal.testing import log_in
from tests.legacy.conftest import person, register
from tests.staff.world import HASH

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> FlaskClient:
    return entered(app, client, staff_accounts.ADMIN)


def entered(app: Flask, client: FlaskClient, role: str) -> FlaskClient:
    with db.write() as session:
        roles.sync(session, app)
        account = staff_accounts.add(session, f"staff-{role.lower()}", "郝静宜", HASH, role, ["130208"])
    log_in(client, account)
    return client


def upload(client: FlaskClient, data: bytes):  # type: ignore[no-untyped-def]
    return client.post("/staff/imports/", data={"register": (io.BytesIO(data), "old.xlsx")})


def learners() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Learner)) or 0


def test_a_register_is_checked_then_brought_over(admin: FlaskClient) -> None:
    page = upload(admin, register(person(1), person(2))).location
    waiting = admin.get(page)
    assert "正在检查文件" in waiting.text
    assert waiting.headers["Refresh"]
    jobs.run_due()
    done = admin.get(page)
    assert "2 人可以导入" in done.text
    assert "Refresh" not in done.headers
    assert learners() == 0
    for _twice in range(2):
        written = admin.post(f"{page}/write")
    jobs.run_due()
    assert "已导入 2 人" in admin.get(written.location).text
    assert learners() == 2
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 2
    listed = admin.get("/staff/imports/").text
    assert (listed.count("仅检查"), listed.count(">导入<")) == (1, 1)


def test_every_error_is_said_with_its_rows_and_the_good_may_go(admin: FlaskClient) -> None:
    page = upload(
        admin, register(person(1), person(2, phone="138"), person(3, phone="139"), person(4, name="3"))
    ).location
    jobs.run_due()
    said = admin.get(page).text
    assert "1 人可以导入，3 行待修正" in said
    assert "手机号码只有 3 位" in said
    assert ">3 4<" in said  # the rows of the file
    mend = admin.get(f"{page}/bad.xlsx")
    assert len(reading.read(mend.data).tabs[0].rows) >= 4
    assert mend.headers["Cache-Control"] == "no-store"
    admin.post(f"{page}/write")
    jobs.run_due()
    assert learners() == 1


def test_what_is_no_register_is_said(admin: FlaskClient) -> None:
    page = upload(admin, b"not a sheet at all").location
    jobs.run_due()
    assert "文件没有导入" in admin.get(page).text
    assert admin.post(f"{page}/write").status_code == 404
    assert upload(admin, b"").status_code == 422
    assert admin.get("/staff/imports/999").status_code == 404
    assert admin.get(f"{page}/bad.xlsx").status_code == 404


def test_only_administrators(app: Flask, client: FlaskClient) -> None:
    county = entered(app, client, staff_accounts.COUNTY)
    assert county.get("/staff/imports/").status_code == 404
    assert upload(county, register(person(1))).status_code == 404
    assert "/staff/imports/" not in county.get("/staff/").text
