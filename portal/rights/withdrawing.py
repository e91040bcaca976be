"""Withdrawing consent: an act of its own beside closing the account (Personal Information Protection Law, article 15).

What was done before stays lawful, so hours and documents stay; what rests on the consent ends: the photo, phone and
address go, and nothing but one's own data opens before the service agreement is accepted again.
"""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.access import service as access
from portal.audit import service as audit
from portal.people.models import AgreementAcceptance, Learner, LoginName
from portal.photos import service as photos


def withdraw(session: Session, learner: Learner, now: datetime) -> None:
    """Ends every acceptance of this learner, and every login. The caller has asked for the password."""
    mine = update(AgreementAcceptance).where(AgreementAcceptance.account_id == learner.account_id)
    session.execute(mine.where(AgreementAcceptance.withdrawn_at.is_(None)).values(withdrawn_at=now))
    reached = LoginName.account_id == learner.account_id, LoginName.kind.in_(("phone", "email"))
    session.execute(delete(LoginName).where(*reached))
    learner.phone, learner.phone_index = None, None
    learner.email = learner.email_index = None
    photos.shred(session, learner.account_id)
    access.end_all(session, learner.account_id)
    audit.record(session, learner.account_id, "consent_withdrawn", learner)
