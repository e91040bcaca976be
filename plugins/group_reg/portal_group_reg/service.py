"""Rosters and their rows: kept, corrected, sent. The only writer of this plugin's tables."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.kit import (
    Conflict,
    Organisation,
    PortalError,
    Problem,
    Refused,
    TrainingClass,
    _l,
    audit,
    delete_after,
    submit,
)
from portal_group_reg import keeping, roster, states
from portal_group_reg.models import Batch, RosterRow
from portal_group_reg.roster import Checked, Lacks
from portal_group_reg.terms import Terms

READ, SEND = "group_reg.read", "group_reg.send"
MOVED_ON = _l("This list has moved on in another window. What you see now is its present state.")


def begin(
    session: Session,
    organisation: Organisation,
    account_id: int,
    chosen: TrainingClass,
    courses: Sequence[int],
    filename: str,
    file_key: str,
    now: datetime,
) -> Batch:
    """A roster whose file waits to be read."""
    batch = Batch(
        organisation_id=organisation.id,
        account_id=account_id,
        class_id=chosen.id,
        courses=list(courses),
        state=states.READING,
        token=secrets.token_hex(12),
        filename=filename[:120],
        file_key=file_key,
        created_at=now,
        updated_at=now,
        version=1,
        ignored=[],
        hidden=False,
        judged_by="",
        mapping=_remembered(session, organisation.id),
        lacks=[],
        headings=[],
        template="",
        refusal="",
        seen_total=0,
    )
    session.add(batch)
    session.flush()
    _queue(session, batch, READ, account_id)
    audit.record(session, account_id, "roster.uploaded", batch)
    return batch


def replace_file(session: Session, batch: Batch, filename: str, file_key: str, account_id: int, now: datetime) -> None:
    """Another file for a roster: a repaired one is merged, any other takes the place of all rows.

    :raises Conflict: it is being read or sent, or was sent.
    """
    if batch.file_key:
        delete_after(session, [batch.file_key])
    kept = {"file_key": file_key, "filename": filename[:120], "updated_at": now, "refusal": "", "lacks": []}
    if not states.move(session, batch.id, states.READING, **kept):
        raise Conflict(MOVED_ON)
    batch = session.get_one(Batch, batch.id)
    batch.version += 1
    _queue(session, batch, READ, account_id)
    audit.record(session, account_id, "roster.uploaded", batch)


def keep(session: Session, batch_id: int, checked: Checked, terms: Terms, now: datetime) -> None:
    """Keeps what was read as the rows of a roster, instead of those before; its file is not needed any more."""
    report = checked.report
    moved = states.move(
        session,
        batch_id,
        states.CHECKED,
        ignored=report.ignored[:50],
        hidden=report.hidden,
        judged_by=terms.rows.mark,
        template=checked.template,
        lacks=[],
        file_key=None,
        refusal="",
        updated_at=now,
    )
    if moved:
        keeping.replace_rows(session, batch_id, checked, terms)


def refuse_file(session: Session, batch_id: int, refused: PortalError, now: datetime) -> bool:
    """The file cannot be used; rows of an earlier file stay. Returns whether it is kept, because somebody may say by
    hand which of its columns are which.
    """
    there = session.scalar(select(RosterRow.id).where(RosterRow.batch_id == batch_id).limit(1)) is not None
    values: dict[str, Any] = {"refusal": str(refused.message)[:300], "updated_at": now}
    if asks := isinstance(refused, Lacks) and not there:
        values |= {"lacks": refused.columns, "headings": [one[:80] for one in refused.headings[:100]]}
    else:
        values["file_key"] = None
    states.move(session, batch_id, states.CHECKED if there else states.REFUSED, **values)
    return asks


def map_columns(session: Session, batch: Batch, said: Mapping[str, str], account_id: int, now: datetime) -> None:
    """Reads the file again, with headings for the columns it lacks as somebody said them; remembered for later files.

    :raises Refused: a column has no heading of the file, or two have the same; :raises Conflict: it has moved on.
    """
    if batch.state != states.REFUSED or not batch.lacks:
        raise Conflict(MOVED_ON)
    chosen = {key: said.get(key, "") for key in batch.lacks}
    found = [Problem(_l("Choose the heading."), key) for key, one in chosen.items() if one not in batch.headings]
    twice = [key for key, one in chosen.items() if one and list(chosen.values()).count(one) > 1]
    found += [Problem(_l("This heading stands for two columns. Choose another one."), key) for key in twice]
    if found:
        raise Refused(problems=found)
    mapping = {**batch.mapping, **chosen}
    if not states.move(session, batch.id, states.READING, mapping=mapping, lacks=[], refusal="", updated_at=now):
        raise Conflict(MOVED_ON)
    batch = session.get_one(Batch, batch.id)
    batch.version += 1
    _queue(session, batch, READ, account_id)


def rejudge(session: Session, batch: Batch, terms: Terms, now: datetime) -> None:
    """Checks all rows again, by what is known today."""
    checked = roster.again(keeping.typed_rows(session, batch.id), terms.rows)
    keeping.replace_rows(session, batch.id, checked, terms)
    batch.version, batch.updated_at, batch.judged_by = batch.version + 1, now, terms.rows.mark


def correct(
    session: Session,
    batch: Batch,
    edits: Mapping[int, Mapping[str, str]],
    dropped: Iterable[int],
    version: int,
    terms: Terms,
    now: datetime,
) -> None:
    """Takes what was typed into the page: values by row and column; dropped rows leave the roster.

    :raises Conflict: another window was quicker, or the roster is not open to changes.
    """
    if batch.state != states.CHECKED or batch.version != version:
        raise Conflict(MOVED_ON)
    gone = set(dropped)
    rows = session.scalars(select(RosterRow).where(RosterRow.batch_id == batch.id, RosterRow.state == keeping.BAD))
    for row in rows.all():
        if row.number in gone:
            session.delete(row)
        elif row.number in edits:
            row.typed = keeping.written(json.loads(row.typed) | dict(edits[row.number]))
    session.flush()
    rejudge(session, batch, terms, now)


def send(session: Session, batch: Batch, version: int, leave: bool, total: int, account_id: int, now: datetime) -> None:
    """提交信息: queues the order of all good rows. `leave`: rows to repair may stay behind.

    :raises Conflict: it was sent already, or another window has changed it.
    :raises Refused: nobody new is in it, or rows are to be repaired and `leave` was not said.
    """
    if batch.version != version:
        raise Conflict(MOVED_ON)
    found = keeping.counts(session, batch.id)
    if not found.get(keeping.GOOD):
        raise Refused(_l("Nobody new is in this list: there is nothing to send."))
    if found.get(keeping.BAD) and not leave:
        raise Refused(_l("Say that the rows to repair stay behind, or repair them first."))
    if not states.move(session, batch.id, states.SENDING, seen_total=total, refusal="", updated_at=now):
        raise Conflict(MOVED_ON)
    _queue(session, session.get_one(Batch, batch.id), SEND, account_id)


def settle(session: Session, batch_id: int, order_id: int, account_id: int, people: int, now: datetime) -> None:
    """The order stands: good rows are in it, those to repair go on as a roster of their own."""
    states.move(session, batch_id, states.SENT, order_id=order_id, updated_at=now)
    _part(session, session.get_one(Batch, batch_id), now)
    keeping.become(session, batch_id, keeping.GOOD, keeping.SENT)
    audit.record(session, account_id, "roster.sent", session.get_one(Batch, batch_id), after={"people": people})


def hand_back(session: Session, batch_id: int, sentence: str, faults: Mapping[int, str], now: datetime) -> None:
    """The order was refused: the roster is open to changes again. `faults`: codes by row number."""
    if states.move(session, batch_id, states.CHECKED, refusal=sentence[:300], updated_at=now):
        batch = session.get_one(Batch, batch_id)
        batch.version += 1
        rows = select(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.number.in_(list(faults)))
        for row in session.scalars(rows).all():
            row.state, row.faults = keeping.BAD, [["id_number", faults[row.number], None]]


def drop(session: Session, batch: Batch, account_id: int | None, now: datetime) -> str | None:
    """Forgets a roster and its rows. Returns the key of a file nobody has read yet.

    :raises Conflict: it was sent, or is being sent.
    """
    key = batch.file_key
    if not states.move(session, batch.id, states.DROPPED, file_key=None, updated_at=now):
        raise Conflict(MOVED_ON)
    session.execute(delete(RosterRow).where(RosterRow.batch_id == batch.id))
    audit.record(session, account_id, "roster.dropped", batch)
    return key


def sweep(session: Session, drafts_before: datetime, sent_before: datetime, now: datetime) -> list[str]:
    """Forgets lists nobody came back for, and rows of lists that were sent long ago. Returns keys of unread files."""
    old = select(Batch).where(
        Batch.state.in_((states.READING, states.REFUSED, states.CHECKED)), Batch.updated_at < drafts_before
    )
    keys = [drop(session, batch, None, now) for batch in session.scalars(old).all()]
    sent = select(Batch.id).where(Batch.state == states.SENT, Batch.updated_at < sent_before)
    session.execute(delete(RosterRow).where(RosterRow.batch_id.in_(sent), RosterRow.state != keeping.BAD))
    return [key for key in keys if key]


def _part(session: Session, batch: Batch, now: datetime) -> None:
    """Rows to repair, if any, become another roster of the same class."""
    bad = (RosterRow.batch_id == batch.id, RosterRow.state == keeping.BAD)
    if session.scalar(select(RosterRow.id).where(*bad).limit(1)) is None:
        return
    same = (
        "organisation_id",
        "account_id",
        "class_id",
        "courses",
        "filename",
        "ignored",
        "hidden",
        "judged_by",
        "template",
        "mapping",
    )
    rest = Batch(**{name: getattr(batch, name) for name in same}, state=states.CHECKED, token=secrets.token_hex(12))
    rest.lacks, rest.headings = [], []
    rest.version, rest.refusal, rest.seen_total, rest.created_at, rest.updated_at = 1, "", 0, now, now
    session.add(rest)
    session.flush()
    session.execute(update(RosterRow).where(*bad).values(batch_id=rest.id))


def _remembered(session: Session, organisation_id: int) -> dict[str, str]:
    """The headings that people of an organisation matched by hand last."""
    query = select(Batch.mapping).where(Batch.organisation_id == organisation_id).order_by(Batch.id.desc()).limit(20)
    return next((dict(mapping) for mapping in session.scalars(query) if mapping), {})


def _queue(session: Session, batch: Batch, key: str, account_id: int) -> None:
    """One piece of work per roster and version, however often a button is pressed."""
    unique = f"{key}:{batch.id}:{batch.version}"
    batch.job_id = submit(session, key, {"batch": batch.id, "by": account_id}, unique=unique, account_id=account_id).id
