"""What a site in production must not run with although every setting is well formed."""

from flask import Flask

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
