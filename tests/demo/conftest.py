"""A loaded demonstration: made once per session, copied for each test. On PostgreSQL, loaded for each test."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from portal import db
from portal.app import create_app
from portal.demo.load import load
from portal.settings import Settings
from portal.testing import make_settings, migrate

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def load_site(settings: Settings, now: datetime) -> None:
    """The demonstration at a moment."""
    app = create_app(settings)
    with app.app_context():
        load(now)
        db.engine().dispose()


@pytest.fixture(scope="session")
def loaded_folder(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Data folder of a loaded site on SQLite."""
    if backend != "sqlite":
        return None
    folder = tmp_path_factory.mktemp("demo")
    settings = make_settings(folder)
    migrate(settings)
    load_site(settings, NOW)
    return folder


@pytest.fixture
def settings(settings: Settings, loaded_folder: Path | None) -> Settings:
    """Settings of a site whose demonstration was loaded at NOW."""
    if loaded_folder is None:
        load_site(settings, NOW)
    else:
        address = settings.database_url.removeprefix("sqlite:///")
        shutil.copy(loaded_folder / "portal.db", address or settings.data / "portal.db")
        shutil.copytree(loaded_folder / "files", settings.data / "files")
    return settings


@pytest.fixture
def site(app: Flask) -> Flask:
    """The loaded site."""
    return app
