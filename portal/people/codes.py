"""One-time codes: they open one account once, for somebody who proved to an office, or by a mailbox, who they are.

A slip is printed by staff or, before the first activation, by the employer; a mail goes to the address on file. A newer
code ends older ones. Only digests are kept, so whoever reads the table opens nothing.
"""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import db
from portal.audit import service as audit
from portal.errors import Conflict, NotFound
from portal.messages import service as messages
from portal.people import contact, service
from portal.people.models import Account, Learner, OneTimeCode, Organisation
from portal.vault import current_vault

SLIP, MAIL, SMS = "slip", "mail", "sms"
LASTS = {SLIP: timedelta(days=14), MAIL: timedelta(minutes=30), SMS: timedelta(minutes=30)}
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is taken for something else on paper
LENGTH = 10  # 2^50; attempts are limited per account and address


def normal(code: str) -> str:
    """A code as it is compared: however it was typed or spaced."""
    plain = contact.normal_phone(code).upper()  # half-width, without spaces and dashes
    return "".join(letter for letter in plain if letter in LETTERS)


def issue(
    session: Session, account_id: int, channel: str, now: datetime, made_by: int | None = None, reason: str = ""
) -> str:
    """A fresh code for an account, as it is printed: "K7M2Q-9XPDA". Older ones end.

    :raises NotFound: no such account, or it is closed.
    """
    account = session.get(Account, account_id)
    if account is None or not account.active:
        raise NotFound(f"account {account_id}")
    live = update(OneTimeCode).where(OneTimeCode.account_id == account_id, OneTimeCode.used_at.is_(None))
    session.execute(live.values(used_at=now))
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    session.add(
        OneTimeCode(
            account_id=account_id,
            channel=channel,
            digest=_digest(account_id, code),
            made_by=made_by,
            created_at=now,
            expires_at=now + LASTS[channel],
        )
    )
    if channel == SLIP:
        messages.post(session, account_id, "slip_printed", url="/me")
    audit.record(session, made_by, f"code_{channel}", account, reason=reason)
    return f"{code[:5]}-{code[5:]}"


def find(session: Session, account: Account | None, name: str, code: str, now: datetime) -> OneTimeCode | None:
    """The live code that was typed, if the name fits the account too. What does not fit is told apart nowhere."""
    digest = _digest(account.id if account else 0, normal(code))
    query = select(OneTimeCode).where(OneTimeCode.digest == digest)
    found = session.scalar(query.where(OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now))
    wanted = _plain(account.get_full_name()) if account else ""
    fits = compare_digest(wanted.encode(), _plain(name).encode())
    return found if found and fits else None


def redeem(
    session: Session,
    code_id: int,
    password_hash: str,
    address: str,
    now: datetime,
    agreement_id: int | None = None,
) -> Account:
    """Spends a code: the account is active and has its new password; every login of before ends.

    :raises Conflict: the code was used or replaced a moment ago.
    """
    live = update(OneTimeCode).where(OneTimeCode.id == code_id, OneTimeCode.used_at.is_(None))
    if not db.changed(session, live.where(OneTimeCode.expires_at > now).values(used_at=now)):
        raise Conflict(_l("This code has been used already. Ask for a new one."))
    code = session.get_one(OneTimeCode, code_id)
    account = session.get_one(Account, code.account_id)
    first, account.must_change = account.must_change, False
    service.set_password(account, password_hash)
    if agreement_id is not None:
        service.accept(session, account.id, agreement_id, address, now)
    messages.post(session, account.id, "activated" if first else "password_reset", url="/me")
    audit.record(session, account.id, "activated" if first else "password_reset", account, after={"by": code.channel})
    return account


def may_print(session: Session, organisation: Organisation, learner_id: int) -> Learner:
    """Somebody who works at this organisation now and waits for activation: its clerk may hand them a slip.

    :raises NotFound: anybody else, also one whose account is active already.
    """
    learner = session.get(Learner, learner_id)
    present = service.present_employment(learner) if learner else None
    mine = present is not None and present.organisation_id == organisation.id
    if learner is None or not mine or not learner.account.must_change or not learner.account.active:
        raise NotFound(f"learner {learner_id}")
    return learner


def _digest(account_id: int, code: str) -> str:
    return current_vault().blind("one-time-code", f"{account_id}:{code}")


def _plain(name: str) -> str:
    return contact.normal_name(name).replace(" ", "").casefold()
