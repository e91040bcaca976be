"""The same register of organisations twice: as stock Flask-AppBuilder shows it, and as the portal does."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import insert
from sqlalchemy.orm import Session
from werkzeug.test import Client

from portal import db, migrations
from portal.access import staff_accounts
from portal.app import create_app
from portal.divisions.models import Division
from portal.people import passwords
from portal.people.models import Organisation
from portal.testing import make_settings

PASSWORD = "bench-bench-bench-1"
AT_ONCE = 20_000  # rows of one statement


def fill(session: Session, rows: int) -> None:
    """A county and `rows` organisations in it."""
    session.add(Division(code="130208", name="丰润区", level="county"))
    session.flush()
    same = {"code_kind": "other", "division_code": "130208", "state": "approved", "created_at": datetime.now(UTC)}
    for start in range(0, rows, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, rows))
        given = [{"name": f"单位{n:07d}", "code": f"C{n:017d}", **same} for n in numbers]
        session.execute(insert(Organisation.__table__), given)


def portal(folder: Path, rows: int) -> tuple[Flask, str]:
    """The portal with so many organisations, and an administrator's cookie."""
    app = create_app(make_settings(folder))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        migrations.upgrade(db.engine(), app.extensions["portal_plugins"])
        with db.write() as session:
            fill(session, rows)
            staff_accounts.add(session, "bench", "Bench", passwords.digest(PASSWORD), staff_accounts.ADMIN)
    return app, cookie(app, "/login", name="bench")


def stock(folder: Path, rows: int) -> tuple[Flask, str]:
    """Flask-AppBuilder as its own guide sets it up, over the same table, searching the same two columns."""
    app = Flask("stock")
    app.config.update(
        SECRET_KEY="k" * 40,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'stock.db'}",
        WTF_CSRF_ENABLED=False,
        RATELIMIT_ENABLED=False,
    )
    db.db.init_app(app)
    with app.app_context():
        Model.metadata.create_all(db.db.engine)
        office = AppBuilder(app, db.db.session)
        office.add_view(_register(), "Organisations")
        office.sm.add_user("bench", "B", "B", "b@example.org", office.sm.find_role("Admin"), PASSWORD)
        fill(db.db.session(), rows)
        db.db.session.commit()
        db.db.session.remove()
    return app, cookie(app, "/login/", username="bench")


def _register() -> type[ModelView]:
    members = {
        "datamodel": SQLAInterface(Organisation),
        "list_columns": ["name", "code", "division", "contact_name", "state", "created_at"],
        "search_columns": ["name", "code"],
        "base_order": ("id", "desc"),
    }
    return type("Register", (ModelView,), members)


def cookie(app: Flask, address: str, **who: Any) -> str:
    """What a browser sends after logging in."""
    answer = Client(app).post(address, data={**who, "password": PASSWORD})
    if answer.status_code not in (302, 303):
        raise SystemExit(f"bench: nobody can log in at {address}: {answer.status}")
    return "; ".join(header.split(";")[0] for header in answer.headers.getlist("Set-Cookie"))


def lists(folder: Path, page: Callable[[Any, str, str], Callable[[], Any]]) -> dict[str, Callable[[], Any]]:
    """Calls for the bench's rows, by the name of the row."""
    calls = {}
    for name, make, rows, address in (
        ("stock FAB list, 100,000 rows", stock, 100_000, "/register/list/"),
        ("staff list, 100,000 rows", portal, 100_000, "/staff/organisations/"),
        ("staff list, 1,000 rows", portal, 1_000, "/staff/organisations/"),
        ("staff list, 1,000,000 rows", portal, 1_000_000, "/staff/organisations/"),
    ):
        place = folder / f"{make.__name__}-{rows}"
        place.mkdir()
        app, said = make(place, rows)
        calls[name] = page(app, address, said)
        _body, status, _headers = calls[name]()
        if not status.startswith("200"):
            raise SystemExit(f"bench: {name} answers {status}")
    return calls
