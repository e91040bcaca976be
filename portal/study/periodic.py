"""Work of this room that no request does."""

from datetime import timedelta

from portal import db
from portal.jobs import JobContext
from portal.study import service
from portal.types import JobSpec


def reap(context: JobContext) -> None:
    """Closes players that fell silent and merges what they earned."""
    reaped = 1
    while reaped:
        with db.write() as session:
            reaped = service.reap(session, context.moment)


JOBS = [JobSpec("study.reap", reap, every=timedelta(minutes=1))]
