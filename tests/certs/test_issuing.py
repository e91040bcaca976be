"""Certificates issue themselves, once, when everything is there."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal import clock, db, events, jobs
from portal.app import create_app
from portal.jobs import Job
from portal.people.models import Learner
from portal.photos import service as photos
from portal.settings import Settings
from portal.storage import current_storage
from portal.study.models import Plan
from portal.types import PlanCompleted
from portal_certs import issuing, reading, service
from portal_certs.models import Document, DocumentItem, Number
from portal_certs.service import documents as documents_
from portal_certs.snapshot import Office
from tests.certs.holder import (
    EMPLOYER,
    NOW,
    PHOTO,
    RARE,
    Holder,
    catch_up,
    document_of,
    documents,
    issued,
    made,
    messages_of,
    tell,
)


def test_a_completed_plan_gets_its_certificate(app: Flask) -> None:
    holder = made()
    jobs.drain()
    document = document_of(holder)
    said = reading.content(document)
    assert (document.state, document.kind) == ("issued", "certificate")
    assert document.number.startswith(f"HE{clock.today(clock.now()):%y}-0208-000001-")
    assert (said.name, said.employer, said.major, said.public) == ("周晓岚", EMPLOYER, 6000, 3000)
    assert (said.photo_sha256, said.office) == (_photo_sha(holder), app.extensions["portal_settings"].site_office)
    assert messages_of(holder) == ["certificate_issued"]


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
        holder = made()
        jobs.drain()
        said = reading.content(document_of(holder))
        with db.read() as session:
            number = session.get_one(Learner, holder.learner_id).id_number
        assert (said.id_shown == number) == whole
        assert ("*" in said.id_shown) != whole
        db.engine().dispose()


def test_being_told_twice_makes_one_document(app: Flask) -> None:
    holder = made()
    jobs.drain()
    tell(PlanCompleted(holder.plan_id))
    catch_up()
    assert len(documents()) == 1
    with db.read() as session:  # and the second delivery did not fail either
        assert events.waiting(session) == 0
    assert messages_of(holder) == ["certificate_issued"]


@pytest.mark.parametrize("award", ["", "medal"])
def test_other_plans_get_none(app: Flask, award: str) -> None:
    made(award=award)
    jobs.drain()
    catch_up()
    assert documents() == []


# --- waiting ------------------------------------------------------------------------------------------------------


def test_without_a_photo_nothing_is_issued_until_it_comes(app: Flask) -> None:
    holder = made(photo=False)
    jobs.drain()
    catch_up()
    assert documents() == []
    assert messages_of(holder) == ["certificate_waits_photo"]
    with db.write() as session:
        photos.keep(session, holder.account_id, PHOTO, NOW)
    catch_up()
    assert document_of(holder).state == "issued"
    assert messages_of(holder) == ["certificate_waits_photo", "certificate_issued"]


def test_a_character_no_font_has_makes_it_wait_and_is_named(app: Flask) -> None:
    holder = made(f"周{RARE}岚")
    jobs.drain()
    catch_up()
    assert documents() == []
    assert messages_of(holder) == ["certificate_waits_office"]
    with db.read() as session:
        plan = session.get_one(Plan, holder.plan_id)
        lacking = reading.obstacles_of(session, plan, Office.current(), NOW)
    assert [(one.kind, one.characters) for one in lacking] == [("characters", RARE)]
    with db.read() as session:  # no number was used up
        assert session.scalar(select(func.count()).select_from(Number)) == 0


def test_those_that_wait_do_not_block_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "BATCH", 2)
    for _ in range(3):
        made(f"周{RARE}岚")
    able = [made() for _ in range(3)]
    with db.write() as session:  # the events are lost: nobody was told
        session.execute(update(events.EventRow).values(spread_at=NOW))
    catch_up()
    assert [document_of(one).state for one in able] == ["issued"] * 3
    assert len(documents()) == 3


def test_a_plugin_that_was_off_issues_what_it_owes(settings: Settings) -> None:
    off = create_app(settings.model_copy(update={"plugins_disabled": ["certs"]}))
    with off.app_context():
        holder = made()
        jobs.drain()
        db.engine().dispose()
    with create_app(settings).app_context():
        assert documents() == []
        catch_up()
        assert document_of(holder).state == "issued"
        db.engine().dispose()


# --- dying in between ---------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Dying as a killed process does: no handler catches it, the transaction is lost, the job's lease runs out."""


def _kill(*_args: object, **_named: object) -> object:
    raise Killed


@pytest.mark.parametrize("step", ["_write", "queue_printing"])
def test_killed_while_issuing_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    holder = made()
    with monkeypatch.context() as killed:
        killed.setattr(documents_, step, _kill)
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
    holder = made()
    with monkeypatch.context() as killed:
        killed.setattr(*where, _kill)
        with pytest.raises(Killed):
            jobs.drain()
    assert document_of(holder).state == "pending"
    jobs.drain(clock.now() + timedelta(minutes=5))
    assert document_of(holder).state == "issued"
    assert messages_of(holder) == ["certificate_issued"]


def test_a_printing_that_gave_up_gets_another_chance(app: Flask) -> None:
    holder = made()
    events.deliver_due()
    with db.write() as session:
        session.execute(update(Job).where(Job.key == service.PRINT).values(state="failed"))
        session.execute(update(Document).values(issued_at=clock.now() - timedelta(hours=2)))
    catch_up()
    assert document_of(holder).state == "issued"
