"""Access rules of pages: every view function carries exactly one of these decorators.

A view without a rule is a bug, and a test finds it. Staff screens are guarded by Flask-AppBuilder's permissions.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Unauthorized

from portal.access.sessions import Along
from portal.access.visitor import LOOKS_ONLY, acting, kind, kind_in_numbers
from portal.errors import Forbidden
from portal.people import clerks

View = TypeVar("View", bound=Callable[..., Any])
RULE = "portal_access"
OWNER_ONLY = _l("Only the login with the code itself manages the others.")
AGREE = "agree"  # in the cookie: this login has a new agreement to accept before anything else
_BEFORE_AGREEING = {"people.accept_agreement", "rights.data", "rights.close", "rights.withdraw"}


def public(view: View) -> View:
    """Open to everybody."""
    setattr(view, RULE, "public")
    return view


def login_required(view: View) -> View:
    """Any account that is logged in."""
    return _guarded(view, "login", None)


def learner_required(view: View) -> View:
    """Learners only."""
    return _guarded(view, "learner", "learner")


def learner_reports(along: Along, values: Callable[[], Mapping[str, Any]]) -> Callable[[View], View]:
    """Learners only, for what their pages send by themselves every few seconds: the same rule, asked in numbers.

    Such a view loads no account: it takes `visitor.reporting()`, with the columns of `along` for these `values`.
    """
    return lambda view: _guarded(view, "learner", "learner", ask=lambda: kind_in_numbers(along, values()))


def organisation_required(view: View) -> View:
    """Organisations only, whoever acts for them."""
    return _guarded(view, "organisation", "organisation")


def clerk_required(view: View) -> View:
    """Organisations only, but for those who may only look."""
    return _guarded(view, "clerk", "organisation", frozenset({clerks.OWNER, clerks.CLERK}))


def owner_required(view: View) -> View:
    """Organisations only, by the login that manages the others."""
    return _guarded(view, "owner", "organisation", frozenset({clerks.OWNER}))


def _guarded(
    view: View,
    rule: str,
    wanted: str | None,
    roles: frozenset[str] = frozenset(),
    ask: Callable[[], str] = kind,
) -> View:
    @wraps(view)
    def check(*args: Any, **kwargs: Any) -> Any:
        found = ask()
        if not found:
            return to_login()
        if wanted and found != wanted:
            raise Forbidden
        if roles and (mine := acting()) is not None and mine.role not in roles:
            raise Forbidden(LOOKS_ONLY if clerks.CLERK in roles else OWNER_ONLY)
        if AGREE in session and request.endpoint not in _BEFORE_AGREEING:
            return _away("people.accept_agreement")
        return view(*args, **kwargs)

    setattr(check, RULE, rule)
    return check  # type: ignore[return-value]


def wants_json() -> bool:
    """Whether a script is asking: by what it sends, what it accepts, or where it asks."""
    accepts = request.headers.get("Accept", "").startswith("application/json")
    return request.is_json or accepts or request.path.startswith("/api/")


def to_login() -> Any:
    """To the login form and back here, where a page stands here. Scripts get 401."""
    if request.method != "GET" and not wants_json():  # sent from a page that was open when the login ended
        flash(_("You are logged out, so nothing was sent. Log in and send it again."), "warm")
    return _away("access.login")


def _away(endpoint: str) -> Any:
    if wants_json():
        raise Unauthorized
    rule = request.url_rule
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    if rule is not None and request.method != "GET" and "GET" in (rule.methods or ()):
        back = request.path
    return redirect(url_for(endpoint, next=back), 303)
