"""学员注册: what a person gives, and everything that is wrong with it at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.divisions.models import Division
from portal.people import agreements, contact, identity, login_names, passwords
from portal.people.models import Learner, LoginName
from portal.types import Problem
from portal.vault import current_vault


@dataclass(frozen=True)
class Registration:
    """What the form gives. `address` is the visitor's network address; only its blind index is kept."""

    name: str
    id_kind: str
    id_number: str
    phone: str
    email: str
    division_code: str
    employer: str
    password: str
    agreement_id: int
    organisation_id: int | None = None
    address: str = ""

    def normal(self) -> "Registration":
        """The same in the forms that are kept and compared."""
        return replace(
            self,
            name=contact.normal_name(self.name),
            id_number=identity.normalise(self.id_number),
            phone=contact.normal_phone(self.phone),
            email=contact.normal_email(self.email),
            employer=contact.normal_employer(self.employer),
        )


def names_of(data: Registration) -> dict[str, tuple[str, str]]:
    """Login names by the field they come from: (kind, normalised value). Empty ones are left out."""
    kind = identity.BY_KEY.get(data.id_kind)
    names = {
        "id_number": (kind.login if kind else "", data.id_number),
        "phone": ("phone", data.phone),
        "email": ("email", data.email),
    }
    return {field: name for field, name in names.items() if name[1]}


def index(kind: str, value: str) -> str:
    """Blind index of a login name."""
    return current_vault().blind(kind, login_names.normal_form(kind, value))


def taken(session: Session, value: str, but: int | None = None) -> int | None:
    """The account, other than `but`, that has this login name as any kind of name, or None.

    One form takes all kinds of names, so what is somebody's phone can be nobody's passport.
    """
    query = select(LoginName.account_id).where(LoginName.value.in_(login_names.indexes(value)))
    return session.scalar(query if but is None else query.where(LoginName.account_id != but))


def is_fresh(session: Session, account_id: int, since: datetime) -> bool:
    """Whether this learner registered after `since`."""
    query = select(Learner.id).where(Learner.account_id == account_id, Learner.created_at > since)
    return session.scalar(query) is not None


FIELDS = ["name", "id_kind", "id_number", "phone", "email", "division_code", "employer", "password", ""]
_TAKEN = {
    "id_number": _l("This ID number is already registered."),
    "phone": _l(
        "This mobile number belongs to another account. If it is yours, log in with it, activate it or set a new "
        "password; else give another number."
    ),
    "email": _l("This e-mail address belongs to another account. Log in with it, or give another address."),
}


def problems(session: Session, data: Registration, now: datetime) -> list[Problem]:
    """Everything that is wrong with normalised data, at the field where it stands, in the order of the form."""
    found = list(_slips(data, now))
    wrong = {problem.field for problem in found}
    found += [taken_sentence(field) for field in taken_fields(session, data) if field not in wrong]
    found += employer_problems(session, data.employer, data.division_code)
    agreement = agreements.in_force(session, now)
    if agreement is None or agreement.id != data.agreement_id:
        found.append(Problem(_l("The service agreement has changed. Read and accept the new version first.")))
    return sorted(found, key=lambda problem: FIELDS.index(problem.field))


def contact_problems(session: Session, account_id: int, phone: str, email: str) -> list[Problem]:
    """What is wrong with a normalised phone and address that an account wants to have."""
    faults = {"phone": contact.phone_problem(phone), "email": contact.email_problem(email) if email else None}
    found = [Problem(fault, field) for field, fault in faults.items() if fault]
    for field, value in (("phone", phone), ("email", email)):
        if value and not faults[field] and taken(session, value, but=account_id) is not None:
            found.append(taken_sentence(field))
    return found


def employer_problems(session: Session, name: str, division_code: str) -> list[Problem]:
    """What is wrong with an employer's county and normalised name."""
    found = []
    if session.get(Division, division_code) is None:
        found.append(Problem(_l("Choose the county in which the employer is registered."), "division_code"))
    if fault := contact.employer_problem(name):
        found.append(Problem(fault, "employer"))
    return found


def taken_fields(session: Session, data: Registration) -> list[str]:
    """Fields whose login name belongs to somebody already. Of an ID number nobody is told (claims.py)."""
    names = {field: value for field, (_kind, value) in names_of(data).items() if field != "id_number"}
    return [field for field, value in names.items() if taken(session, value) is not None]


def looked_up(data: Registration, found: Iterable[Problem]) -> bool:
    """Whether the answer tells if somebody has a name of these: one of them at least has the right form."""
    return bool(names_of(data).keys() - {"id_number"} - {problem.field for problem in found})


def taken_sentence(field: str) -> Problem:
    """What is said about a login name that belongs to somebody; whose it is stays unsaid."""
    return Problem(_TAKEN[field], field)


def id_problem(data: Registration, now: datetime) -> Problem | None:
    """What is wrong with the ID, or None."""
    if data.id_kind not in identity.BY_KEY:
        return Problem(_l("Choose the kind of ID."), "id_kind")
    if not data.id_number:
        return Problem(_l("Enter the ID number."), "id_number")
    fault = identity.check(data.id_kind, data.id_number, clock.today(now))
    return Problem(fault, "id_number") if fault else None


def doubt(session: Session, id_kind: str, id_number: str) -> object:
    """What may be wrong with an ID that is accepted: a slip of the pen nobody can tell from a code of long ago."""
    code = identity.division_code(id_kind, id_number)
    if code is None or session.get(Division, code) is not None:
        return None
    return _l("The first six digits of your ID number are no county known here. Old ones may be so; compare them.")


def _slips(data: Registration, now: datetime) -> Iterator[Problem]:
    if fault := id_problem(data, now):
        yield fault
    checks = {
        "name": contact.name_problem(data.name),
        "phone": contact.phone_problem(data.phone),
        "email": contact.email_problem(data.email) if data.email else None,
        "password": passwords.problem(data.password, data.id_number, data.phone, data.email),
    }
    yield from (Problem(sentence, field) for field, sentence in checks.items() if sentence)
