"""The embedded server: waitress with the worker inside, stopped by Ctrl-C within two seconds whatever is going on."""

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any

import click
from flask import Flask
from waitress.server import create_server

from portal.jobs import Worker
from portal.settings import Settings

GRACE = 1.5  # seconds that requests and jobs under way have when the server is told to stop


def listen(app: Flask, settings: Settings) -> Any:
    """The server, bound to its address and not yet running."""
    return create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        clear_untrusted_proxy_headers=not settings.trusted_proxies,  # which of them are believed, web/proxies.py says
    )


def serve(app: Flask, settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM. What is not finished after GRACE is cut short: work is rows, nothing is lost."""
    server = listen(app, settings)
    worker = Worker(app) if settings.worker else None
    if worker:
        worker.start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    click.echo(f"http://{settings.host}:{settings.port}")
    with suppress(SystemExit):
        server.run()
    if worker:
        worker.stop()
    server.close()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)  # taking a large application apart takes Python a second, more on a busy machine, and saves nothing


def _stop(_number: int, _frame: object) -> None:
    """Ends the main loop; a request that hangs, or a job that does not come to an end, cannot hold the process."""
    last_word = threading.Timer(GRACE, os._exit, (0,))
    last_word.daemon = True
    last_word.start()
    sys.exit(0)
