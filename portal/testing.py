"""Test kit, for this project and for plugin authors: fixtures `settings`, `app`, `client`.

Each test gets a copy of one migrated SQLite file made once per session.
"""

import shutil
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

_FERNET = Fernet.generate_key().decode()


def make_settings(data: Path) -> Settings:
    """Settings of a throw-away site in a folder."""
    values = {
        "data": data,
        "mode": "demo",
        "database_url": "",
        "secret_key": SecretStr("k" * 40),
        "index_pepper": SecretStr("p" * 40),
        "vault_keys": [SecretStr(_FERNET)],
        "plugins_disabled": [],
    }
    # The environment wins while settings are read; a test's own values stand above it.
    return Settings().model_copy(update=values)


@pytest.fixture(scope="session")
def portal_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(make_settings(folder))
    with app.app_context():
        migrations.upgrade(db.engine(), app.extensions["portal_plugins"])
        db.engine().dispose()
    return folder / "portal.db"


@pytest.fixture
def settings(tmp_path: Path, portal_template: Path) -> Settings:
    shutil.copy(portal_template, tmp_path / "portal.db")
    return make_settings(tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        yield app
        db.engine().dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
