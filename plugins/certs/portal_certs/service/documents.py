"""Issuing, finishing and ending documents."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kit import (
    Conflict,
    Credit,
    Learner,
    NotFound,
    Plan,
    Problem,
    Refused,
    TooMany,
    _l,
    audit,
    db,
    ledger,
    messages,
    photos,
    submit,
)
from portal_certs import numbering, obstacles, reading, snapshot, states, variables
from portal_certs.models import Document, DocumentItem, Number, Template
from portal_certs.service.layouts import template_in_use
from portal_certs.snapshot import Office, Snapshot

PRINT = "certs.print"
AWARD = "certificate"
MOST_A_DAY = 10
PLACES = {
    numbering.CERTIFICATE: "/centre/certificates",
    numbering.PROOF: "/centre/proofs",
    numbering.TRANSCRIPT: "/centre/proofs",
}  # where they are listed


def issue_certificate(session: Session, plan: Plan, office: Office, now: datetime) -> Document | None:
    """Numbers and freezes the certificate of a completed plan and queues its printing; None: something is missing.

    A plan that has ever had a certificate gets no other one here, so being told twice changes nothing and a revoked
    certificate does not come back by itself.
    """
    if plan.state != "complete" or plan.award != AWARD or reading.of_plan(session, plan.id):
        return None
    photo = photos.current(session, plan.learner.account_id)
    template = template_in_use(session, numbering.CERTIFICATE, now)
    said = snapshot.of_plan(session, plan, photo, office, now, variables.asked(template.layout))
    if obstacles.found(said, template.layout, in_doubt=plan.learner.in_doubt):
        return None
    document = _write(session, numbering.CERTIFICATE, plan.learner_id, said, template, office, now, plan.id)
    for credit in reading.credits_of(session, plan):
        session.add(DocumentItem(document_id=document.id, credit_id=credit.id))
    audit.record(session, None, "issued", document)
    return document


def issue_proof(
    session: Session, learner: Learner, credit_ids: Collection[int], office: Office, now: datetime
) -> Document:
    """A proof of live hours of the ledger, as their owner chose them, and queues its printing.

    Asked again on the same day for the same hours, and nothing else has changed, it is the same proof.

    :raises Refused: no hours were chosen, or a character cannot be printed.
    :raises NotFound: hours that are somebody else's, or were taken back.
    :raises TooMany: more than MOST_A_DAY today; numbers are for keeps.
    """
    return _issue_hours(session, learner, _chosen(session, learner, credit_ids), numbering.PROOF, office, now)


def issue_transcript(session: Session, learner: Learner, year: int, office: Office, now: datetime) -> Document:
    """学时档案: all live hours of a year. The same document while nothing has changed that day.

    :raises NotFound: no hours in this year.
    :raises Refused: a character cannot be printed.
    :raises TooMany: more than MOST_A_DAY today.
    """
    hours = ledger.live(session, learner.id, [year])
    if not hours:
        raise NotFound(f"hours of {year}")
    return _issue_hours(session, learner, hours, numbering.TRANSCRIPT, office, now)


def _issue_hours(
    session: Session, learner: Learner, hours: Sequence[Credit], kind: str, office: Office, now: datetime
) -> Document:
    if learner.in_doubt:
        raise Refused(_l("The office is still looking at your ID number. Documents can be made when it is done."))
    said = snapshot.of_credits(session, learner, hours, office, now)
    former = reading.of_learner(session, learner.id, kind)
    wanted = {credit.id for credit in hours}
    for document in former:
        same = {item.credit_id for item in document.items} == wanted and reading.content(document) == said
        if same and document.state in states.LIVE:
            return document
    if sum(document.issued_at > now - timedelta(days=1) for document in former) >= MOST_A_DAY:
        raise TooMany(_l("You have had many proofs made today. Use one of them, or come back tomorrow."))
    template = template_in_use(session, kind, now)
    if lacking := obstacles.found(said, template.layout, in_doubt=False):
        characters = "".join(one.characters for one in lacking)
        raise Refused(_l("The font of documents lacks %(characters)s. Please tell the office.", characters=characters))
    document = _write(session, kind, learner.id, said, template, office, now)
    session.add_all(DocumentItem(document_id=document.id, credit_id=credit.id) for credit in hours)
    audit.record(session, learner.account_id, "issued", document)
    return document


def _chosen(session: Session, learner: Learner, credit_ids: Collection[int]) -> list[Credit]:
    if not credit_ids:
        sentence = _l("Choose at least one course.")
        raise Refused(sentence, [Problem(sentence, "credits")])
    live = {credit.id: credit for credit in ledger.live(session, learner.id)}
    if strange := set(credit_ids) - set(live):
        raise NotFound(f"credits {sorted(strange)}")
    return [live[credit_id] for credit_id in sorted(set(credit_ids))]


def finish(session: Session, document_id: int, storage_key: str, sha256: str) -> bool:
    """Books the printed file and tells the learner; False when the document was finished or ended meanwhile."""
    pending = update(Document).where(Document.id == document_id, Document.state == states.PENDING)
    issued = pending.values(state=states.ISSUED, storage_key=storage_key, sha256=sha256)
    if not db.changed(session, issued):
        return False
    document = session.get_one(Document, document_id)
    said = reading.content(document)
    messages.post(
        session,
        document.learner.account_id,
        f"{document.kind}_issued",
        url=PLACES[document.kind],
        title=said.project or said.years,
        number=document.number,
    )
    return True


def reissue(
    session: Session, document: Document, reason: str, actor_id: int | None, office: Office, now: datetime
) -> Document:
    """A corrected certificate in place of a live one: the same plan and hours, today's name, employer and photo.

    `reason` is a key of states.REASONS, shown to whoever checks the old number.

    :raises Conflict: the document is no longer live.
    :raises Refused: the new one cannot be printed yet; the old one stays.
    """
    if document.plan_id is None:
        raise Refused(_l("A proof is not corrected: request a new one."))
    plan = session.get_one(Plan, document.plan_id)
    photo = photos.current(session, plan.learner.account_id)
    template = template_in_use(session, document.kind, now)
    said = snapshot.of_plan(session, plan, photo, office, now, variables.asked(template.layout))
    if obstacles.found(said, template.layout, in_doubt=plan.learner.in_doubt):
        raise Refused(_l("The corrected certificate cannot be printed yet: the photo or a character is missing."))
    end(session, document, states.SUPERSEDED, reason, now)
    fresh = _write(session, document.kind, document.learner_id, said, template, office, now, plan.id, document.id)
    for item in document.items:
        session.add(DocumentItem(document_id=fresh.id, credit_id=item.credit_id))
    audit.record(session, actor_id, "superseded", document, after={"by": fresh.id}, reason=reason)
    return fresh


def revoke(session: Session, document: Document, reason: str, actor_id: int | None, now: datetime) -> None:
    """Takes a live document back. Its number, file and content stay to be checked.

    :raises Conflict: the document is no longer live.
    """
    end(session, document, states.REVOKED, reason, now)
    said = reading.content(document)
    title = said.project or said.years
    messages.post(
        session,
        document.learner.account_id,
        f"{document.kind}_revoked",
        url=PLACES[document.kind],
        title=title,
        number=document.number,
    )
    audit.record(session, actor_id, "revoked", document, reason=reason)


def end(session: Session, document: Document, state: str, reason: str, now: datetime) -> None:
    """Moves a document to an end state. :raises Conflict: its state does not allow it."""
    may = update(Document).where(Document.id == document.id, Document.state.in_(states.came_from(state)))
    if not db.changed(session, may.values(state=state, reason=reason, ended_at=now)):
        raise Conflict(_l("This document has been replaced or revoked already."))
    session.refresh(document)


def queue_printing(session: Session, document_id: int, attempt: str = "") -> None:
    """One printing job per document; another `attempt` gives one whose job gave up another chance."""
    submit(session, PRINT, {"document_id": document_id}, unique=f"{job_name(document_id)}{attempt and ':'}{attempt}")


def job_name(document_id: int) -> str:
    """By which the first printing job of a document is found."""
    return f"{PRINT}:{document_id}"


def _write(
    session: Session,
    kind: str,
    learner_id: int,
    said: Snapshot,
    template: Template,
    office: Office,
    now: datetime,
    plan_id: int | None = None,
    replaces_id: int | None = None,
) -> Document:
    number = _next_number(session, kind, said, office)
    document = Document(
        kind=kind,
        number=number,
        plain=numbering.plain(number),
        learner_id=learner_id,
        plan_id=plan_id,
        snapshot=said.model_dump_json(),
        template_id=template.id,
        state=states.PENDING,
        replaces_id=replaces_id,
        token=secrets.token_urlsafe(32),
        issued_at=now,
    )
    session.add(document)
    session.flush()
    queue_printing(session, document.id)
    return document


def _next_number(session: Session, kind: str, said: Snapshot, office: Office) -> str:
    """The next number of the site's pattern. One that an earlier pattern gave to a document already is passed over."""
    what = (said.issued_on.year, said.division_code, kind)
    counter = office.pattern.counter(*what)
    while True:
        serial = next_serial(session, counter.year, counter.place, counter.kind)
        number = office.pattern.compose(office.prefix, *what, serial)
        if reading.by_number(session, number) is None:
            return number


def next_serial(session: Session, year: int, place: str, kind: str) -> int:
    """The next serial, from 1. It is used when the caller commits and free again when it rolls back: no gaps."""
    same = (Number.year == year, Number.place == place, Number.kind == kind)
    taken = session.execute(update(Number).where(*same).values(last=Number.last + 1).returning(Number.last)).scalar()
    if taken is not None:
        return int(taken)
    session.add(Number(year=year, place=place, kind=kind, last=1))
    session.flush()
    return 1
