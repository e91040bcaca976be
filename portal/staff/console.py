"""The content desk (内容工作台): a declaration as a Flask-Admin view, with child rows on one form."""

from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_admin import Admin, AdminIndexView, expose
from flask_admin.contrib.sqla import ModelView

from portal.db import db
from portal.errors import NotFound
from portal.staff import choices, grants
from portal.staff.pages import Pages, address
from portal.staff.screens import CONSOLE, READ, WRITE, Screen
from portal.web.forms import Form
from portal.web.headers import csp_nonce

PERMISSIONS = {
    "index_view": READ,
    "details_view": READ,
    "export": READ,
    "create_view": WRITE,
    "edit_view": WRITE,
    "delete_view": WRITE,
}


def routes(screen: type[Screen]) -> set[str]:
    """The views that are open: rows that stay are not deleted."""
    shut = {"create_view": screen.add, "edit_view": True, "delete_view": screen.remove}
    return {name for name in PERMISSIONS if (screen.writable() and shut.get(name)) or name not in shut}


class Front(AdminIndexView):
    """/console leads to its first screen."""

    @expose()
    def index(self) -> Any:
        mine = [one for one in choices.screens().values() if one.desk == CONSOLE and grants.current().may(one.key)]
        if not mine:
            raise NotFound
        return redirect(address(mine[0], "list"), 303)


class ContentView(Pages, ModelView):
    """A screen of the content desk. Flask-Admin's own pages are replaced, its look-ups and in-list writes closed."""

    column_list = ("id",)  # one, or Flask-Admin asks every property of the model
    action_view = None
    ajax_lookup = None
    ajax_update = None
    form_base_class = Form

    def scaffold_form(self) -> type[Form]:
        """Made by staff.forms when first shown."""
        return Form

    def is_accessible(self) -> bool:
        """Behind the guard, and once more here."""
        return grants.current().may(self.screen.key)

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        return self.page_list()

    @expose("/<pk>")
    def details_view(self, pk: str) -> ResponseReturnValue:
        return self.page_show(pk)

    @expose("/add", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return self.page_add()

    @expose("/<pk>/edit", methods=("GET", "POST"))
    def edit_view(self, pk: str) -> ResponseReturnValue:
        return self.page_edit(pk)

    @expose("/<pk>/delete", methods=("GET", "POST"))
    def delete_view(self, pk: str) -> ResponseReturnValue:
        return self.page_delete(pk)

    @expose("/export", methods=("GET", "POST"))
    def export(self) -> ResponseReturnValue:
        return self.page_export()


def admin(name: str) -> Admin:
    """Flask-Admin at /console, not yet bound."""
    return Admin(name=name, url="/console", index_view=Front(url="/console"), csp_nonce_generator=csp_nonce)


def view(screen: type[Screen]) -> ContentView:
    """The view of a screen."""
    made = type(f"console_{screen.key}", (ContentView,), {"screen": screen})
    endpoint = f"console_{screen.key}"
    return made(screen.model, db, name=str(screen.key), endpoint=endpoint, url=f"/console/{screen.key}")  # type: ignore[no-any-return]
