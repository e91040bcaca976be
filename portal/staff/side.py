"""What every staff page shows around itself: side bar, data scope, addresses of screens."""

from dataclasses import dataclass

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from portal.staff import choices, grants, scope
from portal.staff.pages import address
from portal.staff.screens import CONSOLE, MENUS, STAFF


@dataclass(frozen=True)
class Link:
    """An entry of the side bar."""

    key: str
    title: object
    url: str


# Pages that no declaration generates.
OWN = (
    ("imports", _l("Import of learners"), "people", "staff.imports"),
    ("accounts", _l("Staff accounts"), "office", "staff.accounts"),
    ("roles", _l("Roles and permissions"), "office", "staff.roles"),
    ("questions", _l("Question files"), "content", "staff.question_files"),
)


def menu(desk: str = STAFF) -> list[tuple[object, list[Link]]]:
    """Headings with what the visitor may open, empty ones left out. No statement beyond the permissions."""
    granted = grants.current()
    found: dict[str, list[Link]] = {key: [] for key in MENUS}
    for screen in choices.screens().values():
        if screen.desk == desk and granted.may(screen.key):
            found[screen.menu].append(Link(screen.key, screen.title, address(screen, "list")))
    if desk == STAFF:
        for key, title, heading, endpoint in OWN:
            if granted.may(key):
                found[heading].append(Link(key, title, url_for(endpoint)))
    return [(MENUS[key], links) for key, links in found.items() if links]


def has_console() -> bool:
    """Whether the visitor has anything to do on the content desk."""
    granted = grants.current()
    return any(screen.desk == CONSOLE and granted.may(screen.key) for screen in choices.screens().values())


def init_app(app: Flask) -> None:
    """Gives templates their names."""
    app.jinja_env.globals.update(
        staff_menu=menu, staff_address=address, staff_scope=scope.current, staff_grants=grants.current
    )
    app.jinja_env.globals.update(staff_has_console=has_console)
