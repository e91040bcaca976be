"""The same register of organisations twice: as stock Flask-AppBuilder shows it, and as the portal does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
from portal.orders.models import Order
from portal.people import passwords
from portal.people.models import Account, Organisation
from portal.rules.models import RuleSet
from portal.staff import roles
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


def fill_orders(session: Session, rows: int) -> None:
    """Two counties and `rows` orders, the oldest 500 of one of them, each for one learner: whose list is asked for."""
    session.add(Division(code="130207", name="丰南区", level="county"))
    rules = RuleSet(year=2026, version=9000, title="2026", data={}, effective_at=datetime.now(UTC))
    buyer = Account(first_name="周晓岚", last_name="", username="buyer", active=True, password="-", kind="learner")
    session.add_all([rules, buyer])
    session.flush()
    same = {"buyer_id": buyer.id, "mode": "enrollment", "state": "paid", "total": 2800, "rule_set_id": rules.id}
    first = datetime(2026, 1, 1, tzinfo=UTC)
    for start in range(0, rows, AT_ONCE):
        given = [
            {
                **same,
                "number": f"D26-{number:08d}",
                "proposal_key": f"bench-{number}",
                "division_code": "130208" if number < 500 else "130207",
                "placed_at": first + timedelta(seconds=number),
                "expires_at": first,
            }
            for number in range(start, min(start + AT_ONCE, rows))
        ]
        db.fill(session, Order, given)


def county(folder: Path, rows: int) -> tuple[Flask, str]:
    """The portal with so many orders, and the cookie of the county that has the oldest of them."""
    app, _said = portal(folder, 0)
    with app.app_context(), db.write() as session:
        fill_orders(session, rows)
        roles.sync(session, app)
        digest = passwords.digest(PASSWORD)
        staff_accounts.add(session, "county", "County", digest, staff_accounts.COUNTY, ["130208"])
    return app, cookie(app, "/login", name="county")


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
        ("a county's orders, 1,000 orders", county, 1_000, "/staff/orders/"),
        ("a county's orders, 1,000,000 orders", county, 1_000_000, "/staff/orders/"),
    ):
        place = folder / f"{make.__name__}-{rows}"
        place.mkdir()
        app, said = make(place, rows)
        calls[name] = page(app, address, said)
        _body, status, _headers = calls[name]()
        if not status.startswith("200"):
            raise SystemExit(f"bench: {name} answers {status}")
    return calls
