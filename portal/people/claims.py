"""ID numbers that are registered twice: nobody who registers is told that a number is known (docs/adr/0010).

Whoever gives a number that has its account already gets an account of their own, which is in doubt: it works like any
other, also by that number and its own password, but no document is issued on it before staff have looked. They join
it to the other one (merging), give it the number, keep both apart, or close it.

    in doubt -> joined | settled (the number is theirs, or both have it) | closed

Of an account that was closed the number is free again; it stays to be found under a name of its own.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.errors import Conflict, Refused
from portal.messages import service as messages
from portal.people import closing, identity, login_names, registration
from portal.people.models import Account, Learner, LoginName
from portal.people.numbered import IN_DOUBT
from portal.types import Problem
from portal.vault import current_vault

_REASON = _l("Say why, and what was looked at: the audit trail keeps it.")
_SETTLED = _l("This number is settled already.")


def index_of(learner: Learner) -> str:
    """The index of this learner's number as its holder has it."""
    return current_vault().blind(identity.BY_KEY[learner.id_kind].login, learner.id_number)


def mark(index: str) -> str:
    """What a learner in doubt has for an index: it fits the column and says so."""
    return f"{IN_DOUBT}{index}"[:64]


def all_marks(number: str) -> list[str]:
    """What the indexes of learners may hold whose number this is, besides its holder's."""
    claims, closed = (login_names.places(word, number) for word in (login_names.CLAIM, login_names.CLOSED))
    return [*map(mark, claims), *map(_apart, claims), *closed]


def _apart(index: str) -> str:
    return f"apart {index}"[:64]


def enter(session: Session, id_kind: str, number: str) -> tuple[str, tuple[str, str]]:
    """The index of a newcomer's number and its login name (kind, index): those of its holder, or of one in doubt."""
    kind = identity.BY_KEY[id_kind].login
    index = registration.index(kind, number)
    if registration.taken(session, number) is None:
        make_way(session, number, index)
        return index, (kind, index)
    place = free_place(session, number)
    return mark(place), (login_names.CLAIM, place)


def free_place(session: Session, number: str) -> str:
    """The name under which one more account of a number is kept.

    :raises Refused: too many have given it.
    """
    places = login_names.places(login_names.CLAIM, number)
    used = set(session.scalars(select(LoginName.value).where(LoginName.value.in_(places))))
    found = next((place for place in places if place not in used), None)
    if found is None:
        raise Refused(problems=[Problem(_l("This number was given too often. Ask the office."), "id_number")])
    return found


def holder(session: Session, learner: Learner) -> Learner | None:
    """Whoever had the number of a learner in doubt first, if their account is still there."""
    return session.scalar(select(Learner).where(Learner.id_index == index_of(learner), Learner.id != learner.id))


def make_way(session: Session, number: str, index: str) -> None:
    """Frees the number of an account that was closed: whoever comes back registers like anybody else."""
    former = session.scalar(select(Learner).where(Learner.id_index == index, Learner.closed_at.is_not(None)))
    if former is not None:
        places = login_names.places(login_names.CLOSED, number)
        used = set(session.scalars(select(Learner.id_index).where(Learner.id_index.in_(places))))
        former.id_index = next((place for place in places if place not in used), f"closed {former.id}")
        session.flush()


def former(session: Session, learner: Learner) -> Learner | None:
    """The account of this number that was closed last and is not joined to another one."""
    places = login_names.places(login_names.CLOSED, learner.id_number)
    query = select(Learner).where(Learner.id_index.in_(places), Learner.merged_into.is_(None))
    return session.scalar(query.order_by(Learner.id.desc()).limit(1))


def tell(session: Session, learner: Learner) -> None:
    """Whoever had the number first learns that it was given once more."""
    first = holder(session, learner)
    if first is not None and first.account.active:
        messages.post(session, first.account_id, "number_claimed", url="/me")
    audit.record(session, learner.account_id, "number_claimed", learner)


def give(session: Session, learner: Learner, actor_id: int, reason: str) -> None:
    """The number belongs to this account from now on; whoever had it is in doubt instead.

    :raises Refused: no reason was given; :raises Conflict: it is settled already.
    """
    _ask(learner, reason)
    first, right, doubtful = holder(session, learner), index_of(learner), learner.id_index
    mine = _named(session, learner, (login_names.CLAIM,))
    theirs = _named(session, first, login_names.OF_IDS) if first else None
    learner.id_index = f"giving {learner.id}"  # for the moment: an index stands once
    session.flush()
    if first:
        first.id_index = doubtful
        session.flush()
    learner.id_index = right
    if mine and theirs:
        mine.account_id, theirs.account_id = theirs.account_id, mine.account_id
    elif mine:
        mine.kind, mine.value = identity.BY_KEY[learner.id_kind].login, right
    session.flush()
    after = {"from": first.id if first else None}
    audit.record(session, actor_id, "number_given", learner, after=after, reason=reason)
    messages.post(session, learner.account_id, "number_settled", url="/me")


def keep_apart(session: Session, learner: Learner, actor_id: int, reason: str) -> None:
    """Two people have the same number on papers of different kinds: both accounts are right.

    :raises Refused: no reason was given, or both numbers are of one kind; :raises Conflict: it is settled already.
    """
    _ask(learner, reason)
    first = holder(session, learner)
    if first is not None and first.id_kind == learner.id_kind:
        fault = _l("Both have the same kind of ID: one number belongs to one person. Join the accounts, or close one.")
        raise Refused(fault, [Problem(fault, "reason")])
    learner.id_index = _apart(learner.id_index.removeprefix(IN_DOUBT))
    audit.record(session, actor_id, "number_settled", learner, reason=reason)
    messages.post(session, learner.account_id, "number_settled", url="/me")


def refuse(session: Session, learner: Learner, actor_id: int, reason: str, now: datetime) -> None:
    """The number is not theirs: the account is closed.

    :raises Refused: no reason was given; :raises Conflict: it is settled already.
    """
    _ask(learner, reason)
    closing.close(session, learner.id, now)
    audit.record(session, actor_id, "number_refused", learner, reason=reason)


def accounts(session: Session, number: str) -> list[Account]:
    """Accounts in doubt, or kept apart, that this number opens too, the first one first."""
    places = login_names.places(login_names.CLAIM, number)
    query = select(Account).join(LoginName, LoginName.account_id == Account.id)
    return list(session.scalars(query.where(LoginName.value.in_(places)).order_by(Account.id)))


def _ask(learner: Learner, reason: str) -> None:
    if not reason.strip():
        raise Refused(problems=[Problem(_REASON, "reason")])
    if not learner.in_doubt:
        raise Conflict(_SETTLED)


def _named(session: Session, learner: Learner, kinds: tuple[str, ...]) -> LoginName | None:
    query = select(LoginName).where(LoginName.account_id == learner.account_id, LoginName.kind.in_(kinds))
    return session.scalar(query.limit(1))
