"""The staff desk: a declaration as a Flask-AppBuilder view. Screens get these classes only, never the raw ones."""

from typing import Any

from flask.typing import ResponseReturnValue
from flask_appbuilder import AppBuilder, ModelView, expose
from flask_appbuilder.api.manager import OpenApi
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager

from portal.people.models import Account
from portal.staff import grants
from portal.staff.pages import Pages
from portal.staff.screens import READ, WRITE, Screen

PERMISSIONS = {
    "list": READ,
    "show": READ,
    "export": READ,
    "add": WRITE,
    "edit": WRITE,
    "delete": WRITE,
    "act": WRITE,
    "first": WRITE,
    "version": WRITE,
}


def routes(screen: type[Screen]) -> set[str]:
    """The views a screen has: no form, no editing; rows that stay are not deleted; no action, no step."""
    writing = {"add": screen.add, "edit": True, "delete": screen.remove}
    found = {name for name in PERMISSIONS if (screen.writable() and writing.get(name)) or name not in writing}
    asked = (
        ("export", screen.export),
        ("act", screen.actions),
        ("first", screen.versions),
        ("version", screen.versions),
    )
    absent = {name for name, there in asked if not there}
    return found - absent


class Security(SecurityManager):
    """Permissions of FAB's table, asked once per request; login and sessions are the portal's own."""

    user_model = Account

    def create_login_manager(self, app: Any) -> LoginManager:
        """The one the portal made: FAB's own would send people to an address that does not exist."""
        manager: LoginManager = app.login_manager
        return manager

    def create_limiter(self, app: Any) -> Limiter:
        """Not bound to the application: attempts are limited by rows, which all processes share."""
        return Limiter(key_func=get_remote_address)

    def register_views(self) -> None:
        """None: accounts and roles have pages of the portal's own, and FAB's log-in would be a second door."""

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing here is open to strangers."""
        return False

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """By the permissions read once for this request."""
        return grants.current().may(view_name, permission_name.removeprefix("can_"))


class Description(OpenApi):
    """The OpenAPI page, for all staff; it names screens, no rows."""

    @expose("/<version>/_openapi")
    def get(self, version: str) -> ResponseReturnValue:
        return OpenApi.get.__wrapped__(self, version)  # type: ignore[no-any-return]


class Office(AppBuilder):
    """FAB without its own pages: no index, no log-in, no language switch by GET, no page history in the cookie."""

    def _add_admin_views(self) -> None:
        self._indexview = None
        self.add_api(Description)


class RegisterView(Pages, ModelView):
    """A screen of the staff desk."""

    method_permission_name = PERMISSIONS
    base_permissions = ["can_read", "can_write"]

    def _init_properties(self) -> None:
        """Columns, filters and forms stand in the declaration; FAB would guess them from the model."""
        self.related_views: list[Any] = []
        self._related_views: list[Any] = []

    def _init_forms(self) -> None:
        """Made by staff.forms when first shown."""

    def _init_titles(self) -> None:
        """Said by the declaration."""

    @expose("/", methods=["GET", "POST"])
    def list(self) -> ResponseReturnValue:
        return self.page_list()

    @expose("/<pk>", methods=["GET"])
    def show(self, pk: str) -> ResponseReturnValue:
        return self.page_show(pk)

    @expose("/add", methods=["GET", "POST"])
    def add(self) -> ResponseReturnValue:
        return self.page_add()

    @expose("/<pk>/edit", methods=["GET", "POST"])
    def edit(self, pk: str) -> ResponseReturnValue:
        return self.page_edit(pk)

    @expose("/<pk>/delete", methods=["GET", "POST"])
    def delete(self, pk: str) -> ResponseReturnValue:
        return self.page_delete(pk)

    @expose("/<pk>/do/<key>", methods=["GET", "POST"])
    def act(self, pk: str, key: str) -> ResponseReturnValue:
        return self.page_act(pk, key)

    @expose("/first", methods=["GET", "POST"])
    def first(self) -> ResponseReturnValue:
        return self.page_version("")

    @expose("/<pk>/version", methods=["GET", "POST"])
    def version(self, pk: str) -> ResponseReturnValue:
        return self.page_version(pk)

    @expose("/export", methods=["GET", "POST"])
    def export(self) -> ResponseReturnValue:
        return self.page_export()


def view(screen: type[Screen]) -> type[RegisterView]:
    """The view class of a screen; its name is the endpoint."""
    members = {
        "screen": screen,
        "datamodel": SQLAInterface(screen.model),
        "route_base": f"/staff/{screen.key}",
        "class_permission_name": screen.key,
        "include_route_methods": routes(screen),
    }
    return type(f"staff_{screen.key}", (RegisterView,), members)
