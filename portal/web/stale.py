"""A form whose token is missing or too old: the page comes back with what was typed and a fresh token.

The page's own view draws it, with every form refused and nothing written: a request that nobody here has made on
purpose must not get further than that.
"""

from typing import Any

from flask import Response, current_app, g, make_response, request, session

from portal import db
from portal.access.guard import RULE, to_login, wants_json
from portal.access.visitor import current_account


def again() -> Response | None:
    """The page with its form refused, or None where no form of ours is shown: then the error page must do."""
    view = current_app.view_functions.get(request.endpoint or "")
    # Pages that carry no rule of their own are guarded before the view; that guard has not run.
    if view is None or not hasattr(view, RULE) or wants_json():
        return None
    if getattr(view, RULE) != "public" and current_account() is None:
        return make_response(to_login())  # the token went with the login
    before = dict(session)
    g.stale_form = True
    try:
        with db.unwritable():
            answer = make_response(current_app.ensure_sync(view)(**(request.view_args or {})))
    except Exception:  # whatever it was about to do, it was not asked for
        answer = None
    if answer is None or answer.status_code != 422 or not g.get("stale_form_shown"):
        session.clear()
        session.update(before)
        return None
    return answer


def refuses(form: Any) -> bool:
    """Whether this request's forms are refused; marks the form that says so."""
    if not g.get("stale_form"):
        return False
    g.stale_form_shown = True
    return True
