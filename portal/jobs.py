"""Slow work as rows: a job survives kill -9, shows its progress and runs again when its worker died.

The `job` table is the truth. huey only wakes workers: in-process by default, through Redis at scale; a lost
wake-up costs seconds, never a job.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask, current_app
from flask_appbuilder import Model
from huey import MemoryHuey, RedisHuey
from huey.consumer import Consumer
from sqlalchemy import JSON, ForeignKey, String, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import db as database
from portal.clock import now
from portal.db import UtcDateTime
from portal.types import JobSpec

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=60)
GIVE_UP_AFTER = 8
TICK = 2.0  # seconds between looks for delayed and abandoned work


class Job(Model):
    """A piece of work. queued -> running -> done | failed; a periodic one goes back to queued.

    `unique` makes submitting idempotent while the row exists.
    """

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    unique: Mapped[str | None] = mapped_column(String(120), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # who may look at it
    state: Mapped[str] = mapped_column(String(10), default="queued", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str] = mapped_column(String(80), default="")
    done_steps: Mapped[int] = mapped_column(default=0)
    all_steps: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class JobContext:
    """What a running job knows: its payload, and how to report progress (which also renews its lease)."""

    id: int
    payload: dict[str, Any]
    attempt: int
    moment: datetime

    def progress(self, done: int, of: int) -> None:
        with database.write() as session:
            session.execute(
                update(Job).where(Job.id == self.id).values(done_steps=done, all_steps=of, lease_until=now() + LEASE)
            )

    def result(self, **values: Any) -> None:
        with database.write() as session:
            session.execute(update(Job).where(Job.id == self.id).values(result=values))


class Again(Exception):
    """Raised by a job that is not finished yet: run it once more after `seconds`, without counting a failure."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def submit(
    session: Session,
    key: str,
    payload: dict[str, Any] | None = None,
    *,
    unique: str | None = None,
    run_at: datetime | None = None,
    account_id: int | None = None,
) -> Job:
    """Queues work in the caller's transaction; a worker is woken after commit. The same `unique` gives the same job."""
    if unique is not None:
        found: Job | None = session.scalar(select(Job).where(Job.unique == unique))
        if found is not None:
            return found
    job = Job(key=key, payload=payload or {}, unique=unique, run_at=run_at or now(), account_id=account_id)
    session.add(job)
    session.flush()
    database.after_commit(session, wake)
    return job


def try_again(session: Session, unique: str) -> bool:
    """A fresh start, in the caller's transaction, for work that was given up; False: it was not, so twice is once."""
    given_up = (Job.unique == unique, Job.state == "failed")
    fresh = {"state": "queued", "attempts": 0, "run_at": now(), "error": "", "ended_at": None}
    started = database.changed(session, update(Job).where(*given_up).values(**fresh))
    database.after_commit(session, wake)
    return bool(started)


def wake() -> None:
    """Tells a worker to look at the table now. Losing this costs one TICK."""
    current_app.extensions["portal_waker"]()


def ensure_periodic() -> None:
    """Makes sure each periodic job has its row. Idempotent; run at a worker's start."""
    with database.write() as session:
        for spec in _specs().values():
            if spec.every is not None:
                submit(session, spec.key, unique=f"periodic:{spec.key}")


def run_due(moment: datetime | None = None) -> int:
    """Runs jobs until none is due. Returns how many ran."""
    ran = 0
    while (context := _claim(moment or now())) is not None:
        _run(*context)
        ran += 1
    return ran


def drain(moment: datetime | None = None) -> None:
    """Delivers events and runs jobs until nothing is left to do."""
    from portal import events

    while events.deliver_due(moment) + run_due(moment):
        pass


def _specs() -> dict[str, JobSpec]:
    specs: dict[str, JobSpec] = current_app.extensions["portal_jobs"]
    return specs


def _claim(moment: datetime) -> tuple[JobSpec, JobContext] | None:
    ready = or_(
        and_(Job.state == "queued", Job.run_at <= moment),
        and_(Job.state == "running", Job.lease_until < moment),
    )
    specs = _specs()
    while True:
        with database.read() as session:
            found = session.execute(
                select(Job.id, Job.attempts).where(ready, Job.key.in_(specs)).order_by(Job.run_at, Job.id).limit(1)
            ).first()
        if found is None:
            return None
        with database.write() as session:
            taken = update(Job).where(Job.id == found.id, Job.attempts == found.attempts, ready)
            running = {"state": "running", "attempts": Job.attempts + 1, "lease_until": moment + LEASE}
            if database.changed(session, taken.values(**running, owner=_owner())):
                job = session.get_one(Job, found.id)
                return specs[job.key], JobContext(job.id, dict(job.payload), job.attempts, moment)


def _run(spec: JobSpec, context: JobContext) -> None:
    error, wait = "", None
    try:
        spec.run(context)
    except Again as again:
        wait = timedelta(seconds=again.seconds)
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"[:300]
        log.exception("job_failed", job=spec.key, id=context.id)
    with database.write() as session:
        job = session.get_one(Job, context.id)
        job.error, job.lease_until, job.owner = error, None, ""
        _settle(job, spec, error, wait, context.moment)


def _settle(job: Job, spec: JobSpec, error: str, wait: timedelta | None, moment: datetime) -> None:
    if wait is not None:
        job.state, job.run_at, job.attempts = "queued", moment + wait, job.attempts - 1
    elif error and (spec.every is None and job.attempts >= GIVE_UP_AFTER):
        job.state, job.ended_at = "failed", moment
    elif error:
        job.state, job.run_at = "queued", moment + timedelta(seconds=min(5 * 2**job.attempts, 3600))
    elif spec.every is not None:
        job.state, job.run_at, job.attempts = "queued", moment + spec.every, 0
    else:
        job.state, job.ended_at = "done", moment


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


class _Consumer(Consumer):
    """A consumer inside the web process must not touch signals, or Ctrl-C is dead under waitress."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    """Runs jobs in this process until stopped; woken by huey, and by itself every TICK seconds."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._consumer = _Consumer(app.extensions["portal_huey"], workers=1, periodic=False, backoff=1)
        self._ticker = threading.Thread(target=self._tick, name="portal-ticker", daemon=True)

    def start(self) -> None:
        with self._app.app_context():
            ensure_periodic()
        self._consumer.start()
        self._ticker.start()

    def stop(self) -> None:
        """Returns at once; a job cut short is run again by whoever starts next."""
        self._stopping.set()
        self._consumer.stop_flag.set()

    def _tick(self) -> None:
        while not self._stopping.wait(TICK):
            with self._app.app_context():
                wake()


def init_app(app: Flask, specs: Iterable[JobSpec], redis_url: str = "") -> None:
    """Binds jobs to an application. Opens no connection."""
    huey = RedisHuey("portal", url=redis_url, results=False) if redis_url else MemoryHuey("portal", results=False)

    @huey.task(name="portal-drain")  # type: ignore[untyped-decorator]
    def look() -> None:
        with app.app_context():
            drain()

    waker: Callable[[], Any] = look
    app.extensions["portal_huey"] = huey
    app.extensions["portal_jobs"] = {spec.key: spec for spec in specs}
    app.extensions["portal_waker"] = waker
