"""People whom an organisation enrols: who of them is known here already, and accounts for the others.

An organisation is told about its own people only. Whoever is registered elsewhere keeps name, employer and account.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.db import among
from portal.people import newcomers
from portal.people.models import Account, Employment, Learner, Organisation
from portal.people.newcomers import Newcomer

NO_PASSWORD = "!"  # noqa: S105 - fits none: the account opens by activation only
AT_ONCE = 5000
T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """Somebody who is on the register. `own`: works at the organisation that asks; `open`: may be enrolled."""

    learner_id: int
    account_id: int
    name: str
    own: bool
    open: bool


def known(session: Session, organisation: Organisation | None, indexes: Sequence[str]) -> dict[str, Known]:
    """People who are on the register, by the blind index of their ID; of joined accounts the one that is kept.

    Of no organisation, nobody is its own.
    """
    found: dict[str, Known] = {}
    kept = aliased(Learner)
    for part in _parts(indexes):
        query = (
            select(
                Learner.id_index,
                kept.id,
                kept.account_id,
                kept.name,
                kept.closed_at,
                Employment.organisation_id,
                Employment.employer_name,
            )
            .join(kept, kept.id == func.coalesce(Learner.merged_into, Learner.id))
            .outerjoin(Employment, (Employment.learner_id == kept.id) & Employment.valid_to.is_(None))
            .where(among(Learner.id_index, part))
        )
        for row in session.execute(query):
            own = organisation is not None and (
                row.organisation_id == organisation.id or row.employer_name == organisation.name
            )
            found[row.id_index] = Known(row.id, row.account_id, row.name, own, row.closed_at is None)
    return found


def join(session: Session, organisation: Organisation, fresh: Sequence[Newcomer], now: datetime) -> dict[str, int]:
    """Accounts for people nobody knows yet; ids by the blind index of their ID. No password is hashed.

    They work at the organisation from now on and open their accounts with its slips or the phone it gave.
    """
    ids: dict[str, int] = {}
    for part in _parts(fresh):
        ids |= newcomers.add(session, part, NO_PASSWORD, organisation.division_code, now, organisation)
    return ids


def waiting(session: Session, organisation: Organisation, learner_ids: Sequence[int]) -> set[int]:
    """Those of some people of an organisation who have not opened their accounts yet."""
    found: set[int] = set()
    for part in _parts(learner_ids):
        query = (
            select(Learner.id)
            .join(Account, Account.id == Learner.account_id)
            .join(Employment, Employment.learner_id == Learner.id)
            .where(Learner.id.in_(part), Account.must_change, Account.active)
            .where(Employment.organisation_id == organisation.id, Employment.valid_to.is_(None))
        )
        found |= set(session.scalars(query))
    return found


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
