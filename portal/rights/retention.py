"""How long personal data stays: what a setting says, carried out by a job every night."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from portal import db
from portal.access.models import LoginAttempt, LoginSession
from portal.credits import outside
from portal.jobs import JobContext
from portal.messages.models import Message
from portal.people import closing, organisations
from portal.people.models import Correction, OneTimeCode
from portal.photos import service as photos
from portal.settings import current_settings
from portal.types import JobSpec


def run(context: JobContext) -> None:
    """Removes what has outlived its purpose. Counts only stay in the job's row."""
    settings, now = current_settings(), context.moment

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    with db.write() as session:
        replaced = photos.shred_replaced(session, now - timedelta(days=settings.keep_replaced_photos_days))
        decided = select(Correction.id).where(
            Correction.state != "open", Correction.decided_at < ago(settings.keep_evidence_days)
        )
        evidence = closing.shred_evidence(session, decided, now)
        evidence += outside.shred(session, outside.old(ago(settings.keep_evidence_days)), now)
        licences = organisations.shred_licences(session, ago(settings.keep_licences_days))
        forgotten = closing.forget(session, ago(settings.keep_closed_days))
        old = ago(settings.keep_logins_days)
        session.execute(delete(LoginSession).where(or_(LoginSession.ended_at < old, LoginSession.last_seen < old)))
        session.execute(delete(LoginAttempt).where(LoginAttempt.window_start < ago(1)))
        session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < old))
        session.execute(delete(Message).where(Message.created_at < ago(settings.keep_messages_days)))
    context.result(photos=replaced, evidence=evidence, licences=licences, accounts=forgotten)


JOBS = (JobSpec("rights.retention", run, every=timedelta(days=1)),)
