"""The hooks `screens` and `roles`: a stranger's declaration is a screen like any; a wrong one switches it off."""

from types import ModuleType

from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select

from portal import db
from portal.app import create_app
from portal.kit import EVERYWHERE, Column, Screen
from portal.messages.models import Message
from portal.settings import Settings
from portal.staff import roles
from portal.staff.core.office import Notices
from portal.testing import log_in, make_account
from portal.types import Role
from tests.strangers import plugin


class Letters(Screen):
    key = "letters"
    model = Message
    title = "Letters"
    menu = "office"
    scope = EVERYWHERE
    columns = (Column("kind", "Kind of letter"),)


def start(settings: Settings, **hooks: object) -> Flask:
    app = create_app(settings, [plugin("s", **hooks)])
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def off(app: Flask) -> str:
    return str(app.extensions["portal_plugins"].get("s").off)


def test_hook_screens_and_roles(settings: Settings) -> None:
    """Without the call of `screens` there is no page, without that of `roles` nobody may open it."""
    app = start(settings, screens=[Letters], roles=[Role("postman", "Postman", {"letters": "read"})])
    assert off(app) == ""
    with app.app_context():
        sync(app)
        with db.write() as session:
            account = make_account(session)
            session.add(Message(account_id=account.id, kind="from the plugin"))
    client = app.test_client()
    log_in(client, account)
    assert client.get("/staff/letters/").status_code == 404
    with app.app_context(), db.write() as session:
        session.merge(account).roles = [session.scalars(select(RoleRow).where(RoleRow.name == "postman")).one()]
    page = client.get("/staff/letters/")
    assert page.status_code == 200
    assert "from the plugin" in page.text
    assert "Letters" in client.get("/staff/").text
    assert client.get("/api/v1/letters/").status_code == 200


def wrong(**attributes: object) -> type[Screen]:
    return type("Wrong", (Letters,), attributes)


def test_a_wrong_declaration_switches_its_plugin_off(settings: Settings) -> None:
    faults = {
        "no menu 'nowhere'": wrong(menu="nowhere"),
        "has no 'colour'": wrong(columns=(Column("colour", "Colour"),)),
        "has no 'account.division'": wrong(scope="account.division"),
        "cannot be sorted": wrong(columns=(Column("kind", "Kind", sort=True),)),
        "belongs to the core": wrong(key="learners"),
        "scope not said": type("Unsaid", (Screen,), {**vars(Letters), "scope": None, "__dict__": {}}),
    }
    del faults["scope not said"].scope  # type: ignore[attr-defined]
    for said, screen in faults.items():
        app = start(settings, screens=[screen])
        assert said in off(app), said
        assert "staff_learners" in app.blueprints


def grants(app: Flask) -> dict[str, dict[str, str]]:
    with db.read() as session:
        return {role.name: levels for role, levels in roles.matrix(session)}


def sync(app: Flask) -> None:
    with db.write() as session:
        roles.sync(session, app)


def test_syncing_twice_is_syncing_once(app: Flask) -> None:
    sync(app)
    first = grants(app)
    assert first["county_staff"]["learners"] == "write"
    assert first["county_staff"]["organisations"] == "write"
    assert first["Admin"] == {}
    sync(app)
    assert grants(app) == first


def test_what_an_administrator_took_away_stays_away(app: Flask) -> None:
    sync(app)
    with db.write() as session:
        chief = make_account(session)
        role = session.scalars(select(RoleRow).where(RoleRow.name == "county_staff")).one()
        roles.change(session, role.id, {"orders": "", "audit": "read"}, chief.id, "they audit now")
    sync(app)
    held = grants(app)["county_staff"]
    assert "orders" not in held
    assert held["audit"] == "read"


def test_what_a_switched_off_plugin_was_granted_stays(settings: Settings, app: Flask) -> None:
    with_plugin = start(settings, screens=[Letters], roles=[Role("county_staff", "County", {"letters": "write"})])
    with with_plugin.app_context():
        sync(with_plugin)
        db.engine().dispose()
    sync(app)
    assert grants(app)["county_staff"]["letters"] == "write"


def test_a_role_that_exists_gets_the_grants_of_a_new_screen(app: Flask) -> None:
    """The demonstration and `create-admin` may make a role before its permissions exist."""
    with db.write() as session:
        session.add(RoleRow(name="county_staff"))
    sync(app)
    assert grants(app)["county_staff"]["classes"] == "write"


def test_the_two_bases_are_not_given_to_plugins() -> None:
    import portal.kit

    given = {name: getattr(portal.kit, name) for name in portal.kit.__all__}
    raw = [
        name
        for name, value in given.items()
        if str(getattr(value, "__module__", "")).startswith(("flask_admin", "flask_appbuilder.views"))
        or (isinstance(value, ModuleType) and value.__name__.startswith(("flask_admin", "flask_appbuilder")))
    ]
    assert raw == []
    assert issubclass(Notices, Screen)


def test_screens_of_bundled_plugins_open(app: Flask, admin: FlaskClient, county: FlaskClient) -> None:
    """Whatever they declare: a list, its REST and its export for those who may."""
    for screen in app.extensions["portal_plugins"].declared("screens"):
        assert admin.get(f"/staff/{screen.key}/").status_code == 200, screen.key
        assert admin.get(f"/api/v1/{screen.key}/").status_code == 200, screen.key
        assert admin.get(f"/staff/{screen.key}/export").status_code == 200, screen.key
    assert county.get("/staff/documents/").status_code == 200
    assert county.get("/staff/document_templates/").status_code == 404
