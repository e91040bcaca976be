"""Whose failures are counted: the visitor's behind proxies of ours, the connection's everywhere else."""

import threading
import urllib.request
from contextlib import suppress
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from portal import serving
from portal.access import attempts
from portal.app import create_app
from portal.settings import Settings
from portal.testing import under_test

WRONG = {"name": "nobody", "password": "nope"}


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two failures from one address are too many; the name alone never is."""
    monkeypatch.setattr(attempts, "PER_ADDRESS", 2)
    monkeypatch.setattr(attempts, "PER_NAME", 1000)


def behind(settings: Settings, proxies: int) -> FlaskClient:
    """A visitor of a site behind so many proxies."""
    return under_test(create_app(settings.model_copy(update={"trusted_proxies": proxies}))).test_client()


def tries(client: FlaskClient, *forwarded: str) -> list[int]:
    """Statuses of failing log-ins, each with this X-Forwarded-For."""
    return [client.post("/login", data=WRONG, headers={"X-Forwarded-For": one}).status_code for one in forwarded]


def test_without_the_setting_the_header_is_nobodys_word(client: FlaskClient) -> None:
    assert tries(client, "203.0.113.1", "203.0.113.2", "203.0.113.3") == [422, 422, 429]


def test_behind_a_proxy_everybody_has_limits_of_their_own(settings: Settings) -> None:
    client = behind(settings, 1)
    assert tries(client, "203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2") == [422, 422, 429, 422]


def test_what_a_visitor_writes_before_it_is_not_believed(settings: Settings) -> None:
    client = behind(settings, 1)
    assert tries(client, "10.0.0.1, 203.0.113.1", "10.0.0.2, 203.0.113.1", "10.0.0.3, 203.0.113.1") == [422, 422, 429]


def test_two_proxies_count_from_the_right(settings: Settings) -> None:
    client = behind(settings, 2)
    assert tries(client, *(f"10.0.0.{n}, 203.0.113.1, 192.0.2.7" for n in range(3))) == [422, 422, 429]
    assert tries(client, "10.0.0.1, 203.0.113.2, 192.0.2.7") == [422]


def test_a_proxy_changes_neither_host_nor_scheme(settings: Settings) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Forwarded-Prefix": "/evil"}
    answer = behind(settings, 1).get("/staff/", headers=headers)
    assert "evil" not in answer.location
    assert "gopher" not in answer.location


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.1")])
def test_the_embedded_server_lets_the_header_through(settings: Settings, proxies: int, seen: str) -> None:
    """Waitress takes the header away unless told otherwise; asked over a real socket."""
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies, "port": 0}))
    app.add_url_rule("/who", "who", lambda: str(request.remote_addr))
    server = serving.listen(app, app.extensions["portal_settings"])
    thread = threading.Thread(target=_run, args=(server,))
    thread.start()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{server.effective_port}/who", headers={"X-Forwarded-For": "203.0.113.1"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - loopback
            assert answer.read().decode() == seen
    finally:
        server.close()
        thread.join(timeout=10)


def _run(server: Any) -> None:
    with suppress(OSError):  # its socket is taken away under it
        server.run()
