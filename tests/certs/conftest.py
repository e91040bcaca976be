"""A member of staff at the desk of documents."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import db
from portal.staff import roles
from tests.certs.desk import staff_at
from tests.staff.world import World, build


@pytest.fixture
def world(app: Flask) -> World:
    with db.write() as session:
        roles.sync(session, app)
        return build(session)


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    return staff_at(app, world.admin)
