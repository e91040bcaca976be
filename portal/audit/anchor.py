"""The head of the trail, kept outside the database: rows cut off at its end, or a trail written anew, are found.

The head is the number and the chain value of the last chained row, under a digest only this site can make. It moves
on with the chain, and stays where it is once the chain no longer leads through it: then it is the proof.
"""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.models import AuditRow
from portal.storage import current_storage
from portal.vault import current_vault

KEY = "audit/head.json"


@dataclass(frozen=True)
class Head:
    """The last row of the trail. `str` is what an operator writes down, and `read` takes."""

    sequence: int
    chain: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.chain}"

    @property
    def seal(self) -> str:
        """The digest only this site can make."""
        return current_vault().blind("audit-head", str(self))


def read(text: str) -> Head:
    """A head somebody wrote down. :raises ValueError: it is none."""
    sequence, _, chain = text.strip().partition(":")
    if len(chain) != 64:
        raise ValueError(text)
    return Head(int(sequence), chain)


def last(session: Session) -> Head | None:
    """The head the database shows."""
    query = select(AuditRow.sequence, AuditRow.chain).where(AuditRow.sequence.is_not(None))
    row = session.execute(query.order_by(AuditRow.sequence.desc()).limit(1)).first()
    return Head(row.sequence, row.chain) if row else None


def fault(session: Session, *expected: Head) -> str:
    """What says that the trail was cut or written anew: the kept head, or one that was written down. "" if nothing."""
    try:
        known = kept()
    except (ValueError, KeyError, TypeError):
        return f"the head kept in {KEY} was changed"
    for head in (known, *expected) if known else expected:
        there = session.scalar(select(AuditRow.chain).where(AuditRow.sequence == head.sequence))
        if there != head.chain:
            return f"cut off or written anew: the trail no longer leads through {head.sequence}"
    return ""


def advance(session: Session) -> None:
    """Keeps the present head, unless the trail no longer leads through the one that is kept."""
    if not fault(session) and (head := last(session)) and head != kept():
        put(head)


def kept() -> Head | None:
    """The head among the files. :raises ValueError: it is none of ours."""
    storage = current_storage()
    if not storage.exists(KEY):
        return None
    said = json.loads(storage.get(KEY))
    head = Head(said["sequence"], said["chain"])
    if head.seal != said["seal"]:
        raise ValueError(KEY)
    return head


def put(head: Head) -> None:
    """Keeps this head whatever was kept before."""
    said = {"sequence": head.sequence, "chain": head.chain, "seal": head.seal}
    current_storage().put(KEY, json.dumps(said).encode())
