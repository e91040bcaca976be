"""What every staff page shows around itself: side bar, data scope, addresses of screens."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from portal.staff import choices, grants, scope, waiting
from portal.staff.pages import address
from portal.staff.screens import CONSOLE, MENUS, STAFF, Column


@dataclass(frozen=True)
class Link:
    """An entry of the side bar. `waits`: how many rows wait there for somebody."""

    key: str
    title: Markup
    url: str
    waits: str = ""


# Pages that no declaration generates: the desk, who may open it, words, heading, endpoint.
OWN = (
    (STAFF, "imports", _l("Import of learners"), "people", "staff.imports"),
    (STAFF, "accounts", _l("Staff accounts"), "office", "staff.accounts"),
    (STAFF, "roles", _l("Roles and permissions"), "office", "staff.roles"),
    (CONSOLE, "questions", _l("Question files"), "content", "staff.question_files"),
)


def menu(desk: str = STAFF) -> list[tuple[Markup, list[Link]]]:
    """Headings with what the visitor may open, empty ones left out. One statement beyond the permissions."""
    granted, counted = grants.current(), waiting.counts()
    found = []
    for heading, links in _entries(desk):
        if own := [_counted(link, counted.get(link.key, 0)) for link in links if granted.may(link.key)]:
            found.append((heading, own))
    return found


def _counted(link: Link, waits: int) -> Link:
    return replace(link, waits=f"{waiting.MOST}+" if waits > waiting.MOST else str(waits)) if waits else link


def _entries(desk: str) -> list[tuple[Markup, list[Link]]]:
    """All there is to open, in the reader's language; put together once, because it never changes."""
    known: dict[tuple[str, str, str], list[tuple[Markup, list[Link]]]] = current_app.extensions["portal_side"]
    name = (str(get_locale()), request.script_root, desk)
    if name not in known:
        found: dict[str, list[Link]] = {key: [] for key in MENUS}
        for screen in choices.screens().values():
            if screen.desk == desk:
                found[screen.menu].append(Link(screen.key, escape(screen.title), address(screen, "list")))
        for where, key, title, heading, endpoint in OWN:
            if where == desk:
                found[heading].append(Link(key, escape(title), url_for(endpoint)))
        known[name] = [(escape(MENUS[key]), links) for key, links in found.items()]
    return known[name]


def leads(column: Column, row: Any) -> str:
    """Address of the row a value speaks of; "" where it leads nowhere, or nowhere the visitor may go."""
    if column.to is None or not grants.current().may(column.to[0]):
        return ""
    pk = Column("", "", path=column.to[1]).value(row)
    screen = choices.screens().get(column.to[0])
    return address(screen, "show", pk=pk) if screen is not None and pk is not None else ""


def has_console() -> bool:
    """Whether the visitor has anything to do on the content desk."""
    granted = grants.current()
    return any(screen.desk == CONSOLE and granted.may(screen.key) for screen in choices.screens().values())


def init_app(app: Flask) -> None:
    """Gives templates their names, and each application and process an empty shelf."""
    app.extensions["portal_side"] = {}
    app.jinja_env.globals.update(
        staff_menu=menu, staff_address=address, staff_scope=scope.current, staff_grants=grants.current
    )
    app.jinja_env.globals.update(staff_has_console=has_console, staff_leads=leads)
