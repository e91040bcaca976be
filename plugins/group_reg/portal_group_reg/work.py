"""Long steps as jobs: a roster is read and checked, or made an order. Both may be repeated after a crash."""

from datetime import timedelta

from portal.kit import (
    Conflict,
    JobContext,
    JobSpec,
    PortalError,
    Refused,
    clock,
    current_settings,
    current_storage,
    db,
    read_sheets,
)
from portal_group_reg import roster, sending, service, states, terms
from portal_group_reg.models import Batch
from portal_group_reg.roster import Checked
from portal_group_reg.sending import Stopped
from portal_group_reg.terms import Terms

STEPS = 4
KEPT = timedelta(days=30)  # rows of a list that was sent; an unpaid order is over long before


def read(context: JobContext) -> None:
    """Reads the file of a roster and keeps its rows; the file itself is removed."""
    batch_id = int(context.payload["batch"])
    with db.read() as session:
        batch = session.get_one(Batch, batch_id)
        key, token = batch.file_key, batch.token
        judged = terms.of_batch(session, batch)
    if key is None or batch.state != states.READING:
        return
    context.progress(1, STEPS)
    try:
        checked = _checked(context, current_storage().get(key), batch_id, token, judged)
    except (Refused, PortalError) as refused:
        with db.write() as session:
            service.refuse_file(session, batch_id, str(refused.message), clock.now())
    else:
        with db.write() as session:
            service.keep(session, batch_id, checked, judged, clock.now())
    current_storage().delete(key)


def _checked(context: JobContext, data: bytes, batch_id: int, token: str, judged: Terms) -> Checked:
    """What the file says; a repaired one together with the rows it left alone."""
    book = read_sheets(data)
    context.progress(2, STEPS)
    checked = roster.read(book, judged.rows)
    context.progress(3, STEPS)
    if checked.report.mark != token:
        return checked
    repaired = {line.origin: roster.typed(line) for line in checked.report.lines if line.origin is not None}
    with db.read() as session:
        merged = roster.again(service.merge(session, batch_id, repaired), judged.rows)
    merged.report.ignored.extend(checked.report.ignored)
    return merged


def send(context: JobContext) -> None:
    """Makes the good rows of a roster one order, or hands it back with the reason."""
    batch_id = int(context.payload["batch"])
    context.progress(1, STEPS)
    try:
        with db.write() as session:
            batch = session.get_one(Batch, batch_id)
            if batch.state == states.SENDING:
                by = int(context.payload.get("by") or batch.account_id)
                sending.order(session, batch, by, clock.now())
    except Stopped as stopped:
        _hand_back(batch_id, str(sending.NOT_ALL), stopped.faults)
    except Refused as refused:
        said = [str(problem.message) for problem in refused.problems[:3]]
        _hand_back(batch_id, " ".join(said) or str(refused.message), {})
    except Conflict as conflict:
        _hand_back(batch_id, str(conflict.message), {})


def _hand_back(batch_id: int, sentence: str, faults: dict[int, str]) -> None:
    with db.write() as session:
        service.hand_back(session, batch_id, sentence, faults, clock.now())


def sweep(context: JobContext) -> None:
    """Removes personal data that has outlived its purpose, every night."""
    draft_days = timedelta(days=current_settings().draft_days)
    with db.write() as session:
        keys = service.sweep(session, context.moment - draft_days, context.moment - KEPT, context.moment)
    for key in keys:
        current_storage().delete(key)


JOBS = (
    JobSpec(service.READ, read),
    JobSpec(service.SEND, send),
    JobSpec("group_reg.sweep", sweep, every=timedelta(days=1)),
)
