"""What staff decide: corrections fact by fact, one more attempt, refunds; each once, and with a reason."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.assessment import service as assessment
from portal.assessment import standing
from portal.assessment.models import Attempt
from portal.errors import Conflict
from portal.messages.models import Message
from portal.payments.models import Refund
from portal.people.models import CorrectionEvidence, CorrectionItem, Learner
from portal.rules.rules import Rules
from portal.storage import current_storage
from portal.study.models import Plan, PlanCourse
from tests.staff.conftest import level, trail
from tests.staff.world import NOON, World

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


# --- attempts ------------------------------------------------------------------------------------------------------


def sat(world: World, times: int) -> str:
    """So many failed attempts at the test of my learner's course. Returns the address of the step."""
    row = world.mine["plan_courses"]
    with db.write() as session:
        session.get_one(PlanCourse, row.id).state = "studied"
        for number in range(1, times + 1):
            given = {"paper": [], "pass_mark": 60, "state": "graded", "score": 10, "passed": False}
            moments = {"started_at": NOON, "deadline": NOON}
            session.add(Attempt(token=f"t{number}", plan_course_id=row.id, number=number, **given, **moments))
    return f"/staff/plan_courses/{row.id}/do/grant"


def test_one_more_attempt_is_granted_when_all_are_used(county: FlaskClient, world: World) -> None:
    allowed = Rules().testing.attempts
    address = sat(world, allowed)
    page = county.get(address.removesuffix("/do/grant")).text
    assert f"{allowed} / {allowed}" in page
    assert address in page
    assert county.post(address, data={"reason": " "}).status_code == 422
    assert county.post(address, data={"reason": "停电中断"}).status_code == 303
    assert county.post(address, data={"reason": "停电中断"}).status_code == 409
    (kept,) = trail("test.attempt_granted")
    assert (kept.actor_id, kept.after, kept.reason) == (world.county.id, {"extra": 1}, "停电中断")
    with db.read() as session:
        row = session.get_one(PlanCourse, world.mine["plan_courses"].id)
        assert standing.of_course(session, row, NOON).left == 1
        told = session.scalars(select(Message.kind).where(Message.account_id == world.mine["learners"].account_id))
        assert list(told) == ["attempt_granted"]


def test_no_attempt_is_granted_while_one_is_left(county: FlaskClient, world: World) -> None:
    address = sat(world, Rules().testing.attempts - 1)
    assert address not in county.get(address.removesuffix("/do/grant")).text
    assert county.post(address, data={"reason": "停电中断"}).status_code == 409
    with pytest.raises(Conflict), db.write() as session:
        assessment.grant_attempt(session, world.mine["plan_courses"].id, world.admin.id, "停电中断", NOON)
    assert trail("test.attempt_granted") == []


# --- refunds -------------------------------------------------------------------------------------------------------


def refund_of(world: World, step: str) -> str:
    return f"/staff/refunds/{world.mine['refunds'].id}/do/{step}"


def refund(world: World, **changes: Any) -> Refund:
    """My learner's refund as it is, after these changes."""
    with db.write() as session:
        row = session.get_one(Refund, world.mine["refunds"].id)
        for name, value in changes.items():
            setattr(row, name, value)
    return row


def test_a_refund_is_agreed_to_once(admin: FlaskClient, world: World) -> None:
    more = admin.post(refund_of(world, "approve"), data={"amount": "9999", "reason": "x"})
    assert more.status_code == 422
    assert 'id="amount-error"' in more.text
    assert 'value="9999"' in more.text
    assert admin.post(refund_of(world, "approve"), data={"amount": "20.00"}).status_code == 422
    assert refund(world).state == "proposed"
    said = {"amount": "20.00", "reason": "已学一部分"}
    assert admin.post(refund_of(world, "approve"), data=said).status_code == 303
    row = refund(world)
    assert (row.state, row.amount, row.answer, row.decided_by) == ("approved", 2000, "已学一部分", world.admin.id)
    assert len(trail("refund.approved")) == 1
    for step in ("approve", "refuse"):
        assert admin.post(refund_of(world, step), data=said).status_code == 409, step
    with db.read() as session:
        assert session.get_one(Plan, world.mine["plans"].id).state == "revoked"


def test_a_refusal_is_read_by_the_buyer(admin: FlaskClient, world: World) -> None:
    assert admin.post(refund_of(world, "refuse"), data={"reason": ""}).status_code == 422
    assert admin.post(refund_of(world, "refuse"), data={"reason": "已超过期限"}).status_code == 303
    assert (refund(world).state, refund(world).answer) == ("refused", "已超过期限")
    with db.read() as session:
        told = session.scalars(select(Message.kind).where(Message.account_id == world.mine["learners"].account_id))
        assert list(told) == ["refund_refused"]


def test_a_failed_refund_is_sent_again_or_paid_by_hand(admin: FlaskClient, world: World) -> None:
    assert admin.post(refund_of(world, "retry")).status_code == 409
    refund(world, state="failed")
    assert admin.post(refund_of(world, "retry")).status_code == 303
    assert refund(world).state == "approved"
    assert admin.post(refund_of(world, "paid"), data={"reference": "B1"}).status_code == 409
    refund(world, by_hand=True)
    assert admin.post(refund_of(world, "paid"), data={"reference": ""}).status_code == 422
    assert admin.post(refund_of(world, "paid"), data={"reference": "B1"}).status_code == 303
    assert (refund(world).state, refund(world).reference) == ("done", "B1")


def test_a_county_reads_refunds_and_decides_none(county: FlaskClient, world: World) -> None:
    assert county.get(refund_of(world, "approve").removesuffix("/do/approve")).status_code == 200
    assert county.get(refund_of(world, "approve")).status_code == 404
    assert county.post(refund_of(world, "approve")).status_code == 404
    assert refund(world).state == "proposed"
