"""Steps of a workflow: asked by GET, done once by POST, refused in words, shut to other divisions and readers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select

from portal import db
from portal.access.staff_accounts import COUNTY
from portal.audit.models import AuditRow
from portal.messages.models import Message
from portal.people.models import Account, CorrectionEvidence, CorrectionItem, Learner, OneTimeCode
from portal.staff import roles
from portal.staff.actions import Action, Ask
from portal.staff.core.people import Learners
from portal.staff.screens import READ, Screen
from portal.storage import current_storage
from tests.staff.world import World


def trail(verb: str) -> list[AuditRow]:
    """Audit rows of a verb, oldest first."""
    with db.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.verb == verb).order_by(AuditRow.id)))


def level(key: str, level: str) -> None:
    """Gives county staff another level on a screen."""
    with db.write() as session:
        role = session.scalars(select(RoleRow).where(RoleRow.name == COUNTY)).one()
        roles.grant(session, role, key, level)


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
    slip = county.post(address)
    assert slip.status_code == 200
    assert slip.headers["Cache-Control"] == "no-store"
    assert re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", slip.text)
    (kept,) = trail("code_slip")
    assert (kept.actor_id, kept.object_id) == (world.county.id, str(row.account_id))


def test_a_second_slip_ends_the_first(app: Flask, county: FlaskClient, world: World) -> None:
    for _time in range(2):
        assert county.post(slip_of(world)).status_code == 200
    with db.read() as session:
        query = select(OneTimeCode).where(OneTimeCode.account_id == world.mine["learners"].account_id)
        assert [code.used_at is None for code in session.scalars(query.order_by(OneTimeCode.id))] == [False, True]


def test_a_closed_account_has_no_slip(app: Flask, county: FlaskClient, world: World) -> None:
    row = world.mine["learners"]
    with db.write() as session:
        session.get_one(Account, row.account_id).active = False
    assert slip_of(world) not in county.get(f"/staff/learners/{row.id}").text
    assert "记录的状态已经改变" in county.get(slip_of(world)).text
    late = county.post(slip_of(world))
    assert late.status_code == 409
    assert "记录的状态已经改变" in late.text
    assert trail("code_slip") == []


# --- corrections ---------------------------------------------------------------------------------------------------


def correction_of(world: World, step: str = "", *, mine: bool = True) -> str:
    row = (world.mine if mine else world.theirs)["corrections"]
    return f"/staff/corrections/{row.id}" + (f"/do/{step}" if step else "")


def name_of(world: World) -> str:
    with db.read() as session:
        return str(session.get_one(Learner, world.mine["learners"].id).name)


def also_the_employer(world: World) -> None:
    """Makes the request one of two facts."""
    with db.write() as session:
        item = CorrectionItem(field="employer", before="", after="唐山市第九中学", detail="130208")
        item.correction_id = world.mine["corrections"].id
        session.add(item)


def test_a_correction_is_accepted_once(county: FlaskClient, world: World) -> None:
    page = county.get(correction_of(world)).text
    assert "周晓岚一" in page
    assert correction_of(world, "accept") in page
    assert correction_of(world, "each") not in page
    assert county.get(correction_of(world, "accept")).status_code == 200
    assert name_of(world) == "周晓岚"
    done = county.post(correction_of(world, "accept"))
    assert (done.status_code, done.location) == (303, correction_of(world))
    assert "已更正" in county.get(done.location).text
    assert name_of(world) == "周晓岚一"
    assert county.post(correction_of(world, "accept")).status_code == 409
    (kept,) = trail("corrected")
    assert kept.actor_id == world.county.id
    assert "周晓岚" not in str((kept.before, kept.after))
    with db.read() as session:
        told = session.scalars(select(Message.kind).where(Message.account_id == world.mine["learners"].account_id))
        assert list(told) == ["correction_done"]


def test_a_refusal_needs_a_reason(county: FlaskClient, world: World) -> None:
    for reason in ("", "   "):
        answer = county.post(correction_of(world, "refuse"), data={"reason": reason})
        assert answer.status_code == 422
        assert "x-errsum" in answer.text
    long = county.post(correction_of(world, "refuse"), data={"reason": "图片不清楚" * 61})
    assert long.status_code == 422
    assert "图片不清楚" in long.text
    assert trail("correction_refused") == []
    assert county.post(correction_of(world, "refuse"), data={"reason": "图片不清楚"}).status_code == 303
    assert name_of(world) == "周晓岚"
    assert [row.reason for row in trail("correction_refused")] == ["图片不清楚"]
    assert "图片不清楚" in county.get(correction_of(world)).text


def test_facts_are_decided_one_by_one(county: FlaskClient, world: World) -> None:
    also_the_employer(world)
    said = {"name": "refuse", "name_reason": "", "employer": "accept"}
    lacking = county.post(correction_of(world, "each"), data=said)
    assert lacking.status_code == 422
    assert 'id="name-error"' in lacking.text
    assert '<option selected value="accept">' in lacking.text
    assert county.post(correction_of(world, "each"), data={"name": "maybe", "employer": "accept"}).status_code == 422
    assert county.post(correction_of(world, "each"), data={**said, "name_reason": "与证件不符"}).status_code == 303
    assert name_of(world) == "周晓岚"
    assert [len(trail(verb)) for verb in ("corrected", "correction_refused")] == [1, 1]


def test_evidence_is_seen_inside_the_division_only(county: FlaskClient, admin: FlaskClient, world: World) -> None:
    found = {}
    with db.write() as session:
        for row in (world.mine["corrections"], world.theirs["corrections"]):
            key = f"evidence/{row.id}.jpg"
            kept = CorrectionEvidence(storage_key=key, sha256=current_storage().put(key, b"picture"))
            kept.correction_id = row.id
            session.add(kept)
            session.flush()
            found[row.id] = f"/staff/corrections/{row.id}/evidence/{kept.id}"
    mine, theirs = found.values()
    assert mine in county.get(correction_of(world)).text
    picture = county.get(mine)
    assert (picture.data, picture.mimetype, picture.headers["Cache-Control"]) == (b"picture", "image/jpeg", "no-store")
    assert county.get(theirs).status_code == 404
    crossed = f"/staff/corrections/{world.mine['corrections'].id}/evidence/{theirs.rsplit('/', 1)[1]}"
    assert county.get(crossed).status_code == 404
    assert admin.get(theirs).status_code == 200
    level("corrections", "")
    assert county.get(mine).status_code == 404


def test_what_is_compared_by_eye_is_not_told_by_rest(county: FlaskClient, world: World) -> None:
    told = county.get(f"/api/v1/corrections/{world.mine['corrections'].id}")
    assert told.status_code == 200
    assert "周晓岚一" not in told.text


# --- what holds for every action -----------------------------------------------------------------------------------


def test_somebody_elses_row_unknown_steps_and_readers_are_404(app: Flask, county: FlaskClient, world: World) -> None:
    theirs = f"/staff/learners/{world.theirs['learners'].id}/do/slip"
    unknown = slip_of(world).replace("slip", "nothing")
    for address in (theirs, unknown, "/staff/learners/0/do/slip", "/staff/orders/1/do/slip"):
        assert county.get(address).status_code == 404, address
        assert county.post(address).status_code == 404, address
    level("learners", READ)
    assert county.get(slip_of(world)).status_code == 404
    assert county.post(slip_of(world)).status_code == 404
    assert slip_of(world) not in county.get(f"/staff/learners/{world.mine['learners'].id}").text
    assert trail("code_slip") == []


def test_a_step_needs_its_token(app: Flask, county: FlaskClient, world: World) -> None:
    with csrf(app):
        assert county.post(slip_of(world)).status_code == 400
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', county.get(slip_of(world)).text)
        assert token
        assert county.post(slip_of(world), data={"csrf_token": token[1]}).status_code == 200
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
