"""Test kit, for this project and for plugin authors: fixtures `settings`, `app`, `client`, `own_app`.

Makers: `make_account`, `make_learner`, `log_in`.
Each test gets a copy of one migrated database made once per session: SQLite, or PostgreSQL with
`--backend=postgresql`. An application keeps nothing of what it served, so tests with the same settings share one: it
is asked under one path, behind which each test finds its own folder and database.
"""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool
from werkzeug.security import generate_password_hash

from portal import db, migrations
from portal.app import create_app
from portal.divisions.models import Division
from portal.people.models import Account, Employment, Learner, LoginName
from portal.settings import Settings
from portal.throwaway import BACKENDS, Databases, databases
from portal.vault import current_vault

PASSWORD = "right-horse-9"  # noqa: S105 - opens test accounts only
_FERNET = Fernet.generate_key().decode()
_numbers = count(1)
_connections: list[Any] = []


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


@pytest.fixture(scope="session")
def portal_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every test finds its own folder: a link."""
    return tmp_path_factory.mktemp("site") / "data"


@pytest.fixture
def settings(tmp_path: Path, portal_path: Path, portal_databases: Databases) -> Iterator[Settings]:
    portal_path.unlink(missing_ok=True)
    portal_path.symlink_to(tmp_path, target_is_directory=True)
    address = portal_databases.copy(portal_path)
    yield make_settings(portal_path, address)
    while _connections:
        _connections.pop().close()
    portal_databases.drop()


@event.listens_for(Pool, "connect")
def _remember(connection: Any, _record: object) -> None:
    """Applications that a test made and forgot leave connections open: a warning, hence an error, in a later test."""
    _connections.append(connection)


class _Visitor(FlaskClient):
    """A client whose requests do not share `g` with the test around them."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


def under_test(app: Flask) -> Flask:
    """An application whose clients need no form tokens, each request on its own. For applications a test makes."""
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = _Visitor
    return app


@pytest.fixture(scope="session")
def portal_app() -> Callable[[Settings], Flask]:
    """The application for these settings: made once, asked by every test that has the same."""
    made: dict[bytes, Flask] = {}

    def find(settings: Settings) -> Flask:
        key = pickle.dumps(settings.model_dump())
        return made[key] if key in made else made.setdefault(key, under_test(create_app(settings)))

    return find


@pytest.fixture
def app(settings: Settings, portal_app: Callable[[Settings], Flask]) -> Iterator[Flask]:
    app = portal_app(settings)
    config = dict(app.config)
    with _entered(app):
        yield app
    app.config.clear()
    app.config.update(config)


@pytest.fixture
def own_app(settings: Settings) -> Iterator[Flask]:
    """An application that serves one test only: it may be given routes. A module's own `app` may return it."""
    with _entered(under_test(create_app(settings))) as app:
        yield app


@contextmanager
def _entered(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        db.engine().dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@cache
def _hash(password: str) -> str:
    return generate_password_hash(password, "pbkdf2:sha256:1")  # the real one takes a tenth of a second for each login


def make_account(session: Session, kind: str = "staff", name: str = "张三", password: str = PASSWORD) -> Account:
    """An account that can log in with the user name in `username`."""
    number = next(_numbers)
    account = Account(
        first_name=name,
        last_name="",
        username=f"user{number}",
        email=None,
        active=True,
        password=_hash(password),
        kind=kind,
    )
    session.add(account)
    session.flush()
    blind = current_vault().blind("user_name", account.username)
    session.add(LoginName(account_id=account.id, kind="user_name", value=blind))
    return account


def make_learner(
    session: Session, name: str = "周晓岚", division: str = "130208", employer: str = "唐山市第一中学"
) -> Learner:
    """A registered learner with an employer; logs in with `learner.account.username`."""
    account = make_account(session, "learner", name)
    place = session.get(Division, division)
    if place is None:
        session.add(Division(code=division, name="丰润区", level="county", parent_code=None))
        session.flush()
    number = f"13020819870312{next(_numbers):03d}X"
    learner = Learner(
        account_id=account.id,
        account=account,
        name=name,
        id_kind="resident_id",
        id_number=number,
        id_index=current_vault().blind("resident_id", number),
        division_code=division,
    )
    session.add(learner)
    session.flush()
    session.add(Employment(learner_id=learner.id, employer_name=employer, division_code=division))
    session.flush()
    return learner


def log_in(client: FlaskClient, account: Account, password: str = PASSWORD) -> None:
    """Logs a test client in through the login form."""
    answer = client.post("/login", data={"name": account.username, "password": password})
    assert answer.status_code == 303, answer.text
