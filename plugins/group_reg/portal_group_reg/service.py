"""Rosters and their rows: kept, corrected, sent. The only writer of this plugin's tables."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.kit import Conflict, Organisation, Refused, TrainingClass, _l, audit, db, submit
from portal_group_reg import roster, standing, states
from portal_group_reg.models import Batch, RosterRow
from portal_group_reg.roster import Checked
from portal_group_reg.terms import Terms

READ, SEND = "group_reg.read", "group_reg.send"
GOOD, BAD, ENROLLED, SENT = "good", "bad", "enrolled", "sent"
_MOVED_ON = _l("This list has moved on in another window. What you see now is its present state.")


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
    kept = {"file_key": file_key, "filename": filename[:120], "updated_at": now, "refusal": ""}
    if not states.move(session, batch.id, states.READING, **kept):
        raise Conflict(_MOVED_ON)
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
        file_key=None,
        refusal="",
        updated_at=now,
    )
    if moved:
        _replace_rows(session, batch_id, checked, terms)


def refuse_file(session: Session, batch_id: int, sentence: str, now: datetime) -> None:
    """The file cannot be used. Rows of an earlier file stay."""
    there = session.scalar(select(RosterRow.id).where(RosterRow.batch_id == batch_id).limit(1)) is not None
    to = states.CHECKED if there else states.REFUSED
    states.move(session, batch_id, to, refusal=sentence[:300], file_key=None, updated_at=now)


def rejudge(session: Session, batch: Batch, terms: Terms, now: datetime) -> None:
    """Checks all rows again, by what is known today."""
    checked = roster.again(typed_rows(session, batch.id), terms.rows)
    _replace_rows(session, batch.id, checked, terms)
    batch.version, batch.updated_at = batch.version + 1, now


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
        raise Conflict(_MOVED_ON)
    gone = set(dropped)
    rows = session.scalars(select(RosterRow).where(RosterRow.batch_id == batch.id, RosterRow.state == BAD))
    for row in rows.all():
        if row.number in gone:
            session.delete(row)
        elif row.number in edits:
            row.typed = json.dumps(json.loads(row.typed) | dict(edits[row.number]), ensure_ascii=False)
    session.flush()
    rejudge(session, batch, terms, now)


def merge(
    session: Session, batch_id: int, repaired: Mapping[int, Mapping[str, str]]
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a roster with repaired ones in place of those they repair; nothing is written."""
    rows = dict(typed_rows(session, batch_id))
    rows.update({number: dict(said) for number, said in repaired.items() if number in rows})
    return sorted(rows.items())


def typed_rows(session: Session, batch_id: int, *wanted: str) -> Iterator[tuple[int, dict[str, str]]]:
    """What was typed, by row number; of rows in these states, or of all."""
    query = select(RosterRow.number, RosterRow.typed).where(RosterRow.batch_id == batch_id)
    if wanted:
        query = query.where(RosterRow.state.in_(wanted))
    for number, said in session.execute(query.order_by(RosterRow.number)):
        yield number, json.loads(said)


def counts(session: Session, batch_id: int) -> dict[str, int]:
    """How many rows are in which state."""
    query = select(RosterRow.state, func.count()).where(RosterRow.batch_id == batch_id).group_by(RosterRow.state)
    return {row[0]: row[1] for row in session.execute(query)}


def send(session: Session, batch: Batch, version: int, leave: bool, total: int, account_id: int, now: datetime) -> None:
    """提交信息: queues the order of all good rows. `leave`: rows to repair may stay behind.

    :raises Conflict: it was sent already, or another window has changed it.
    :raises Refused: nobody new is in it, or rows are to be repaired and `leave` was not said.
    """
    if batch.version != version:
        raise Conflict(_MOVED_ON)
    found = counts(session, batch.id)
    if not found.get(GOOD):
        raise Refused(_l("Nobody new is in this list: there is nothing to send."))
    if found.get(BAD) and not leave:
        raise Refused(_l("Say that the rows to repair stay behind, or repair them first."))
    if not states.move(session, batch.id, states.SENDING, seen_total=total, refusal="", updated_at=now):
        raise Conflict(_MOVED_ON)
    _queue(session, session.get_one(Batch, batch.id), SEND, account_id)


def settle(session: Session, batch_id: int, order_id: int, account_id: int, people: int, now: datetime) -> None:
    """The order stands: good rows are in it, those to repair go on as a roster of their own."""
    states.move(session, batch_id, states.SENT, order_id=order_id, updated_at=now)
    _part(session, session.get_one(Batch, batch_id), now)
    session.execute(update(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.state == GOOD).values(state=SENT))
    audit.record(session, account_id, "roster.sent", session.get_one(Batch, batch_id), after={"people": people})


def hand_back(session: Session, batch_id: int, sentence: str, faults: Mapping[int, str], now: datetime) -> None:
    """The order was refused: the roster is open to changes again. `faults`: codes by row number."""
    if states.move(session, batch_id, states.CHECKED, refusal=sentence[:300], updated_at=now):
        batch = session.get_one(Batch, batch_id)
        batch.version += 1
        rows = select(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.number.in_(list(faults)))
        for row in session.scalars(rows).all():
            row.state, row.faults = BAD, [["id_number", faults[row.number], None]]


def reopen(session: Session, order_id: int, now: datetime) -> None:
    """The order was given up or ran out: its people can be sent again. Twice is once."""
    batch = session.scalar(select(Batch).where(Batch.order_id == order_id))
    if batch is not None and states.move(session, batch.id, states.CHECKED, order_id=None, updated_at=now):
        batch = session.get_one(Batch, batch.id)
        batch.version += 1
        session.execute(
            update(RosterRow).where(RosterRow.batch_id == batch.id, RosterRow.state == SENT).values(state=GOOD)
        )


def drop(session: Session, batch: Batch, account_id: int | None, now: datetime) -> str | None:
    """Forgets a roster and its rows. Returns the key of a file nobody has read yet.

    :raises Conflict: it was sent, or is being sent.
    """
    key = batch.file_key
    if not states.move(session, batch.id, states.DROPPED, file_key=None, updated_at=now):
        raise Conflict(_MOVED_ON)
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
    session.execute(delete(RosterRow).where(RosterRow.batch_id.in_(sent), RosterRow.state != BAD))
    return [key for key in keys if key]


def _part(session: Session, batch: Batch, now: datetime) -> None:
    """Rows to repair, if any, become another roster of the same class."""
    bad = (RosterRow.batch_id == batch.id, RosterRow.state == BAD)
    if session.scalar(select(RosterRow.id).where(*bad).limit(1)) is None:
        return
    same = ("organisation_id", "account_id", "class_id", "courses", "filename", "ignored", "hidden")
    rest = Batch(**{name: getattr(batch, name) for name in same}, state=states.CHECKED, token=secrets.token_hex(12))
    rest.version, rest.refusal, rest.seen_total, rest.created_at, rest.updated_at = 1, "", 0, now, now
    session.add(rest)
    session.flush()
    session.execute(update(RosterRow).where(*bad).values(batch_id=rest.id))


def _queue(session: Session, batch: Batch, key: str, account_id: int) -> None:
    """One piece of work per roster and version, however often a button is pressed."""
    unique = f"{key}:{batch.id}:{batch.version}"
    batch.job_id = submit(session, key, {"batch": batch.id, "by": account_id}, unique=unique, account_id=account_id).id


def _replace_rows(session: Session, batch_id: int, checked: Checked, terms: Terms) -> None:
    entries = {entry.number: entry for entry in checked.entries}
    known = standing.find(session, terms.people, checked.entries)
    session.execute(delete(RosterRow).where(RosterRow.batch_id == batch_id, RosterRow.state != SENT))
    rows: list[dict[str, Any]] = []
    for line in checked.report.lines:
        faults = [
            [one.field, one.code, checked.same.get(line.number) if one.code == "DUP_IN_FILE" else None]
            for one in line.problems
        ]
        here = known.get(line.number)
        told = standing.visible(terms.people, entries[line.number], here) if line.number in entries else None
        state = BAD if faults else GOOD
        if told is not None:
            state = ENROLLED if told.code == "ALREADY_ENROLLED" else BAD
            faults = [[told.field, told.code, None]]
        rows.append(
            {
                "batch_id": batch_id,
                "number": line.number,
                "state": state,
                "fresh": here is None or not here.own,
                "typed": json.dumps(roster.typed(line), ensure_ascii=False),
                "faults": faults,
            }
        )
    db.insert_many(session, RosterRow, rows)
