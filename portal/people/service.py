"""Writing about people: agreeing, registering, importing, activating, changing."""

import hashlib
import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.divisions import following
from portal.errors import Conflict, Refused
from portal.messages import service as messages
from portal.people import agreements, claims, contact, employers, passwords, registration
from portal.people.models import Account, Agreement, AgreementAcceptance, Employment, Learner, LoginName
from portal.people.registration import Registration
from portal.people.rules import county_of
from portal.types import Problem
from portal.vault import current_vault


def publish_agreement(
    session: Session,
    title: str,
    text: str,
    now: datetime,
    key: str = agreements.SERVICE,
    begins: datetime | None = None,
    actor_id: int | None = None,
) -> Agreement:
    """A new version of a text. Earlier versions stay, with those who accepted them.

    :param begins: when it comes into force; None: at once.
    :raises Refused: it would have been in force already.
    """
    if begins is not None and begins < now - agreements.SLACK:
        raise Refused(problems=[Problem(_l("It cannot come into force in the past."), "begins")])
    last = session.scalar(select(func.max(Agreement.version)).where(Agreement.key == key)) or 0
    effective = max(begins or now, now)
    agreement = Agreement(key=key, version=last + 1, title=title, text=text, effective_at=effective)
    session.add(agreement)
    after = {"version": last + 1, "title": title, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    audit.record(session, actor_id, "agreement.published", agreement, after=after)
    return agreement


def ensure_agreement(session: Session, now: datetime) -> Agreement:
    """The service agreement in force; a site that has published none gets the text that comes with the portal."""
    found = agreements.in_force(session, now)
    if found is not None:
        return found
    title, _, text = agreements.SUPPLIED.read_text(encoding="utf-8").partition("\n")
    return publish_agreement(session, title.strip(), text.strip(), now)


def index_phones(session: Session) -> None:
    """Gives phones that were written before staff could look for them their index."""
    for learner in session.scalars(select(Learner).where(Learner.phone.is_not(None), Learner.phone_index.is_(None))):
        learner.phone = learner.phone  # indexed by writing it


def accept(session: Session, account_id: int, agreement_id: int, address: str, now: datetime) -> None:
    """Keeps who accepted which version when, and a blind index of the address. Accepting twice changes nothing."""
    query = select(AgreementAcceptance).filter_by(account_id=account_id, agreement_id=agreement_id)
    known = session.scalar(query)
    if known is not None and known.withdrawn_at is not None:  # when it was withdrawn stays in the audit trail
        known.accepted_at, known.withdrawn_at = now, None
        audit.record(session, account_id, "consent_given_again", known)
    if known is None:
        digest = current_vault().blind("address", address) if address else None
        session.add(
            AgreementAcceptance(
                account_id=account_id, agreement_id=agreement_id, accepted_at=now, address_digest=digest
            )
        )


def register(session: Session, data: Registration, now: datetime, password_hash: str | None = None) -> Learner:
    """学员注册: one account with its login names, profile, employer and accepted agreement, or nothing.

    A number that has its account already is told to nobody: the new account is in doubt (claims.py).
    `password_hash` may be made before the transaction is opened, because it takes a tenth of a second.

    :raises Refused: all problems at once, each at its field.
    """
    data = data.normal()
    if found := registration.problems(session, data, now):
        raise Refused(problems=found)
    account = _account(session, data.name, password_hash or passwords.digest(data.password))
    learner = _learner(session, account, data, now)
    accept(session, account.id, data.agreement_id, data.address, now)
    messages.post(session, account.id, "registered", url="/me")
    audit.record(session, account.id, "registered", learner)
    if learner.in_doubt:
        claims.tell(session, learner)
    return learner


def import_learner(
    session: Session,
    *,
    name: str,
    id_number: str,
    phone: str,
    employer: str,
    division_code: str,
    password_hash: str,
    now: datetime,
    id_kind: str = "resident_id",
) -> Learner:
    """A learner of the old platform: the account opens nothing until it is activated.

    A phone that is a login name already stays the second fact of activation but is no login name here.

    :raises Refused: the ID number is wrong or already registered.
    """
    data = Registration(
        name, id_kind, id_number, phone, "", division_code, employer, password="", agreement_id=0
    ).normal()
    if fault := registration.id_problem(data, now):
        raise Refused(problems=[fault])
    if registration.taken(session, data.id_number) is not None:
        raise Refused(problems=[registration.taken_sentence("id_number")])
    account = _account(session, data.name, password_hash, must_change=True)
    learner = _learner(session, account, data, now, source="import")
    audit.record(session, None, "imported", learner)
    return learner


def activate(
    session: Session, learner_id: int, password_hash: str, agreement_id: int, address: str, now: datetime
) -> Learner:
    """Opens an imported account with its own password; every login of before ends.

    The caller has proved the second fact (`activation.find`) and checked the password.

    :raises Conflict: it was activated meanwhile.
    """
    learner = session.get_one(Learner, learner_id)
    if not learner.account.must_change:
        raise Conflict(_l("This account is active already. Log in with your own password."))
    learner.account.must_change = False
    set_password(learner.account, password_hash)
    accept(session, learner.account_id, agreement_id, address, now)
    messages.post(session, learner.account_id, "activated", url="/me")
    audit.record(session, learner.account_id, "activated", learner)
    return learner


def change_password(session: Session, account_id: int, password_hash: str) -> Account:
    """A new password; every login of before ends, also the present one: open a new one."""
    account = session.get_one(Account, account_id)
    set_password(account, password_hash)
    messages.post(session, account.id, "password_changed", url="/me")
    audit.record(session, account.id, "password_changed", account)
    return account


def change_contact(session: Session, learner_id: int, phone: str, email: str) -> Learner:
    """A new mobile number and e-mail address, also as login names. An empty address removes it.

    :raises Refused: one is wrong or belongs to somebody else.
    """
    learner = session.get_one(Learner, learner_id)
    phone, email = contact.normal_phone(phone), contact.normal_email(email)
    if found := registration.contact_problems(session, learner.account_id, phone, email):
        raise Refused(problems=found)
    learner.phone, learner.phone_index = phone, registration.index("phone", phone)
    learner.email, learner.email_index = email or None, registration.index("email", email) if email else None
    for kind, value in (("phone", phone), ("email", email)):
        session.execute(delete(LoginName).where(LoginName.account_id == learner.account_id, LoginName.kind == kind))
        if value:
            session.add(LoginName(account_id=learner.account_id, kind=kind, value=registration.index(kind, value)))
    _flush(session, "phone")
    messages.post(session, learner.account_id, "contact_changed", url="/me")
    audit.record(session, learner.account_id, "contact_changed", learner)
    return learner


def change_employer(
    session: Session,
    learner_id: int,
    name: str,
    division_code: str,
    organisation_id: int | None,
    now: datetime,
) -> Employment:
    """A new present employer; the former one stays in the history, documents keep the one of their time.

    :raises Refused: no such county, or the name is no full name.
    """
    name = contact.normal_employer(name)
    if found := registration.employer_problems(session, name, division_code):
        raise Refused(problems=found)
    learner = session.get_one(Learner, learner_id)
    present = present_employment(learner)
    fresh = _employment(session, name, division_code, organisation_id, now)
    if present and (present.employer_name, present.division_code) == (fresh.employer_name, fresh.division_code):
        return present
    if present:
        present.valid_to = now
    learner.employments.append(fresh)
    learner.division_code = county_of(fresh.division_code, learner.residence_code, division_code)
    following.moved(session, "learner", [learner.id])
    audit.record(
        session,
        learner.account_id,
        "employer_changed",
        learner,
        before={"employment": present.id if present else None},
        after={"employment": fresh.id},
    )
    return fresh


def correct_employer(session: Session, learner: Learner, name: str, division_code: str) -> None:
    """Rewrites the present employer where it was put down wrongly; a change of employer is `change_employer`."""
    present = present_employment(learner)
    right = _employment(session, name, division_code, None, learner.created_at)
    if present is None:
        learner.employments.append(right)
    else:
        present.employer_name, present.division_code = right.employer_name, right.division_code
        present.organisation_id = right.organisation_id
    learner.division_code = county_of(right.division_code, learner.residence_code, division_code)
    following.moved(session, "learner", [learner.id])


def present_employment(learner: Learner) -> Employment | None:
    """Where the learner works now."""
    return next((one for one in reversed(learner.employments) if one.valid_to is None), None)


def set_password(account: Account, password_hash: str) -> None:
    """The password that counts from now on; every login of before ends."""
    account.password = password_hash
    account.credentials_version += 1


def _account(session: Session, name: str, password_hash: str, must_change: bool = False) -> Account:
    account = Account(
        kind="learner",
        username=f"l-{secrets.token_hex(8)}",
        first_name=name,
        last_name="",
        active=True,
        password=password_hash,
        must_change=must_change,
    )
    session.add(account)
    session.flush()
    return account


def _learner(
    session: Session, account: Account, data: Registration, now: datetime, source: str = "registered"
) -> Learner:
    employment = _employment(session, data.employer, data.division_code, data.organisation_id, now)
    id_index, id_name = claims.enter(session, data.id_kind, data.id_number)
    learner = Learner(
        account_id=account.id,
        name=data.name,
        id_kind=data.id_kind,
        id_number=data.id_number,
        id_index=id_index,
        phone=data.phone or None,
        phone_index=registration.index("phone", data.phone) if data.phone else None,
        email=data.email or None,
        email_index=registration.index("email", data.email) if data.email else None,
        division_code=county_of(employment.division_code, None, data.division_code),
        source=source,
        created_at=now,
        employments=[employment],
    )
    names = [name for field, name in registration.names_of(data).items() if field != "id_number"]
    free = [(kind, registration.index(kind, one)) for kind, one in names if not registration.taken(session, one)]
    session.add(learner)
    session.add_all(LoginName(account_id=account.id, kind=kind, value=value) for kind, value in [id_name, *free])
    _flush(session, "id_number")
    return learner


def _flush(session: Session, field: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # somebody took the login name milliseconds ago
        raise Refused(problems=[registration.taken_sentence(field)]) from error


def _employment(
    session: Session, name: str, division_code: str, organisation_id: int | None, now: datetime
) -> Employment:
    known = employers.matching(session, name, organisation_id)
    return Employment(
        employer_name=name,
        division_code=known.division_code if known else division_code,
        organisation_id=known.id if known else None,
        valid_from=now,
    )
