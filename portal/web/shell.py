"""What every page of the shell can use: navigation, the visitor, filters, static addresses."""

from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from portal import clock, db
from portal.access.visitor import current_account, mailboxes, may_act
from portal.messages import service as messages
from portal.plugins import current_plugins
from portal.settings import Settings
from portal.types import NavItem
from portal.web import formats, headers, i18n

STATIC = Path(__file__).parent / "static"
HOME = NavItem("home", _l("Home"), "web.home", weight=0)
CENTRE = NavItem("centre", _l("Learning centre"), "study.centre", weight=40)

ADDRESSES = 5000  # kept of those that templates asked for
PLAIN = (int, str)  # 1 and True are the same key, and different addresses
OTHERWISE = frozenset({"_external", "_scheme", "_method"})


def audience() -> str:
    """Kind of visitor: anonymous | learner | organisation | staff."""
    account = current_account()
    return account.kind if account else "anonymous"


def nav(place: str = "top") -> list[NavItem]:
    """Links for this visitor, core and plugins, in their order. Asked once per request."""
    if "nav_items" not in g:
        asked = current_plugins().ask("nav_items", user=current_account(), audience=audience())
        own = [HOME, CENTRE] if audience() in ("anonymous", "learner") else [HOME]
        known = current_app.view_functions
        g.nav_items = [item for item in (*own, *asked) if item.endpoint in known]
    return sorted((item for item in g.nav_items if item.place == place), key=lambda item: (item.weight, item.key))


def unread() -> int:
    """How many messages wait for the visitor. Asked once per request."""
    if "unread" not in g:
        account = current_account()
        g.unread = messages.unread(db.reader(), *mailboxes()) if account else 0
    return int(g.unread)


def site_name() -> str:
    """The site's own name in the reader's language."""
    settings: Settings = current_app.extensions["portal_settings"]
    return settings.site_name if str(get_locale()) == i18n.CHINESE else settings.site_name_en


@cache
def _stamp(filename: str) -> str:
    file = STATIC / filename
    return format(int(file.stat().st_mtime), "x") if file.is_file() else ""


def _addresses(app: Flask) -> Callable[..., str]:
    """`url_for` for templates: the addresses of a list are asked for again and again, and worked out once.

    They depend on nothing but where the site is mounted; one with its host, or beside the page's own, is not known.
    """

    @lru_cache(maxsize=ADDRESSES)
    def known(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        plain = all(type(value) in PLAIN and name not in OTHERWISE for name, value in values.items())
        if not plain or endpoint.startswith(".") or not has_request_context():
            return app.url_for(endpoint, **values)
        return known(request.script_root, endpoint, tuple(values.items()))

    return url_for


def init_app(app: Flask) -> None:
    """Gives templates their names and filters."""
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.globals.update(
        url_for=_addresses(app),
        nav=nav,
        unread=unread,
        audience=audience,
        site_name=site_name,
        current_account=current_account,
        may_act=may_act,
        csp_nonce=headers.csp_nonce,
        settings=app.extensions["portal_settings"],
        language=lambda: str(get_locale()),
        today=lambda: clock.today(clock.now()),
        has_endpoint=lambda name: name in app.view_functions,
    )

    @app.url_defaults
    def fresh_static(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values and (stamp := _stamp(values.get("filename", ""))):
            values["v"] = stamp
