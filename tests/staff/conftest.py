"""Fixtures of the staff tests: a world of two counties, and clients of those who look at it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from portal import db
from portal.staff import roles
from portal.testing import log_in
from tests.staff.world import World, build


@pytest.fixture
def world(app: Flask) -> World:
    with db.write() as session:
        roles.sync(session, app)
        return build(session)


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    return _client(app, world.admin)


@pytest.fixture
def county(app: Flask, world: World) -> FlaskClient:
    return _client(app, world.county)


@pytest.fixture
def learner(app: Flask, world: World) -> FlaskClient:
    return _client(app, world.learner)


def _client(app: Flask, account: object) -> FlaskClient:
    client = app.test_client()
    log_in(client, account)  # type: ignore[arg-type]
    return client


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent to the database inside the block."""
    seen: list[str] = []

    def note(*given: object) -> None:
        if not str(given[2]).startswith("BEGIN"):
            seen.append(str(given[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
