"""Joining two accounts at the office's desk."""

from typing import Any

from flask.testing import FlaskClient

from portal import db
from portal.people.models import Learner


def address(kept: int) -> str:
    return f"/staff/learners/{kept}/do/merge"


def look(client: FlaskClient, kept: int, other: int) -> Any:
    with db.read() as session:
        login = session.get_one(Learner, other).account.username
    return client.post(address(kept), data={"login": login, "reason": "两张身份证原件"})


def join(client: FlaskClient, kept: int, other: int) -> Any:
    return client.post(f"/staff/learners/{kept}/merge/{other}", data={"reason": "两张身份证原件"})
