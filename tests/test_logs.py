"""Logs hold no personal data."""

import pytest
from flask import Flask

from portal import logs


@pytest.fixture
def app(own_app: Flask) -> Flask:
    return own_app


def test_a_request_is_logged_by_its_endpoint_and_nothing_typed(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True)
    logs.init_app(app)
    app.test_client().get("/login?next=130221198703124026")
    line = capsys.readouterr().err
    assert '"endpoint": "access.login"' in line
    assert "130221198703124026" not in line


@pytest.mark.parametrize("json", [True, False])
def test_a_crash_is_logged_without_the_values_of_variables(
    app: Flask, capsys: pytest.CaptureFixture[str], json: bool
) -> None:
    logs.configure(json=json)

    @app.get("/crash")
    def crash() -> str:
        phone = "138" + str(31552066)
        raise ValueError(len(phone))

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client().get("/crash")
    line = capsys.readouterr().err
    assert "request_failed" in line
    assert "13831552066" not in line
