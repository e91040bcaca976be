"""用户服务协议 and other texts people agree to: the version in force."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.people.models import Agreement, AgreementAcceptance

SERVICE = "service"
SLACK = timedelta(minutes=5)  # between looking at what changes and publishing it
SUPPLIED = Path(__file__).parent / "texts" / "service_agreement.txt"  # first line: title


def in_force(session: Session, moment: datetime, key: str = SERVICE) -> Agreement | None:
    """The newest version whose day has come, or None where the site has published none."""
    query = select(Agreement).where(Agreement.key == key, Agreement.effective_at <= moment)
    return session.scalar(query.order_by(Agreement.version.desc()).limit(1))


def newest(session: Session, key: str = SERVICE) -> Agreement | None:
    """The last version published, in force or not yet."""
    return session.scalar(select(Agreement).where(Agreement.key == key).order_by(Agreement.version.desc()).limit(1))


def to_accept(session: Session, account_id: int, moment: datetime, key: str = SERVICE) -> Agreement | None:
    """The version in force, where this account has accepted only earlier ones, or withdrew. One statement.

    Who has never accepted any (staff, accounts made by staff) is asked where they first register or activate.
    """
    accepted = exists().where(
        AgreementAcceptance.account_id == account_id,
        AgreementAcceptance.agreement_id == Agreement.id,
        AgreementAcceptance.withdrawn_at.is_(None),
    )
    before = exists().where(AgreementAcceptance.account_id == account_id)
    query = select(Agreement, accepted, before).where(Agreement.key == key, Agreement.effective_at <= moment)
    found = session.execute(query.order_by(Agreement.version.desc()).limit(1)).first()
    return found[0] if found and found[2] and not found[1] else None


def withdrew(session: Session, account_id: int, agreement_id: int) -> bool:
    """Whether this account took its consent to this version back."""
    mine = AgreementAcceptance.account_id == account_id, AgreementAcceptance.agreement_id == agreement_id
    query = select(AgreementAcceptance.id).where(*mine, AgreementAcceptance.withdrawn_at.is_not(None))
    return session.scalar(query) is not None
