"""Many learners at once: they come from another platform and activate their accounts themselves.

Every statement carries hundreds of rows, no password is hashed per person, and who is there already is left alone.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.audit import service as audit
from portal.db import among, fill, filling, reserve
from portal.people import identity
from portal.people.models import Account, Employment, Learner, LoginName, Organisation
from portal.people.rules import county_of
from portal.vault import current_vault


@dataclass(frozen=True)
class Newcomer:
    """What another platform knows about a learner, in the forms that are kept (registration.Registration.normal).

    A phone that several people gave proves nobody: leave it empty. `division_code`: the employer's, where known;
    `residence_code`: their own.
    """

    name: str
    id_kind: str
    id_number: str
    phone: str
    email: str
    employer: str
    division_code: str | None
    title_series: str | None = None
    title_level: str | None = None
    residence_code: str | None = None

    @cached_property
    def index(self) -> str:
        """Blind index of the ID number."""
        return current_vault().blind(identity.BY_KEY[self.id_kind].login, self.id_number)

    @cached_property
    def reached(self) -> dict[str, str]:
        """Blind indexes of phone and address by kind of user name, where they are known."""
        given = (("phone", self.phone), ("email", self.email))
        return {kind: current_vault().blind(kind, text) for kind, text in given if text}


def known(session: Session, indexes: Sequence[str]) -> dict[str, Learner]:
    """Learners who are there already, by the blind index of their ID; of joined accounts the one that is kept."""
    query = select(Learner).where(among(Learner.id_index, indexes)).options(joinedload(Learner.survivor))
    return {learner.id_index: learner.survivor or learner for learner in session.scalars(query)}


def taken(session: Session, newcomers: Iterable[Newcomer]) -> set[str]:
    """Blind indexes of phones and addresses that somebody has on file, or logs in with, be it as a user name."""
    blind = current_vault().blind
    reached = [(index, getattr(one, kind)) for one in newcomers for kind, index in one.reached.items()]
    named = {blind("user_name", text): index for index, text in reached}
    wanted = [index for index, _text in reached]
    said = set(session.scalars(select(LoginName.value).where(among(LoginName.value, [*wanted, *named]))))
    found = said | {index for name, index in named.items() if name in said}
    return found | set(session.scalars(select(Learner.phone_index).where(among(Learner.phone_index, wanted))))


def shared(newcomers: Iterable[Newcomer]) -> set[str]:
    """Phones that more than one of them gave: a clerk's, a couple's. They are no second fact for anybody."""
    counts = Counter(one.phone for one in newcomers if one.phone)
    return {phone for phone, count in counts.items() if count > 1}


def add(
    session: Session,
    newcomers: Sequence[Newcomer],
    password_hash: str,
    home: str,
    now: datetime,
    employer: Organisation | None = None,
) -> dict[str, int]:
    """Adds learners whose accounts wait for activation; returns their ids by blind index of the ID number.

    `password_hash`: of the common initial password, made once; it opens nothing but the activation page.
    `home`: the division of those whose employer's and whose own are unknown. `employer`: the organisation that enrols
    them all, where one does. The caller has made sure that none of them is there.
    """
    if not newcomers:
        return {}
    employers = {employer.name: employer} if employer else _employers(session, newcomers)
    source, used = "group" if employer else "import", taken(session, newcomers)
    accounts, ids = (reserve(session, model, len(newcomers)) for model in (Account, Learner))
    with filling(session):
        fill(session, Account, (_account(*one, password_hash, now) for one in zip(newcomers, accounts, strict=True)))
        rows = [
            _learner(one, learner_id, account, employers.get(one.employer), used, home, now) | {"source": source}
            for one, learner_id, account in zip(newcomers, ids, accounts, strict=True)
        ]
        fill(session, Learner, rows)
        jobs = zip(newcomers, ids, rows, strict=True)
        fill(session, Employment, (_employment(*job, employers.get(job[0].employer), now) for job in jobs))
        fill(session, LoginName, _login_names(newcomers, accounts, used))
        audit.record_many(session, None, "imported", Learner.__tablename__, ids)
    return {str(row["id_index"]): learner_id for row, learner_id in zip(rows, ids, strict=True)}


def _employers(session: Session, newcomers: Sequence[Newcomer]) -> dict[str, Organisation]:
    """Approved employers by name; of two with one name, neither."""
    names = {one.employer for one in newcomers}
    found = list(
        session.scalars(select(Organisation).where(Organisation.state == "approved", Organisation.name.in_(names)))
    )
    counts = Counter(one.name for one in found)
    return {one.name: one for one in found if counts[one.name] == 1}


def _account(one: Newcomer, account: int, password_hash: str, now: datetime) -> dict[str, Any]:
    # All defaults are named: the framework would ask for the visitor, row by row.
    moment = now.replace(tzinfo=None)
    return {
        "id": account,
        "created_on": moment,
        "changed_on": moment,
        "created_by_fk": None,
        "changed_by_fk": None,
        "kind": "learner",
        "username": f"l-{secrets.token_hex(8)}",
        "first_name": one.name,
        "last_name": "",
        "active": True,
        "password": password_hash,
        "must_change": True,
        "credentials_version": 1,
    }


def _learner(
    one: Newcomer,
    learner_id: int,
    account: int,
    employer: Organisation | None,
    used: set[str],
    home: str,
    now: datetime,
) -> dict[str, Any]:
    phone = one.reached.get("phone")
    proves = phone is not None and phone not in used
    division = employer.division_code if employer else one.division_code
    return {
        "id": learner_id,
        "account_id": account,
        "name": one.name,
        "id_kind": one.id_kind,
        "id_number": one.id_number,
        "id_index": one.index,
        "phone": one.phone if proves else None,
        "phone_index": phone if proves else None,
        "email": one.email or None,
        "email_index": one.reached.get("email"),
        "title_series": one.title_series,
        "title_level": one.title_level,
        "residence_code": one.residence_code,
        "division_code": county_of(division, one.residence_code, home),
        "created_at": now,
    }


def _employment(
    one: Newcomer, learner_id: int, row: dict[str, Any], employer: Organisation | None, now: datetime
) -> dict[str, Any]:
    return {
        "learner_id": learner_id,
        "employer_name": one.employer,
        "division_code": row["division_code"],
        "organisation_id": employer.id if employer else None,
        "valid_from": now,
        "valid_to": None,
    }


def _login_names(newcomers: Sequence[Newcomer], accounts: Sequence[int], used: set[str]) -> Iterator[dict[str, Any]]:
    """The ID number for everybody; phone and address for the first of those who gave them."""
    given = set(used)
    for one, account in zip(newcomers, accounts, strict=True):
        yield {"account_id": account, "kind": identity.BY_KEY[one.id_kind].login, "value": one.index}
        for kind, value in one.reached.items():
            if value not in given:
                given.add(value)
                yield {"account_id": account, "kind": kind, "value": value}
