"""What a request may hold at all, before anything reads it."""

from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest

FORM = "application/x-www-form-urlencoded"


def json_body() -> Any:
    """The body as JSON; None when it is none, or nested deeper than anybody nests."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def init_app(app: Flask) -> None:
    """Refuses NUL characters with 400: no keyboard makes one, and PostgreSQL keeps none."""

    @app.before_request
    def check() -> None:
        texts = [request.path, *request.args.values()]
        if request.mimetype == FORM:
            texts += request.form.values()
        if any("\x00" in text for text in texts):
            raise BadRequest
