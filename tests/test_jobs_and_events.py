"""Jobs and events: nothing is lost, one failing plugin is alone with its failure."""

from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db, events, jobs
from portal.app import create_app
from portal.clock import now
from portal.hookspecs import hookimpl
from portal.jobs import Job, JobContext
from portal.settings import Settings
from portal.types import JobSpec, PlanCompleted


def _plugin(name: str, **hooks: object) -> tuple[str, object]:
    module = ModuleType(name, name)
    module.__file__ = __file__
    vars(module).update(hooks)
    return name, module


def test_a_job_of_a_dead_worker_runs_again(app: Flask) -> None:
    ran: list[int] = []
    app.extensions["portal_jobs"]["t.count"] = JobSpec("t.count", lambda context: ran.append(context.attempt))
    with db.write() as session:
        job = jobs.submit(session, "t.count")
        job.state, job.attempts, job.lease_until = "running", 1, now() - timedelta(seconds=1)
    jobs.run_due()
    assert ran == [2]
    with db.read() as session:
        assert session.scalar(select(Job.state)) == "done"


def test_unique_jobs_are_queued_once(app: Flask) -> None:
    with db.write() as session:
        first = jobs.submit(session, "audit.chain", unique="u")
        assert jobs.submit(session, "audit.chain", unique="u") is first


def test_work_that_was_given_up_starts_afresh_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []

    def breaks(context: JobContext) -> None:
        ran.append(context.attempt)
        raise ZeroDivisionError

    monkeypatch.setitem(app.extensions["portal_jobs"], "t.breaks", JobSpec("t.breaks", breaks))
    with db.write() as session:
        jobs.submit(session, "t.breaks", unique="u")
    for days in range(jobs.GIVE_UP_AFTER):
        with db.write() as session:
            assert not jobs.try_again(session, "u")
        jobs.run_due(now() + timedelta(days=days))
    with db.read() as session:
        assert session.scalar(select(Job.state)) == "failed"
    with db.write() as session:
        assert [jobs.try_again(session, name) for name in ("u", "u", "v")] == [True, False, False]
    jobs.run_due()
    assert ran == [*range(1, jobs.GIVE_UP_AFTER + 1), 1]


def test_a_failing_plugin_does_not_stop_another(settings: Settings) -> None:
    told: list[int] = []

    @hookimpl
    def good(session: object, event: PlanCompleted) -> None:
        told.append(event.plan_id)

    @hookimpl
    def bad(session: object, event: PlanCompleted) -> None:
        raise ValueError("broken")

    alone = settings.model_copy(update={"plugins_disabled": ["certs"]})  # it would look for plan 7
    app = create_app(alone, [_plugin("bad", plan_completed=bad), _plugin("good", plan_completed=good)])
    with app.app_context():
        with db.write() as session:
            events.record(session, PlanCompleted(plan_id=7))
        jobs.drain()
        assert told == [7]
        jobs.drain(now() + timedelta(hours=1))
        assert told == [7]
        with db.read() as session:
            assert events.waiting(session) == 1
        db.engine().dispose()


def test_a_rolled_back_event_never_happened(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as session:
        events.record(session, PlanCompleted(plan_id=1))
        raise ZeroDivisionError
    with db.read() as session:
        assert events.waiting(session) == 0
