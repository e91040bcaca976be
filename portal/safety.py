"""What a site in production must not run with although every setting is well formed."""

from threading import Lock

import structlog
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from portal import db
from portal.errors import Misconfigured


def check(app: Flask) -> None:
    """Refuses an application that shows its insides or takes forms of other sites. Opens no connection.

    :raises Misconfigured: by the name of what is set.
    """
    if app.debug:
        raise Misconfigured("FLASK_DEBUG", "production shows nobody its insides")
    for name in ("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT"):
        if not app.config.get(name, True):
            raise Misconfigured(name, "production accepts no form without a token")


def init_app(app: Flask) -> None:
    """Lets a site in production answer nobody while an account opens with a password the demonstration printed.

    `portal run` does not even start then; under another server the first request of a process looks, for making an
    application opens no connection.
    """
    looking, found = Lock(), list[bool]()

    def look() -> None:
        with looking:
            if not found:
                found.append(_known())
        if found[0]:
            raise ServiceUnavailable

    app.before_request(look)


def _known() -> bool:
    from portal.demo import known

    with db.read() as session:
        names = known.still_open(session)
    if names:
        structlog.get_logger().critical("demonstration_passwords", setting="PORTAL_DATABASE_URL", accounts=names)
    return bool(names)
