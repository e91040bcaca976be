"""One guard for all staff pages: what each needs stands in one table; what is not in it is closed.

Strangers are sent to the login, scripts get 401; anybody else who may not see a page gets the same 404 as for an
unknown address.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, request

from portal.access.guard import RULE, to_login
from portal.access.visitor import current_account
from portal.errors import NotFound
from portal.staff import grants
from portal.staff.screens import READ

View = TypeVar("View", bound=Callable[..., Any])
OPEN = {"appbuilder.static", "admin.static"}  # style sheets of the frameworks
PATHS = ("/staff", "/console", "/api/")

# endpoint -> (screen key, level); key "" is for all staff. Filled while screens are built.
Needs = dict[str, tuple[str, str]]


def needs(key: str, level: str = READ) -> Callable[[View], View]:
    """The rule of a page that no screen generates. Key "": all staff."""

    def mark(view: View) -> View:
        @wraps(view)
        def check(*args: Any, **kwargs: Any) -> Any:
            refuse = _refusal(key, level)
            return refuse if refuse is not None else view(*args, **kwargs)

        setattr(check, RULE, f"staff:{key}:{level}")
        return check  # type: ignore[return-value]

    return mark


def _refusal(key: str, level: str) -> Any:
    if current_account() is None:
        return to_login()
    granted = grants.current()
    if not granted.staff or (key and not granted.may(key, level)):
        raise NotFound
    return None


def init_app(app: Flask, table: Needs) -> None:
    """Stands before every generated page. Pages of our own blueprints carry their rule themselves."""

    @app.before_request
    def guard() -> Any:
        endpoint = request.endpoint or ""
        if endpoint in OPEN or not request.path.startswith(PATHS):
            return None
        if endpoint in table:
            return _refusal(*table[endpoint])
        if hasattr(app.view_functions.get(endpoint), RULE):
            return None
        raise NotFound
