"""The demo accounts open what they should, through the login form."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.demo import accounts

TARGETS = {
    "admin": "/staff/",
    "county_staff": "/staff/",
    "learner": "/",
    "legacy_learner": "/activate",
    "organisation": "/",
}


@pytest.mark.parametrize("key", TARGETS)
def test_account_logs_in(site: Flask, client: FlaskClient, key: str) -> None:
    account = next(one for one in accounts.every() if one.key == key)
    answer = client.post("/login", data={"name": account.login, "password": account.password})
    assert (answer.status_code, answer.location) == (307 if key == "legacy_learner" else 303, TARGETS[key])


def test_sample_people_cannot_log_in(site: Flask, client: FlaskClient) -> None:
    from portal.demo import activity

    for password in ("!", "nobody-logs-in", ""):
        answer = client.post("/login", data={"name": activity._id_number(3), "password": password})
        assert answer.status_code == 422
