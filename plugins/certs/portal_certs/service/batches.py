"""Work on many documents: as one file, or issuing what many plans are owed. Asking for it, its progress, its end."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kit import Conflict, Problem, Refused, _l, audit, submit, try_again
from portal_certs import variables
from portal_certs.models import Batch

BATCH = "certs.batch"
ZIP, PRINT_FILE, ISSUE = "zip", "print", "issue"
MOST = {ZIP: 5000, PRINT_FILE: 1000, ISSUE: 5000}  # documents, or plans
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
    return _queued(session, kind, documents, pattern, account_id, now)


def ask_issue(session: Session, plans: Sequence[int], account_id: int, now: datetime) -> Batch:
    """Queues the certificates of these plans, at most MOST of them.

    :raises Refused: there are none.
    """
    if not plans:
        raise Refused(_l("Nothing can be issued now: what is owed waits for a photo or a character."))
    return _queued(session, ISSUE, plans[: MOST[ISSUE]], "", account_id, now)


def _queued(session: Session, kind: str, rows: Sequence[int], pattern: str, account_id: int, now: datetime) -> Batch:
    batch = Batch(
        account_id=account_id,
        kind=kind,
        pattern=pattern,
        documents=list(rows),
        created_at=now,
        expires_at=now + KEPT,
    )
    session.add(batch)
    session.flush()
    audit.record(session, account_id, "asked_issue" if kind == ISSUE else "bundled", batch, after={"rows": len(rows)})
    submit(session, BATCH, {"batch_id": batch.id}, unique=job_name(batch.id), account_id=account_id)
    return batch


def retry_batch(session: Session, batch: Batch, jobs: Sequence[str], actor_id: int) -> None:
    """Gives work that was given up another start. `jobs` are names of jobs: its own, and those of its printing.

    :raises Conflict: none of them was given up, or somebody was quicker.
    """
    if not sum(try_again(session, name) for name in jobs):
        raise Conflict(_l("This is being worked on already."))
    audit.record(session, actor_id, "tried_again", batch, after={"jobs": len(jobs)})


def job_name(batch_id: int) -> str:
    """By which the job of a batch is found."""
    return f"{BATCH}:{batch_id}"


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
