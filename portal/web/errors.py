"""One place that turns errors into pages: a clear sentence, what to do next, never a trace."""

from typing import Any

import structlog
from flask import Flask, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError

from portal.access.guard import wants_json
from portal.errors import Elsewhere, NotFound, PortalError
from portal.web import stale

log = structlog.get_logger(__name__)

TITLES = {
    400: _l("This request could not be read"),
    403: _l("This page is not for your account"),
    404: _l("There is no such page"),
    405: _l("This address does not open a page"),
    409: _l("This has changed meanwhile"),
    413: _l("This is too large to be sent"),
    422: _l("This cannot be done as it stands"),
    429: _l("Too many attempts"),
    503: _l("The database does not answer"),
}
SENTENCES = {
    403: _l("You are logged in, but with another kind of account."),
    404: _l("The address may be mistyped, or what it showed is not yours to see."),
    405: _l("It belongs to a button of a page. Nothing was changed."),
    413: _l("Nothing was changed. How large a file may be stands beside the field where it is chosen."),
    429: _l("Please wait a little and try again."),
    500: _l("Nothing was changed. Please try again; if it happens again, tell the office what you were doing."),
    503: _l("Nothing was changed. Please try again in a few seconds."),
}


def init_app(app: Flask) -> None:
    """Registers the handlers."""
    app.register_error_handler(PortalError, _expected)
    app.register_error_handler(Elsewhere, _elsewhere)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    for kind in (OperationalError, InterfaceError, TimeoutError):  # gone, gone meanwhile, no connection free
        app.register_error_handler(kind, _database)
    app.register_error_handler(Exception, _unexpected)


def _expected(error: PortalError) -> Response:
    message = "" if isinstance(error, NotFound) else str(error.message)
    problems = [str(problem.message) for problem in getattr(error, "problems", ())]
    return show(error.status, message, problems)


def _elsewhere(error: Elsewhere) -> ResponseReturnValue:
    if error.why:
        flash(str(error.why), "warm")
    values: dict[str, Any] = dict(error.values)
    return redirect(url_for(error.endpoint, **values), 303)


def _stale(error: CSRFError) -> Response:
    return stale.again() or show(400, str(_l("The page was open too long. Go back, reload it and send it again.")))


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    return show(error.code, "")


def _database(error: SQLAlchemyError) -> Response:
    cause = getattr(error, "orig", None) or error
    log.error("database_unavailable", path=request.path, error=type(cause).__name__)
    response = show(503, "")
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> Response:
    log.exception("request_failed", path=request.path)
    return show(InternalServerError.code, "")


def show(status: int, message: str, problems: list[str] | None = None) -> Response:
    """The page (or JSON for scripts) of an error."""
    title = str(TITLES.get(status, _l("Something went wrong on our side")))
    message = message or str(SENTENCES.get(status, ""))
    if wants_json():
        return make_response(jsonify(error=message or title, problems=problems or []), status)
    try:
        page = render_template("web/error.html", status=status, title=title, message=message, problems=problems)
    except Exception:
        log.exception("error_page_failed")
        return make_response(title, status)
    return make_response(page, status)
