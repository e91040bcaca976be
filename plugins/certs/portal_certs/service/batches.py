"""Many documents as one file: asking for it, its progress, its end."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kit import Problem, Refused, _l, audit, submit
from portal_certs import variables
from portal_certs.models import Batch

BATCH = "certs.batch"
ZIP, PRINT_FILE = "zip", "print"
MOST = {ZIP: 5000, PRINT_FILE: 1000}  # documents
KEPT = timedelta(days=3)


def ask_batch(
    session: Session, kind: str, documents: Sequence[int], pattern: str, account_id: int, now: datetime
) -> Batch:
    """Queues a file of these documents.

    :raises Refused: none fits, they are too many, or the pattern of names is none.
    """
    try:
        strange = variables.unknown(pattern)
    except ValueError as error:
        raise Refused(problems=[Problem(error.args[0], "pattern")]) from error
    if strange:
        names = ", ".join(sorted(strange))
        raise Refused(problems=[Problem(_l("Unknown variables: %(names)s.", names=names), "pattern")])
    if not documents:
        raise Refused(problems=[Problem(_l("No valid document fits this choice."))])
    if len(documents) > MOST[kind]:
        raise Refused(problems=[Problem(_l("More than %(most)s documents fit. Narrow the choice.", most=MOST[kind]))])
    batch = Batch(
        account_id=account_id,
        kind=kind,
        pattern=pattern,
        documents=list(documents),
        created_at=now,
        expires_at=now + KEPT,
    )
    session.add(batch)
    session.flush()
    audit.record(session, account_id, "bundled", batch, after={"documents": len(documents)})
    submit(session, BATCH, {"batch_id": batch.id}, unique=f"{BATCH}:{batch.id}", account_id=account_id)
    return batch


def advance_batch(session: Session, batch_id: int, done: int) -> None:
    """How many documents are in the file so far."""
    session.execute(update(Batch).where(Batch.id == batch_id).values(done=done))


def finish_batch(session: Session, batch_id: int, storage_key: str) -> None:
    """Books the file."""
    session.execute(update(Batch).where(Batch.id == batch_id).values(storage_key=storage_key))


def drop_batch(session: Session, batch: Batch) -> None:
    """Forgets a file; its bytes go with the commit."""
    session.delete(batch)


def storage_key() -> str:
    """Where a file lies: nobody can guess it."""
    return f"batches/{secrets.token_urlsafe(24)}"
