"""How far work on many documents is, and why it stopped where it was given up."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kit import Job, _l
from portal_certs import reading, states
from portal_certs.models import Batch, Document
from portal_certs.service import batches, documents

# What a job failed of, by the name its error begins with, in words of whoever asked for the work.
REASONS = {
    "NotFound": _l("A stored file is missing. The operator finds out which one with: portal documents verify"),
    "OSError": _l("A file could not be written. The disk of the server may be full."),
}


@dataclass(frozen=True)
class Work:
    """A batch as it stands: how far it is, what came of it, and whether it was given up."""

    batch: Batch
    done: int
    ready: bool
    issued: tuple[int, ...] = ()  # ids of the certificates of a batch issue that are printed
    failed: tuple[str, ...] = ()  # names of the jobs that were given up
    reason: object = ""

    @property
    def every(self) -> int:
        return len(self.batch.documents)


def standing(session: Session, batch: Batch) -> Work:
    """A batch issue is ready when what it issued is printed; a file when it is stored."""
    if batch.kind != batches.ISSUE:
        return _work(session, batch, batch.done, batch.storage_key is not None)
    certificates = reading.certificates_of(session, batch.documents)
    printed = tuple(one.id for one in certificates if one.state == states.ISSUED)
    pending = [one for one in certificates if one.state == states.PENDING]
    through = batch.done == len(batch.documents)
    return _work(session, batch, len(printed), through and not pending, printed, pending)


def _work(
    session: Session,
    batch: Batch,
    done: int,
    ready: bool,
    issued: tuple[int, ...] = (),
    pending: list[Document] | None = None,
) -> Work:
    names = [batches.job_name(batch.id), *(documents.job_name(one.id) for one in pending or ())]
    failed = [] if ready else reading.given_up(session, names)
    reason = _reason(failed[0]) if failed else ""
    return Work(batch, done, ready, issued, tuple(str(job.unique) for job in failed), reason)


def _reason(job: Job) -> object:
    """A sentence for staff; the error itself stands in the log, with the number of the job."""
    named = REASONS.get(job.error.split(":")[0])
    return named or _l(
        "The platform made a mistake. The operator finds it in the log under job %(number)s.", number=job.id
    )
