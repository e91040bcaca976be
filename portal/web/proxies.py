"""Whose address a request comes from: the visitor's, where proxies of ours stand in front and the settings say so."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Believes as many entries of X-Forwarded-For, from the right, as there are proxies: those, visitors cannot forge.

    Nothing else is taken from proxies: host names and addresses of the site come from PORTAL_PUBLIC_URL.
    """
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
