"""Which host names this site answers to. A name somebody else made up must not end in a link, a cookie or a cache."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from portal.settings import Settings

ALWAYS = "/healthz"  # asked by machines under whatever address they know


def _own(settings: Settings) -> frozenset[str]:
    named = {str(urlsplit(settings.address).hostname)}
    if settings.mode == "demo":
        named |= {"localhost", settings.host.lower(), socket.gethostname().lower()}
    return frozenset(named)


def _near(name: str) -> bool:
    """An address of this machine or of its network: a demonstration is looked at from the next desk."""
    try:
        return ip_address(name.strip("[]")).is_private
    except ValueError:
        return False


def init_app(app: Flask, settings: Settings) -> None:
    """Refuses requests under other names with 400, before anything else looks at them."""
    own = _own(settings)

    @app.before_request
    def check() -> None:
        name = str(urlsplit(f"//{request.host}").hostname or "")
        known = name in own or (settings.mode == "demo" and _near(name))
        if not known and request.path != ALWAYS:
            raise BadRequest
