"""Binds all screens to an application: two frameworks, one guard, one side bar. Opens no connection."""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from portal.db import db
from portal.plugins import Plugins
from portal.staff import console, fab, grants, guard, rest, side
from portal.staff.core import SCREENS
from portal.staff.screens import CONSOLE, READ, Screen

RESERVED = frozenset({screen.key for screen in SCREENS} | grants.ADMIN_ONLY)


def init_app(app: Flask, plugins: Plugins) -> None:
    """Makes views, REST, menu and guard of the core's and the plugins' screens."""
    screens: list[type[Screen]] = [*SCREENS, *plugins.declared("screens")]
    screens.sort(key=lambda screen: (screen.weight, screen.key))
    for screen in SCREENS:
        screen.validate()
    app.extensions["portal_screens"] = {screen.key: screen for screen in screens}
    app.config.update(
        FAB_UPDATE_PERMS=False,  # start writes nothing; `portal upgrade` keeps the permission table
        FAB_CREATE_DB=False,
        FAB_SECURITY_SIGNALS_ENABLED=False,
        RATELIMIT_ENABLED=False,
    )
    needs: guard.Needs = {"Description.get": ("", READ), "admin.index": ("", READ)}
    app.extensions["portal_needs"] = needs
    guard.init_app(app, needs)
    with app.app_context():
        _build(app, screens, needs)
    side.init_app(app)


def _build(app: Flask, screens: Iterable[type[Screen]], needs: guard.Needs) -> None:
    office = fab.Office(app, db.session, security_manager_class=fab.Security, update_perms=False)
    content = console.admin("Xueshi")
    for screen in screens:
        if screen.desk == CONSOLE:
            content.add_view(console.view(screen))
            _need(needs, screen, "console", console)
        else:
            office.add_view_no_menu(fab.view(screen))
            _need(needs, screen, "staff", fab)
            office.add_api(rest.view(screen))
            _need(needs, screen, "api", rest)
    content.init_app(app)


def _need(needs: guard.Needs, screen: type[Screen], desk: str, made: Any) -> None:
    """`made`: the module that made the views; what it does not name stays closed."""
    for view in made.routes(screen):
        key = screen.decided() if view == "act" else screen.key
        needs[f"{desk}_{screen.key}.{view}"] = (key, made.PERMISSIONS[view])
