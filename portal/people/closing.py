"""Closing an account: nobody logs in any more, photo, phone and address are gone; what the law asks for stays.

Name, ID number, employer and the ledger stand behind issued documents, which must remain verifiable. Name and number
go after a time of their own; the ledger stays as nobody's, and documents keep what was printed on them.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.errors import Conflict
from portal.messages import service as messages
from portal.people.models import (
    Correction,
    CorrectionEvidence,
    Learner,
    LoginName,
    OneTimeCode,
)
from portal.photos import service as photos
from portal.storage import delete_after

GONE = "—"  # the name of somebody whose name is no longer kept


def close(session: Session, learner_id: int, now: datetime) -> None:
    """Ends a learner's account at their own wish. The caller has asked for the password.

    :raises Conflict: it is closed already.
    """
    learner = session.get_one(Learner, learner_id)
    if learner.closed_at is not None:
        raise Conflict(_l("This account is closed already."))
    account = learner.account
    learner.closed_at, learner.phone, learner.phone_index = now, None, None
    learner.email = learner.email_index = None
    account.active, account.email = False, None
    account.credentials_version += 1
    session.execute(delete(LoginName).where(LoginName.account_id == account.id))
    live = update(OneTimeCode).where(OneTimeCode.account_id == account.id, OneTimeCode.used_at.is_(None))
    session.execute(live.values(used_at=now))
    mine = update(Correction).where(Correction.learner_id == learner_id, Correction.state == "open")
    session.execute(mine.values(state="withdrawn", decided_at=now))
    shred_evidence(session, select(Correction.id).where(Correction.learner_id == learner_id), now)
    photos.shred(session, account.id)
    messages.forget(session, account.id)
    audit.record(session, account.id, "closed", learner)


def forget(session: Session, before: datetime) -> int:
    """Takes name and ID number from accounts that were closed before then. Returns from how many."""
    old = select(Learner).where(Learner.closed_at < before, Learner.name != GONE)
    found = list(session.scalars(old))
    for learner in found:
        learner.name = learner.account.first_name = GONE
        learner.id_number, learner.id_index = "", f"closed {learner.id}"
    return len(found)


def shred_evidence(session: Session, corrections: object, now: datetime) -> int:
    """Removes the pictures of these requests (a SELECT of their ids); that there were some stays."""
    query = select(CorrectionEvidence).where(
        CorrectionEvidence.correction_id.in_(corrections),  # type: ignore[arg-type]
        CorrectionEvidence.shredded_at.is_(None),
    )
    found = list(session.scalars(query))
    for evidence in found:
        evidence.shredded_at = now
    delete_after(session, [evidence.storage_key for evidence in found])
    return len(found)
