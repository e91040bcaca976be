"""Names the site answers to."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.app import create_app
from portal.settings import Settings


def ask(client: FlaskClient, host: str, page: str = "/") -> int:
    return client.get(page, headers={"Host": host}).status_code


@pytest.mark.parametrize("host", ["localhost", "localhost:8012", "127.0.0.1:8012", "[::1]:8012", "192.168.1.9"])
def test_a_demonstration_answers_to_the_machines_own_names(client: FlaskClient, host: str) -> None:
    assert ask(client, host) == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "8.8.8.8", "", "a b"])
def test_other_names_are_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/staff/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_production_answers_to_its_public_name_alone(settings: Settings) -> None:
    live = {"mode": "production", "public_url": "https://xue.example.cn", "plugins_disabled": ["pay_sandbox"]}
    app: Flask = create_app(settings.model_copy(update=live))
    client = app.test_client()
    assert ask(client, "xue.example.cn") == 200
    assert ask(client, "localhost") == 400
    assert ask(client, "127.0.0.1") == 400
    assert ask(client, "127.0.0.1", "/healthz") == 200


def test_a_forwarded_name_changes_no_link(client: FlaskClient) -> None:
    page = client.get("/staff/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in page.location
