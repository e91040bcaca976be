"""What is on file about the person behind an account, whatever kind it is."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people import clerks, passwords
from portal.people.models import Account, Learner


def learner(session: Session, account: Account) -> Learner | None:
    """The learner of an account, or None for other kinds."""
    return session.scalar(select(Learner).where(Learner.account_id == account.id))


def email(session: Session, account: Account) -> str:
    """Where mail reaches this person, or nothing."""
    found = learner(session, account) if account.kind == "learner" else None
    return str((found.email if found else account.email) or "")


def phone(session: Session, account: Account) -> str:
    """Where a text reaches this person, or nothing."""
    found = learner(session, account) if account.kind == "learner" else None
    return str((found.phone if found else "") or "")


def password_problem(session: Session, account: Account, fresh: str) -> object:
    """What is wrong with a new password beside what is on file, or None: not the old one, no number of theirs."""
    found = learner(session, account)
    clerk = clerks.present(session, account.id)
    known = [account.username, clerk.organisation.code if clerk else ""]
    if found:
        known += [found.id_number, found.phone or "", found.email or ""]
    if fault := passwords.problem(fresh, *known):
        return fault
    return _l("Choose a password other than the old one.") if passwords.fits(account.password, fresh) else None
