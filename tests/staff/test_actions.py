"""Steps of a workflow: asked by GET, done once by POST, refused in words, shut to other divisions and readers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.people.models import Account, OneTimeCode
from portal.staff.actions import Action, Ask
from portal.staff.core.people import Learners
from portal.staff.screens import READ, Screen
from tests.staff.conftest import level, trail
from tests.staff.world import World

WHY = {"reason": "本人持身份证到窗口"}


@contextmanager
def csrf(app: Flask) -> Iterator[None]:
    """As the portal runs: a form without its token is refused."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


# --- slips ---------------------------------------------------------------------------------------------------------


def slip_of(world: World) -> str:
    return f"/staff/learners/{world.mine['learners'].id}/do/slip"


def test_a_county_prints_a_slip(app: Flask, county: FlaskClient, world: World) -> None:
    row = world.mine["learners"]
    address = slip_of(world)
    assert f'href="{address}"' in county.get(f"/staff/learners/{row.id}").text
    asked = county.get(address)
    assert asked.status_code == 200
    assert "打印激活单" in asked.text
    assert trail("code_slip") == []
    slip = county.post(address, data=WHY)
    assert slip.status_code == 200
    assert slip.headers["Cache-Control"] == "no-store"
    assert re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", slip.text)
    (kept,) = trail("code_slip")
    assert (kept.actor_id, kept.object_id) == (world.county.id, str(row.account_id))
    assert kept.reason == WHY["reason"]


def test_a_slip_needs_a_reason(county: FlaskClient, world: World) -> None:
    for said in ("", "  "):
        answer = county.post(slip_of(world), data={"reason": said})
        assert answer.status_code == 422
        assert "此项必填" in answer.text
    assert trail("code_slip") == []


def test_a_second_slip_ends_the_first(app: Flask, county: FlaskClient, world: World) -> None:
    for _time in range(2):
        assert county.post(slip_of(world), data=WHY).status_code == 200
    with db.read() as session:
        query = select(OneTimeCode).where(OneTimeCode.account_id == world.mine["learners"].account_id)
        assert [code.used_at is None for code in session.scalars(query.order_by(OneTimeCode.id))] == [False, True]


def test_a_closed_account_has_no_slip(app: Flask, county: FlaskClient, world: World) -> None:
    row = world.mine["learners"]
    with db.write() as session:
        session.get_one(Account, row.account_id).active = False
    assert slip_of(world) not in county.get(f"/staff/learners/{row.id}").text
    assert "记录的状态已经改变" in county.get(slip_of(world)).text
    late = county.post(slip_of(world), data=WHY)
    assert late.status_code == 409
    assert "记录的状态已经改变" in late.text
    assert trail("code_slip") == []


# --- what holds for every action -----------------------------------------------------------------------------------


def test_somebody_elses_row_unknown_steps_and_readers_are_404(app: Flask, county: FlaskClient, world: World) -> None:
    theirs = f"/staff/learners/{world.theirs['learners'].id}/do/slip"
    unknown = slip_of(world).replace("slip", "nothing")
    for address in (theirs, unknown, "/staff/learners/0/do/slip", "/staff/orders/1/do/slip"):
        assert county.get(address).status_code == 404, address
        assert county.post(address).status_code == 404, address
    level("learners", READ)
    assert county.get(slip_of(world)).status_code == 404
    assert county.post(slip_of(world), data=WHY).status_code == 404
    assert slip_of(world) not in county.get(f"/staff/learners/{world.mine['learners'].id}").text
    assert trail("code_slip") == []


def test_a_step_needs_its_token(app: Flask, county: FlaskClient, world: World) -> None:
    with csrf(app):
        assert county.post(slip_of(world), data=WHY).status_code == 400
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', county.get(slip_of(world)).text)
        assert token
        assert county.post(slip_of(world), data={"csrf_token": token[1], **WHY}).status_code == 200
    assert len(trail("code_slip")) == 1


def _broken(**said: Any) -> type[Screen]:
    return type("Broken", (Learners,), said)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"desk": "console"}, "staff desk only"),
        ({"actions": Learners.actions * 2}, "one key"),
        ({"actions": (Action("x", "X", "?", print, asks=(Ask("a", "A", "colour"),)),)}, "no known kind"),
    ],
)
def test_a_wrong_declaration_is_refused(said: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        _broken(**said).validate()
