"""The import as a job: started by staff with an uploaded file, left alone, and looked at again.

The job's row holds numbers and keys of files only; the files are removed with the upload after a while.
"""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db
from portal.errors import Refused
from portal.jobs import Job, JobContext, submit
from portal.legacy import importing
from portal.legacy.importing import Outcome
from portal.settings import current_settings
from portal.sheets import reading, repair
from portal.sheets.limits import OPERATOR
from portal.storage import current_storage
from portal.types import JobSpec

KEY, FOLDER = "legacy.import", "imports"
CAUSES, ROWS_SHOWN = "causes", 40


def kept() -> timedelta:
    """How long an uploaded register and its lists stay."""
    return timedelta(days=current_settings().keep_imports_days)


def begin(session: Session, data: bytes, account_id: int, *, dry: bool, anyway: bool = False) -> Job:
    """Keeps an uploaded register and queues its import.

    `Job.result` then has the numbers and the keys of two lists, or `refused` with the sentence why nothing was read.

    `anyway`: the good rows are written although others are wrong.
    """
    key = f"{FOLDER}/{secrets.token_hex(16)}"
    current_storage().put(key, data, personal=True)
    return submit(session, KEY, {"file": key, "dry": dry, "anyway": anyway}, account_id=account_id)


def run(context: JobContext) -> None:
    """Imports the file of a job. Safe to repeat: who came over already is left alone."""
    storage, key = current_storage(), str(context.payload["file"])
    with force_locale("zh_Hans_CN"):  # whoever started it reads the lists later
        try:
            book = reading.read(storage.get(key), OPERATOR)
            outcome = importing.bring_over(
                book,
                current_settings().home_division,
                clock.now(),
                dry=bool(context.payload["dry"]),
                anyway=bool(context.payload["anyway"]),
                progress=context.progress,
            )
        except Refused as refused:
            context.result(refused=str(refused.message))
            return
        files = _lists(key, outcome)
    context.result(
        people=outcome.people,
        added=outcome.added,
        known=outcome.known,
        credits=outcome.credits,
        bad=len(outcome.report.bad),
        unproved=len(outcome.unproved),
        files=files,
    )


def go_on(session: Session, checked: Job, account_id: int) -> Job:
    """Writes what a dry run found good. Asked again, it is the same job."""
    payload = {"file": checked.payload["file"], "dry": False, "anyway": True}
    return submit(session, KEY, payload, unique=f"{KEY}:{checked.id}", account_id=account_id)


def causes(job: Job) -> list[dict[str, Any]]:
    """What a job found wrong: column, message, how many rows, the first of them; the most frequent first."""
    key = (job.result or {}).get("files", {}).get(CAUSES)
    if not key or not current_storage().exists(key):
        return []
    found: list[dict[str, Any]] = json.loads(current_storage().get(key))
    return found


def _causes(outcome: Outcome) -> bytes:
    titles = {column.key: column.title for _heading, column in outcome.report.headings}
    found = [
        {
            "column": titles.get(problem.field, problem.field),
            "message": str(problem.message),
            "count": len(lines),
            "rows": [line.number for line in lines[:ROWS_SHOWN]],
        }
        for problem, lines in outcome.report.causes()
    ]
    return json.dumps(found, ensure_ascii=False).encode()


def _lists(key: str, outcome: Outcome) -> dict[str, str]:
    """Keeps the rows to repair, the people without a phone and the causes; returns the keys by what they hold."""
    lists = {"bad": outcome.report, "unproved": importing.unproved(outcome)}
    files = {name: f"{key}.{name}.xlsx" for name, report in lists.items() if report.bad}
    for name, file in files.items():
        current_storage().put(file, repair.workbook(lists[name]), personal=True)
    if outcome.report.bad:  # a file, because a message may quote what was typed
        files[CAUSES] = f"{key}.{CAUSES}.json"
        current_storage().put(files[CAUSES], _causes(outcome), personal=True)
    return files


def sweep(context: JobContext) -> None:
    """Removes uploaded registers and their lists when their time is over."""
    storage = current_storage()
    with db.read() as session:
        old = list(session.scalars(select(Job).where(Job.key == KEY, Job.ended_at < context.moment - kept())))
    for job in old:
        for ending in ("", ".bad.xlsx", ".unproved.xlsx", f".{CAUSES}.json"):
            storage.delete(f"{job.payload['file']}{ending}")


def latest(session: Session, since: datetime) -> list[Job]:
    """Imports since a moment, the newest first."""
    query = select(Job).where(Job.key == KEY, Job.created_at > since)
    return list(session.scalars(query.order_by(Job.id.desc())))


JOBS = (JobSpec(KEY, run), JobSpec("legacy.sweep", sweep, every=timedelta(days=1)))
