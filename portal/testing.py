"""Test kit, for this project and for plugin authors: fixtures `settings`, `app`, `client`.

Each test gets a copy of one migrated database made once per session: SQLite, or PostgreSQL with
`--backend=postgresql`.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from portal import db, migrations
from portal.app import create_app
from portal.settings import Settings
from portal.throwaway import BACKENDS, Databases, databases

_FERNET = Fernet.generate_key().decode()


def make_settings(data: Path, database_url: str = "") -> Settings:
    """Settings of a throw-away site in a folder; its database there too unless an address is given."""
    values = {
        "data": data,
        "mode": "demo",
        "database_url": database_url,
        "secret_key": SecretStr("k" * 40),
        "index_pepper": SecretStr("p" * 40),
        "vault_keys": [SecretStr(_FERNET)],
        "plugins_disabled": [],
    }
    # The environment wins while settings are read; a test's own values stand above it.
    return Settings().model_copy(update=values)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("portal").addoption(
        "--backend",
        choices=BACKENDS,
        default=os.environ.get("PORTAL_TEST_BACKEND", BACKENDS[0]),
        help="database of the fixtures `settings`, `app` and `client`",
    )


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> str:
    """Name of the database under test: sqlite | postgresql."""
    return str(pytestconfig.getoption("--backend"))


@pytest.fixture(scope="session")
def portal_databases(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Migrated databases to run tests on."""
    folder = tmp_path_factory.mktemp("template")
    made = databases(backend, lambda address: migrate(make_settings(folder, address)), folder)
    yield made
    made.close()


def migrate(settings: Settings) -> None:
    """Brings the database of these settings up to date."""
    app = create_app(settings)
    with app.app_context():
        migrations.upgrade(db.engine(), app.extensions["portal_plugins"])
        db.engine().dispose()


@pytest.fixture
def settings(tmp_path: Path, portal_databases: Databases) -> Iterator[Settings]:
    address = portal_databases.copy(tmp_path)
    yield make_settings(tmp_path, address)
    portal_databases.drop(address)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        yield app
        db.engine().dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
