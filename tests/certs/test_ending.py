"""Certificates end once: with their plan, by a decision, or by a correction; what they said stays."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock, db, events, jobs
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.errors import Conflict, Refused
from portal.jobs import Job
from portal.people import service as people
from portal.people.models import Learner
from portal.storage import current_storage
from portal.types import PlanCompleted, PlanRevoked
from portal_certs import issuing, reading, service
from portal_certs.models import Document, DocumentItem
from portal_certs.snapshot import Office
from tests.certs.holder import NOW, RARE, catch_up, document_of, documents, issued, made, messages_of, tell


@pytest.mark.parametrize(("told", "kept"), [("refund", "refund"), ("whatever staff typed", "hours")])
def test_a_revoked_plan_takes_its_certificate_back(app: Flask, told: str, kept: str) -> None:
    document = issued()
    assert document.plan_id
    for _ in range(2):
        tell(PlanRevoked(document.plan_id, told))
    after = documents()[0]
    assert (after.state, after.reason, after.number) == ("revoked", kept, document.number)
    assert after.ended_at
    assert (after.snapshot, after.sha256) == (document.snapshot, document.sha256)


def test_a_revoked_certificate_does_not_come_back_by_itself(app: Flask) -> None:
    document = issued()
    with db.write() as session:
        service.revoke(session, session.get_one(Document, document.id), "duplicate", None, NOW)
    assert document.plan_id
    tell(PlanCompleted(document.plan_id))
    catch_up()
    assert [one.state for one in documents()] == ["revoked"]


def test_a_plan_revoked_before_printing_is_never_printed(app: Flask) -> None:
    holder = made()
    events.deliver_due()
    with db.write() as session:
        service.revoke(session, session.get_one(Document, document_of(holder).id), "refund", None, NOW)
    jobs.drain()
    assert (document_of(holder).state, document_of(holder).storage_key) == ("revoked", None)


def test_revoked_while_it_is_drawn_stays_revoked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = made()
    draw = issuing.render.render

    def slow(*given: object) -> bytes:
        with db.write() as session:
            service.revoke(session, session.get_one(Document, document_of(holder).id), "refund", None, NOW)
        return draw(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(issuing.render, "render", slow)
        jobs.drain()
    assert (document_of(holder).state, messages_of(holder)) == ("revoked", ["certificate_revoked"])


def test_printing_what_is_printed_touches_nothing(app: Flask) -> None:
    document = issued()
    current_storage().delete(reading.content(document).photo_key)  # retention may have removed it
    with db.write() as session:
        service.queue_printing(session, document.id, "again")
    jobs.drain()
    with db.read() as session:
        assert {job.state for job in session.scalars(select(Job).where(Job.key == service.PRINT))} == {"done"}


def test_a_correction_replaces_and_both_can_be_followed(app: Flask) -> None:
    old = issued("周小岚")
    with db.write() as session:
        learner = session.get_one(Learner, old.learner_id)
        learner.name = "周晓岚"
        people.change_employer(session, learner.id, "唐山市第二中学", "130208", None, clock.now())
        service.reissue(session, session.get_one(Document, old.id), "name", None, Office.current(), NOW)
    jobs.drain()
    before, after = documents()
    assert (before.state, before.reason) == ("superseded", "name")
    assert (after.state, after.replaces_id) == ("issued", before.id)
    assert reading.content(before).name == "周小岚"
    assert (reading.content(after).name, reading.content(after).employer) == ("周晓岚", "唐山市第二中学")
    assert before.number != after.number


def test_what_has_ended_ends_once(app: Flask) -> None:
    document = issued()
    with db.write() as session:
        service.revoke(session, session.get_one(Document, document.id), "duplicate", None, NOW)
    with pytest.raises(Conflict), db.write() as session:
        service.reissue(session, session.get_one(Document, document.id), "name", None, Office.current(), NOW)
    assert len(documents()) == 1


def test_a_correction_that_cannot_be_printed_changes_nothing(app: Flask) -> None:
    document = issued()
    with pytest.raises(Refused), db.write() as session:
        session.get_one(Learner, document.learner_id).name = f"周{RARE}岚"
        service.reissue(session, session.get_one(Document, document.id), "name", None, Office.current(), NOW)
    assert [one.state for one in documents()] == ["issued"]


# --- hours of another plan ----------------------------------------------------------------------------------------


def _taken_back(document: Document, *, inherited: bool) -> None:
    """One of its hours is reversed because the plan that earned them was revoked; another plan may have them now."""
    with db.write() as session:
        item = session.scalars(select(DocumentItem).where(DocumentItem.document_id == document.id)).first()
        assert item
        credit = session.get_one(Credit, item.credit_id)
        credits_.reverse(session, credit, NOW)
        if inherited:
            values = {
                name: getattr(credit, name) for name in ("learner_id", "year", "kind", "hours", "title", "course_id")
            }
            credits_.earn(session, source="plan", employer_name="", now=NOW, **values)


@pytest.mark.parametrize(("inherited", "state"), [(False, "revoked"), (True, "issued")])
def test_a_certificate_falls_with_hours_another_plan_had_earned(app: Flask, inherited: bool, state: str) -> None:
    document, other = issued(), issued("李明")
    _taken_back(document, inherited=inherited)
    assert other.plan_id
    tell(PlanRevoked(other.plan_id, "refund"))
    assert [one.state for one in documents()] == [state, "revoked"]
    if not inherited:
        assert documents()[0].reason == "hours"
