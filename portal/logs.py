"""Structured logs without personal data: one line per event, traces without the values of variables."""

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger(__name__)

_SECRET = ("password", "token", "id_number", "phone", "email", "name", "csrf_token")


def _hide(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A second fence: even when somebody logs a person's value by its usual name, it is not written."""
    return {key: "[hidden]" if key in _SECRET else value for key, value in event.items()}


def configure(json: bool) -> None:
    """JSON for machines in production, plain lines in a demo. Idempotent."""
    show: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _hide,
            *show,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """One line per request: the endpoint, never the address, which may carry what somebody typed."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        took = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000)
        log.info("request", endpoint=request.endpoint, method=request.method, status=response.status_code, ms=took)
        return response
