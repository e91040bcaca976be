"""When certificates are issued: after a plan is complete, when the missing photo has come, after an absence."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.kit import (
    JobContext,
    Plan,
    PlanCompleted,
    PlanRevoked,
    clock,
    current_storage,
    db,
    messages,
)
from portal_certs import fonts, keys, reading, render, service, states
from portal_certs.layout import Layout
from portal_certs.models import Batch, Document
from portal_certs.snapshot import Office

OWED, FORGET = "certs.owed", "certs.forget_look_ups"
BATCH = 50
STEP = 10  # plans between two reports of progress
PATIENCE = timedelta(hours=1)  # after which an unprinted document gets another job


def completed(session: Session, event: PlanCompleted) -> None:
    """Issues at once, or says once what the certificate waits for."""
    plan, office, now = session.get_one(Plan, event.plan_id), Office.current(), clock.now()
    if plan.award != service.AWARD or plan.state != "complete":
        return
    service.issue_certificate(session, plan, office, now)
    if reading.of_plan(session, plan.id):
        return
    lacking = {one.kind for one in reading.obstacles_of(session, plan, office, now)}
    kind, url = ("photo", "/me/photo") if "photo" in lacking else ("office", "/centre/certificates")
    messages.post(session, plan.learner.account_id, f"certificate_waits_{kind}", url=url, title=plan.title)


def revoked(session: Session, event: PlanRevoked) -> None:
    """Takes back the certificate of a plan that was taken back, and what rests on its hours. Twice is once."""
    document = reading.of_plan(session, event.plan_id)
    if document is not None and document.state in states.LIVE:
        reason = event.reason if event.reason in states.REASONS else "hours"
        service.revoke(session, document, reason, None, clock.now())
    for document_id in reading.hollow(session):
        service.revoke(session, session.get_one(Document, document_id), "hours", None, clock.now())


def issue_owed(context: JobContext) -> None:
    """Whatever completed plans are owed, each in a transaction of its own; and another chance to print what is late."""
    fonts.warm()
    after, done = 0, 0
    while True:
        with db.read() as session:
            batch = reading.owed(session, after, BATCH)
        for plan_id in batch:
            with db.write() as session:
                plan = session.get_one(Plan, plan_id)
                done += service.issue_certificate(session, plan, Office.current(), context.moment) is not None
        if len(batch) < BATCH:
            break
        after = batch[-1]
        context.progress(done, done)
    _print_late(context)
    _take_back_hollow(context)


def of_batch(context: JobContext, batch: Batch) -> None:
    """What the plans of a batch are owed, each in a transaction of its own. Run again, it goes on where it was."""
    every = len(batch.documents)
    for done, plan_id in enumerate(batch.documents[batch.done :], batch.done + 1):
        with db.write() as session:
            service.issue_certificate(session, session.get_one(Plan, plan_id), Office.current(), context.moment)
            if done % STEP == 0 or done == every:
                service.advance_batch(session, batch.id, done)
        if done % STEP == 0:
            context.progress(done, every)


def _take_back_hollow(context: JobContext) -> None:
    """A document of hours that were taken back proves nothing any more, whoever took them."""
    with db.read() as session:
        found = reading.hollow(session)
    for document_id in found:
        with db.write() as session:
            document = session.get_one(Document, document_id)
            if document.state in states.LIVE:
                service.revoke(session, document, "hours", None, context.moment)


def _print_late(context: JobContext) -> None:
    with db.read() as session:
        late = reading.unprinted(session, context.moment - PATIENCE)
    if late:
        with db.write() as session:
            for document_id in late:
                service.queue_printing(session, document_id, f"{clock.today(context.moment):%Y%m%d}")


def print_document(context: JobContext) -> None:
    """Draws a pending document, signs it, stores the file and books it. Run again, it makes the same bytes."""
    document_id = context.payload["document_id"]
    with db.read() as session:
        document = session.get_one(Document, document_id)
        if document.state != states.PENDING:
            return
        layout, said = Layout.published(document.template.layout), reading.content(document)
    storage = current_storage()
    photo = storage.get(said.photo_key) if said.photo_key else b""
    data = _signed(render.render(layout, said, document.number, photo, document.issued_at), document.issued_at)
    key = f"documents/{said.issued_on:%Y/%m}/{document.token}.pdf"
    sha256 = storage.put(key, data, personal=True)
    with db.write() as session:
        service.finish(session, document_id, key, sha256)


def _signed(data: bytes, moment: datetime) -> bytes:
    """With the site's signature, where the site has a key."""
    signer = keys.at_need(clock.now())
    if signer is None:
        return data
    from portal_certs import pades

    return pades.sign(data, signer, moment)


def forget(context: JobContext) -> None:
    """Deletes what is no longer needed to limit look-ups."""
    with db.write() as session:
        service.forget_look_ups(session, context.moment)
