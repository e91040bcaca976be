"""Asking for work on many documents as staff do, and what came of it."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from portal import clock, db, jobs
from portal.events import Delivery, EventRow
from portal.jobs import Job
from portal.people.models import Account
from portal.testing import log_in
from portal_certs.models import Batch
from tests.certs.holder import made

URL = "/staff/documents/batches"


def staff_at(app: Flask, account: Account) -> FlaskClient:
    """A client of this member of staff."""
    client = app.test_client()
    log_in(client, account)
    return client


def ask(client: FlaskClient, **typed: str) -> Any:
    """Asks for a file."""
    said = {"what": "zip", "kind": "certificate", "division": "", "pattern": "{name}-{number}"} | typed
    return client.post(URL, data=said)


def batches() -> list[Batch]:
    """Everything that was asked for, oldest first."""
    with db.read() as session:
        return list(session.scalars(select(Batch).order_by(Batch.id)))


def file_of(client: FlaskClient) -> bytes:
    """The file that was asked for last."""
    return bytes(client.get(f"{URL}/{batches()[-1].id}/file", buffered=True).data)


def owed(*names: str, photo: bool = True) -> list[int]:
    """Plans that are owed a certificate, with nothing on its way to them."""
    plans = [made(name, photo=photo).plan_id for name in names]
    with db.write() as session:
        for model in (Job, Delivery, EventRow):
            session.execute(delete(model))
    return plans


def try_till_given_up() -> None:
    """Lets the time pass in which failing work is tried."""
    for turn in range(1, jobs.GIVE_UP_AFTER + 1):
        jobs.drain(clock.now() + timedelta(hours=2 * turn))
