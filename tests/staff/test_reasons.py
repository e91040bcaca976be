"""What lets people in or takes data out is asked for a reason, and leaves a row: who, what, how much and why."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.access.staff_accounts import COUNTY
from portal.people.models import Account
from portal.staff import export, roles
from portal.staff.core import SCREENS
from tests.staff.conftest import trail
from tests.staff.world import MINE, World

SENTENCE = "请说明原因"
OF_PEOPLE = [one.key for one in SCREENS if export.of_people(one)]


def test_lists_that_name_people_are_known() -> None:
    assert {"learners", "organisations", "orders", "payments", "refunds", "plans", "credits"} & set(OF_PEOPLE) == {
        *("learners", "organisations", "orders", "refunds", "plans", "credits")
    }
    assert not {"notices", "courses", "rules", "divisions"} & set(OF_PEOPLE)


@pytest.mark.parametrize("key", OF_PEOPLE)
def test_a_file_of_people_needs_a_reason(admin: FlaskClient, world: World, key: str) -> None:
    screen = next(one for one in SCREENS if one.key == key)
    address = f"/{screen.desk}/{key}/export"
    asked = admin.get(address)
    assert (asked.status_code, asked.mimetype) == (200, "text/html")
    assert SENTENCE not in asked.text
    for said in ("", "  "):
        refused = admin.post(address, data={"reason": said})
        assert refused.status_code == 422
        assert SENTENCE in refused.text
    assert trail(f"{key}.exported") == []
    assert admin.get(f"{address}?reason=x").status_code == 400  # a reason may name people: not in an address
    file = admin.post(address, data={"reason": "年检"})
    assert file.mimetype == "text/csv"
    (row,) = trail(f"{key}.exported")
    assert (row.actor_id, row.object_type, row.reason) == (world.admin.id, screen.model.__tablename__, "年检")
    assert row.after == {"rows": len(file.text.strip().splitlines()) - 1}


def test_the_trail_keeps_what_was_asked_for_but_no_name(admin: FlaskClient, world: World) -> None:
    page = admin.post("/staff/learners/export", data={"q": "周晓岚", "division": MINE}).text
    assert 'name="q" value="周晓岚"' in page
    admin.post("/staff/learners/export", data={"q": "周晓岚", "division": MINE, "reason": "年检"})
    (row,) = trail("learners.exported")
    assert row.after is not None
    assert {**row.after, "words": "-"} == {"rows": 1, "filter": {"division": MINE}, "words": "-"}
    assert len(row.after["words"]) == 16
    assert "周" not in str(row.after)


def test_other_files_leave_a_row_too(admin: FlaskClient, world: World) -> None:
    assert admin.get("/staff/payments/export?state=paid").mimetype == "text/csv"
    (row,) = trail("payments.exported")
    assert row.after == {"rows": 2, "filter": {"state": "paid"}}


def test_reading_people_by_rest_leaves_a_row(county: FlaskClient, world: World) -> None:
    county.get("/api/v1/learners/?size=25")
    county.get("/api/v1/notices/")
    (row,) = trail("learners.read")
    assert (row.actor_id, row.after) == (world.county.id, {"rows": 1, "page": 1})
    assert trail("notices.read") == []


def _account(**said: Any) -> dict[str, Any]:
    return {"name": "田家兴", "role": "county_staff", "active": "y", "divisions": [MINE], **said}


@pytest.mark.parametrize(
    "said", [{"role": "Admin"}, {"divisions": ["130207"]}, {"active": ""}, {"password": "long-enough-9-words"}]
)
def test_what_opens_doors_to_staff_needs_a_reason(admin: FlaskClient, world: World, said: dict[str, Any]) -> None:
    address, form = f"/staff/accounts/{world.county.id}", _account(**said)
    refused = admin.post(address, data=form)
    assert refused.status_code == 422
    assert SENTENCE in refused.text
    assert trail("staff.changed") == []
    assert admin.post(address, data={**form, "reason": "接任"}).status_code == 303
    (row,) = trail("staff.changed")
    assert row.reason == "接任"
    assert row.before != row.after
    assert ((row.after or {}).get("password") == "set") == ("password" in said)
    assert "long-enough" not in str(row.after)


def test_another_name_is_told_as_a_digest_and_nothing_as_nothing(admin: FlaskClient, world: World) -> None:
    address = f"/staff/accounts/{world.county.id}"
    assert admin.post(address, data=_account()).status_code == 303
    assert trail("staff.changed") == []
    assert admin.post(address, data=_account(name="田家旺")).status_code == 303
    (row,) = trail("staff.changed")
    assert row.before is not None
    assert row.after is not None
    assert row.before["name"] != row.after["name"]
    assert "田" not in f"{row.before}{row.after}"


def test_a_new_member_of_staff_needs_a_reason(app: Flask, admin: FlaskClient, world: World) -> None:
    form = _account(user_name="xin", password="long-enough-9-words", role="Admin", name="新人")
    refused = admin.post("/staff/accounts/add", data=form)
    assert refused.status_code == 422
    assert SENTENCE in refused.text
    with db.read() as session:
        assert session.scalar(select(Account.id).where(Account.username == "xin")) is None
    assert admin.post("/staff/accounts/add", data={**form, "reason": "接任"}).status_code == 303
    assert trail("staff.added")[-1].reason == "接任"


def test_other_permissions_of_a_role_need_a_reason(app: Flask, admin: FlaskClient, world: World) -> None:
    with db.read() as session:
        role = next(row for row, _levels in roles.matrix(session) if row.name == COUNTY)
    refused = admin.post(f"/staff/roles/{role.id}", data={"audit": "read"})
    assert refused.status_code == 422
    assert SENTENCE in refused.text
    assert re.search(r'name="audit" value="read"[^>]*checked', refused.text)  # what was chosen is kept
    assert trail("roles.changed") == []
    assert admin.post(f"/staff/roles/{role.id}", data={"audit": "read", "reason": "审计"}).status_code == 303
    assert trail("roles.changed")[-1].reason == "审计"
