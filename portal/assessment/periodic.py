"""Work of this room that no request does."""

from datetime import timedelta

from portal import db
from portal.assessment import service
from portal.jobs import JobContext
from portal.types import JobSpec


def close(context: JobContext) -> None:
    """Hands in tests whose time is over, for people who closed the page."""
    closed = 1
    while closed:
        with db.write() as session:
            closed = service.close_due(session, context.moment)


JOBS = [JobSpec("assessment.close", close, every=timedelta(seconds=30))]
