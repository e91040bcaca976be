"""Accounts that still open with the password the demonstration printed: no site in production may have one."""

from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from portal.access import service as access
from portal.demo import accounts


def still_open(session: Session) -> list[str]:
    """User names of such accounts; those that must be activated first open nothing."""
    found = []
    for one in accounts.every():
        account = access.find(session, one.login)
        if account is None or not account.active or account.must_change:
            continue
        if check_password_hash(account.password, one.password):
            found.append(account.username)
    return found
