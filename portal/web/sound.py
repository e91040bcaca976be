"""What a request may hold at all, before anything reads it."""

from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest


def json_body() -> Any:
    """The body as JSON; None when it is none, or nested deeper than anybody nests."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def init_app(app: Flask) -> None:
    """Refuses NUL in addresses with 400: no keyboard makes one, and PostgreSQL keeps none. Forms leave it out."""

    @app.before_request
    def check() -> None:
        if any("\x00" in text for text in (request.path, *request.args.values())):
            raise BadRequest
