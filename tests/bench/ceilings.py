"""What the same machine does with no portal around it: the denominators."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, text

ROWS = 1000  # of the table the one SELECT looks into
BYTES = 200  # of the text in each of them, and of each committed row
MANY = 40_000  # rows an order of 5,000 people with three courses each comes to: lines, plans, and courses of both


def hello() -> Any:
    """A bare Flask application with one page of two words."""
    app = Flask("hello")
    app.add_url_rule("/", "page", lambda: "hello, world")
    return app


def one_select(folder: Path) -> Any:
    """A bare Flask application whose page is one row found by its primary key, through a SQLAlchemy engine."""
    app = Flask("select")
    engine = create_engine(f"sqlite:///{folder / 'ceiling.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)"))
        rows = [{"id": number, "body": "x" * BYTES} for number in range(ROWS)]
        connection.execute(text("INSERT INTO note VALUES (:id, :body)"), rows)

    def page() -> str:
        with engine.connect() as connection:
            found: str = connection.execute(text("SELECT body FROM note WHERE id = :id"), {"id": 500}).scalar_one()
        return found

    app.add_url_rule("/", "page", page)
    return app


def select_and_update(folder: Path) -> Any:
    """A bare Flask application that reads one row by its primary key, changes it and commits, pragmas as the portal."""
    app = Flask("update")
    path = folder / "update.db"
    keep = _notes(path)
    keep.execute("BEGIN IMMEDIATE")
    keep.executemany("INSERT INTO note (body) VALUES (?)", [("x" * BYTES,)] * ROWS)
    keep.execute("COMMIT")
    engine = create_engine(f"sqlite:///{path}")

    def page() -> str:
        with engine.begin() as connection:
            connection.execute(text("SELECT body FROM note WHERE id = :id"), {"id": 500}).scalar_one()
            connection.execute(text("UPDATE note SET body = :body WHERE id = :id"), {"id": 500, "body": "y" * BYTES})
        return "y" * BYTES

    app.add_url_rule("/", "page", page)
    return app


def commits(folder: Path) -> Callable[[], None]:
    """One row of BYTES per commit, with the same pragmas as the portal, through the driver alone."""
    connection = _notes(folder / "commits.db")

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO note (body) VALUES (?)", ("x" * BYTES,))
        connection.execute("COMMIT")

    return commit


def bulk(folder: Path) -> Callable[[], None]:
    """MANY rows of BYTES by one executemany and one commit, in the same way."""
    connection = _notes(folder / "bulk.db")
    rows = [("x" * BYTES,)] * MANY

    def fill() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO note (body) VALUES (?)", rows)
        connection.execute("COMMIT")

    return fill


def _notes(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
    return connection
