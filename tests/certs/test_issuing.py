"""Certificates issue themselves, once, when everything is there; and end when the plan does."""

from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal import clock, db, events, jobs
from portal.app import create_app
from portal.errors import Conflict, Refused
from portal.jobs import Job
from portal.messages.models import Message
from portal.people import service as people
from portal.people.models import Learner
from portal.photos import service as photos
from portal.settings import Settings
from portal.storage import current_storage
from portal.study.models import Plan
from portal.types import PlanCompleted, PlanRevoked
from portal_certs import issuing, reading, service
from portal_certs.models import Document, DocumentItem, Number
from portal_certs.snapshot import Office
from tests.certs.holder import EMPLOYER, NOW, PHOTO, Holder, complete, document_of, documents, issued

_turns = count(1)
RARE = "\U00028b4e"  # 𨭎, in the font of documents' own table of missing characters


def _holder(name: str = "周晓岚", *, photo: bool = True, award: str = "certificate") -> Holder:
    with db.write() as session:
        return complete(session, name, photo=photo, award=award)


def _tell(event: PlanCompleted | PlanRevoked) -> None:
    with db.write() as session:
        events.record(session, event)
    jobs.drain()


def _catch_up() -> None:
    """What the periodic job does minutes later."""
    jobs.ensure_periodic()
    jobs.drain(clock.now() + timedelta(minutes=2 * next(_turns)))


def _messages(holder: Holder) -> list[str]:
    with db.read() as session:
        query = select(Message.kind).where(Message.account_id == holder.account_id).order_by(Message.id)
        return [kind for kind in session.scalars(query) if kind.startswith("certificate")]


def test_a_completed_plan_gets_its_certificate(app: Flask) -> None:
    holder = _holder()
    jobs.drain()
    document = document_of(holder)
    said = reading.content(document)
    assert (document.state, document.kind) == ("issued", "certificate")
    assert document.number.startswith(f"HE{clock.today(clock.now()):%y}-0208-000001-")
    assert (said.name, said.employer, said.major, said.public) == ("周晓岚", EMPLOYER, 6000, 3000)
    assert (said.photo_sha256, said.office) == (_photo_sha(holder), app.extensions["portal_settings"].site_office)
    assert _messages(holder) == ["certificate_issued"]


def _photo_sha(holder: Holder) -> str:
    with db.read() as session:
        photo = photos.current(session, holder.account_id)
        assert photo
        return photo.sha256


def test_the_file_is_what_the_register_says(app: Flask) -> None:
    import hashlib

    document = issued()
    assert document.storage_key
    data = current_storage().get(document.storage_key)
    assert hashlib.sha256(data).hexdigest() == document.sha256
    assert data.startswith(b"%PDF-")


def test_the_hours_it_rests_on_are_noted(app: Flask) -> None:
    document = issued()
    with db.read() as session:
        credits_ = session.scalars(select(DocumentItem.credit_id).where(DocumentItem.document_id == document.id)).all()
    assert len(credits_) == 2


def test_personal_data_does_not_lie_in_plain_text(app: Flask) -> None:
    document = issued()
    with db.engine().connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT snapshot FROM certs_document").scalar())
    assert kept
    assert not any(word in kept for word in ("周晓岚", EMPLOYER, "snapshot", "130208"))
    assert document.snapshot.startswith("{")


@pytest.mark.parametrize("whole", [False, True])
def test_id_numbers_are_masked_unless_the_site_says_otherwise(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    monkeypatch.setenv("PORTAL_CERTS_WHOLE_IDS", str(whole))
    with create_app(settings).app_context():
        holder = _holder()
        jobs.drain()
        said = reading.content(document_of(holder))
        with db.read() as session:
            number = session.get_one(Learner, holder.learner_id).id_number
        assert (said.id_shown == number) == whole
        assert ("*" in said.id_shown) != whole
        db.engine().dispose()


def test_being_told_twice_makes_one_document(app: Flask) -> None:
    holder = _holder()
    jobs.drain()
    _tell(PlanCompleted(holder.plan_id))
    _catch_up()
    assert len(documents()) == 1
    assert _messages(holder) == ["certificate_issued"]


@pytest.mark.parametrize("award", ["", "medal"])
def test_other_plans_get_none(app: Flask, award: str) -> None:
    _holder(award=award)
    jobs.drain()
    _catch_up()
    assert documents() == []


# --- waiting ------------------------------------------------------------------------------------------------------


def test_without_a_photo_nothing_is_issued_until_it_comes(app: Flask) -> None:
    holder = _holder(photo=False)
    jobs.drain()
    _catch_up()
    assert documents() == []
    assert _messages(holder) == ["certificate_waits_photo"]
    with db.write() as session:
        photos.keep(session, holder.account_id, PHOTO, NOW)
    _catch_up()
    assert document_of(holder).state == "issued"
    assert _messages(holder) == ["certificate_waits_photo", "certificate_issued"]


def test_a_character_no_font_has_makes_it_wait_and_is_named(app: Flask) -> None:
    holder = _holder(f"周{RARE}岚")
    jobs.drain()
    _catch_up()
    assert documents() == []
    assert _messages(holder) == ["certificate_waits_office"]
    with db.read() as session:
        plan = session.get_one(Plan, holder.plan_id)
        lacking = reading.obstacles_of(session, plan, Office.current(), NOW)
    assert [(one.kind, one.characters) for one in lacking] == [("characters", RARE)]
    with db.read() as session:  # no number was used up
        assert session.scalar(select(func.count()).select_from(Number)) == 0


def test_those_that_wait_do_not_block_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "BATCH", 2)
    for _ in range(3):
        _holder(f"周{RARE}岚")
    able = [_holder() for _ in range(3)]
    with db.write() as session:  # the events are lost: nobody was told
        session.execute(update(events.EventRow).values(spread_at=NOW))
    _catch_up()
    assert [document_of(one).state for one in able] == ["issued"] * 3
    assert len(documents()) == 3


def test_a_plugin_that_was_off_issues_what_it_owes(settings: Settings) -> None:
    off = create_app(settings.model_copy(update={"plugins_disabled": ["certs"]}))
    with off.app_context():
        holder = _holder()
        jobs.drain()
        db.engine().dispose()
    with create_app(settings).app_context():
        assert documents() == []
        _catch_up()
        assert document_of(holder).state == "issued"
        db.engine().dispose()


# --- dying in between ---------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Dying as a killed process does: no handler catches it, the transaction is lost, the job's lease runs out."""


def _kill(*_args: object, **_named: object) -> object:
    raise Killed


@pytest.mark.parametrize("step", ["_write", "queue_printing"])
def test_killed_while_issuing_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    holder = _holder()
    with monkeypatch.context() as killed:
        killed.setattr(service, step, _kill)
        with pytest.raises(Killed):
            jobs.drain()
    assert documents() == []
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Number)) == 0
    jobs.drain(clock.now() + timedelta(minutes=5))
    assert document_of(holder).number[10:16] == "000001"


@pytest.mark.parametrize("where", [(issuing.render, "render"), (service, "finish")])
def test_killed_while_printing_is_finished_by_the_next_worker(
    app: Flask, monkeypatch: pytest.MonkeyPatch, where: tuple[object, str]
) -> None:
    holder = _holder()
    with monkeypatch.context() as killed:
        killed.setattr(*where, _kill)
        with pytest.raises(Killed):
            jobs.drain()
    assert document_of(holder).state == "pending"
    jobs.drain(clock.now() + timedelta(minutes=5))
    assert document_of(holder).state == "issued"
    assert _messages(holder) == ["certificate_issued"]


def test_a_printing_that_gave_up_gets_another_chance(app: Flask) -> None:
    holder = _holder()
    events.deliver_due()
    with db.write() as session:
        session.execute(update(Job).where(Job.key == service.PRINT).values(state="failed"))
        session.execute(update(Document).values(issued_at=clock.now() - timedelta(hours=2)))
    _catch_up()
    assert document_of(holder).state == "issued"


# --- ending -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "kept"), [("refund", "refund"), ("whatever staff typed", "hours")])
def test_a_revoked_plan_takes_its_certificate_back(app: Flask, told: str, kept: str) -> None:
    document = issued()
    assert document.plan_id
    for _ in range(2):
        _tell(PlanRevoked(document.plan_id, told))
    after = documents()[0]
    assert (after.state, after.reason, after.number) == ("revoked", kept, document.number)
    assert after.ended_at
    assert (after.snapshot, after.sha256) == (document.snapshot, document.sha256)


def test_a_revoked_certificate_does_not_come_back_by_itself(app: Flask) -> None:
    document = issued()
    with db.write() as session:
        service.revoke(session, session.get_one(Document, document.id), "duplicate", None, NOW)
    _catch_up()
    assert [one.state for one in documents()] == ["revoked"]


def test_a_plan_revoked_before_printing_is_never_printed(app: Flask) -> None:
    holder = _holder()
    events.deliver_due()
    with db.write() as session:
        service.revoke(session, session.get_one(Document, document_of(holder).id), "refund", None, NOW)
    jobs.drain()
    assert (document_of(holder).state, document_of(holder).storage_key) == ("revoked", None)


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
