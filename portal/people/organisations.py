"""集体注册: an organisation registers, staff decide field by field, and what was refused is sent again.

    application: open -> approved | refused; the organisation: pending -> approved | refused -> pending

An employer that staff had entered already stays on the register while its own registration is reviewed.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import db
from portal.audit import service as audit
from portal.divisions.models import Division
from portal.errors import Conflict, Refused
from portal.messages import service as messages
from portal.people import agreements, contact, identity, organisation_codes, passwords, registration
from portal.people import service as people
from portal.people.models import Account, LoginName, Organisation, OrganisationApplication
from portal.storage import delete_after
from portal.types import Problem

FIELDS = ("name", "code", "division_code", "contact_name", "contact_phone", "licence")
REASON_LONGEST = 300
LOGIN = "credit_code"  # kind of the login name, whichever of the three numbers it is


@dataclass(frozen=True)
class SignUp:
    """What the form gives. `other`: the clerk has said that a namesake on the register is another organisation."""

    name: str
    code_kind: str
    code: str
    division_code: str
    contact_name: str
    contact_phone: str
    other: bool = False

    def normal(self) -> "SignUp":
        """The same in the forms that are kept and compared."""
        return replace(
            self,
            name=contact.normal_employer(self.name),
            code=identity.normalise(self.code),
            contact_name=contact.normal_name(self.contact_name),
            contact_phone=contact.normal_phone(self.contact_phone),
        )


def problems(session: Session, data: SignUp, account_id: int | None = None) -> list[Problem]:
    """Everything that is wrong with normalised data, at its field. `account_id`: who sends it again."""
    return [*_slips(session, data), *_conflicts(session, data, account_id)]


def sign_up(
    session: Session,
    data: SignUp,
    licence_key: str,
    password_hash: str,
    agreement_id: int,
    address: str,
    now: datetime,
) -> Account:
    """An account that logs in with the code and waits for its review.

    :raises Refused: all problems at once, each at its field.
    """
    data = data.normal()
    found = problems(session, data)
    agreement = agreements.in_force(session, now)
    if agreement is None or agreement.id != agreement_id:
        found.append(Problem(_l("The service agreement has changed. Read and accept the new version first.")))
    if found:
        raise Refused(problems=found)
    account = _account(session, data, password_hash)
    people.accept(session, account.id, agreement_id, address, now)
    organisation = _on_file(session, data.code)
    if organisation is None:
        organisation = Organisation(account_id=account.id, state="pending", created_at=now, **_facts(data))
        session.add(organisation)
    application = _apply(session, organisation, account.id, data, licence_key, now)
    audit.record(session, account.id, "organisation.registered", application)
    return account


def send_again(session: Session, account_id: int, data: SignUp, licence_key: str, now: datetime) -> None:
    """A corrected registration after a refusal; without a new scan the one on file counts (`licence_key` empty).

    :raises Refused: all problems at once; :raises Conflict: the last one was not refused.
    """
    data, last = data.normal(), latest(session, account_id)
    if last is None or last.state != "refused":
        raise Conflict(_l("This registration is being reviewed, or is approved already."))
    found = problems(session, data, account_id)
    if not licence_key and ("licence" in last.reasons or not last.licence_key):
        found.append(Problem(_l("The scan was refused, or is no longer on file. Choose a new one."), "licence"))
    if found:
        raise Refused(problems=found)
    organisation = last.organisation
    if organisation.account_id == account_id:
        for field, value in _facts(data).items():
            setattr(organisation, field, value)
        organisation.state = "pending"
    elif organisation.code != data.code:
        organisation = Organisation(account_id=account_id, state="pending", created_at=now, **_facts(data))
        session.add(organisation)
    name = session.scalars(select(LoginName).filter_by(account_id=account_id, kind=LOGIN)).one()
    name.value = registration.index(LOGIN, data.code)
    session.get_one(Account, account_id).first_name = data.name[:64]
    application = _apply(session, organisation, account_id, data, licence_key or last.licence_key, now)
    audit.record(session, account_id, "organisation.sent_again", application)


def approve(session: Session, application_id: int, staff_id: int, now: datetime) -> None:
    """The organisation stands on the register as it was sent, and may enrol people.

    :raises Conflict: it was decided meanwhile, or another account has this organisation.
    """
    application = _settle(session, application_id, "approved", staff_id, now)
    organisation = application.organisation
    if organisation.account_id not in (None, application.account_id):
        raise Conflict(_l("Another account belongs to this organisation already. Refuse this one."))
    for field in ("name", "code_kind", "code", "division_code", "contact_name", "contact_phone"):
        setattr(organisation, field, getattr(application, field))
    organisation.account_id, organisation.state = application.account_id, "approved"
    audit.record(session, staff_id, "organisation.approved", organisation)
    messages.post(session, application.account_id, "organisation_approved", url="/organisation")


def refuse(session: Session, application_id: int, staff_id: int, reasons: Mapping[str, str], now: datetime) -> None:
    """The organisation reads what to change, field by field, and may send it again.

    :raises Refused: no reason, or one that is too long; :raises Conflict: it was decided meanwhile.
    """
    kept = {field: said.strip() for field, said in reasons.items() if said and said.strip()}
    if not kept:
        raise Refused(problems=[Problem(_l("Say at one field at least what has to change."), FIELDS[0])])
    if long := [field for field, said in kept.items() if len(said) > REASON_LONGEST]:
        sentence = _l("At most %(count)s characters.", count=REASON_LONGEST)
        raise Refused(problems=[Problem(sentence, field) for field in long])
    application = _settle(session, application_id, "refused", staff_id, now)
    application.reasons = kept
    if application.organisation.account_id == application.account_id:
        application.organisation.state = "refused"
    audit.record(session, staff_id, "organisation.refused", application, reason=" · ".join(kept.values())[:300])
    messages.post(session, application.account_id, "organisation_refused", url="/organisation")


def latest(session: Session, account_id: int) -> OrganisationApplication | None:
    """What an account sent last."""
    return next(iter(history(session, account_id)), None)


def history(session: Session, account_id: int) -> list[OrganisationApplication]:
    """Everything an account sent, the newest first."""
    query = select(OrganisationApplication).where(OrganisationApplication.account_id == account_id)
    return list(session.scalars(query.order_by(OrganisationApplication.id.desc())))


def open_of(organisation: Organisation) -> OrganisationApplication | None:
    """What waits for a decision about an organisation, the oldest first."""
    return next((one for one in organisation.applications if one.state == "open"), None)


def _slips(session: Session, data: SignUp) -> Iterator[Problem]:
    checks = {
        "name": contact.employer_problem(data.name),
        "code": organisation_codes.problem(data.code_kind, data.code),
        "contact_name": contact.name_problem(data.contact_name),
        "contact_phone": contact.phone_problem(data.contact_phone),
    }
    yield from (Problem(sentence, field) for field, sentence in checks.items() if sentence)
    if session.get(Division, data.division_code) is None:
        yield Problem(_l("Choose the county in which the organisation is registered."), "division_code")


def _conflicts(session: Session, data: SignUp, account_id: int | None) -> Iterator[Problem]:
    other, on_file = registration.taken(session, data.code, but=account_id), _on_file(session, data.code)
    if other is not None or (on_file and on_file.account_id not in (None, account_id)):
        sentence = _l("This code is registered already. Log in with it; if it was not you, ask the office.")
        yield Problem(sentence, "code")
    namesakes = select(Organisation.id).where(Organisation.name == data.name, Organisation.code != data.code)
    if account_id is not None:
        namesakes = namesakes.where(Organisation.account_id.is_(None) | (Organisation.account_id != account_id))
    if not data.other and session.scalar(namesakes.limit(1)) is not None:
        sentence = _l("An organisation of this name is on the register with another code. Compare name and code.")
        yield Problem(sentence, "name")


def _on_file(session: Session, code: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.code == code))


def _facts(data: SignUp) -> dict[str, str]:
    """What an organisation and its application have in common."""
    return {
        "name": data.name,
        "code_kind": data.code_kind,
        "code": data.code,
        "division_code": data.division_code,
        "contact_name": data.contact_name,
        "contact_phone": data.contact_phone,
    }


def _account(session: Session, data: SignUp, password_hash: str) -> Account:
    account = Account(
        kind="organisation",
        username=f"o-{secrets.token_hex(8)}",
        first_name=data.name[:64],
        last_name="",
        active=True,
        password=password_hash,
    )
    session.add(account)
    session.flush()
    session.add(LoginName(account_id=account.id, kind=LOGIN, value=registration.index(LOGIN, data.code)))
    return account


def _apply(
    session: Session, organisation: Organisation, account_id: int, data: SignUp, licence_key: str, now: datetime
) -> OrganisationApplication:
    application = OrganisationApplication(
        organisation=organisation, account_id=account_id, licence_key=licence_key, created_at=now, **_facts(data)
    )
    application.state, application.reasons = "open", {}
    session.add(application)
    try:
        session.flush()
    except IntegrityError as error:  # somebody registered with this code milliseconds ago
        sentence = _l("This code is registered already. Log in with it; if it was not you, ask the office.")
        raise Refused(problems=[Problem(sentence, "code")]) from error
    return application


def _settle(session: Session, application_id: int, state: str, staff_id: int, now: datetime) -> OrganisationApplication:
    still = update(OrganisationApplication).where(
        OrganisationApplication.id == application_id, OrganisationApplication.state == "open"
    )
    if not db.changed(session, still.values(state=state, decided_by=staff_id, decided_at=now)):
        raise Conflict(_l("This registration has been decided already."))
    return session.get_one(OrganisationApplication, application_id, populate_existing=True)


def password_problem(data: SignUp, password: str) -> object:
    """What is wrong with the password of a new account, or None."""
    return passwords.problem(password, data.normal().code, data.normal().contact_phone)


def shred_licences(session: Session, before: datetime) -> int:
    """Removes scans whose last decision was made before then. Returns how many."""
    rows = session.scalars(select(OrganisationApplication).where(OrganisationApplication.licence_key != "")).all()
    needed = {row.licence_key for row in rows if row.decided_at is None or row.decided_at >= before}
    old = [row for row in rows if row.licence_key not in needed]
    keys = {row.licence_key for row in old}
    for row in old:
        row.licence_key = ""
    delete_after(session, sorted(keys))
    return len(keys)
