"""What every answer carries: a content policy with a nonce, and no guessing of types."""

import secrets

from flask import Flask, Response, g

from portal.settings import Settings

PRIVATE = frozenset({"text/html", "text/csv", "application/json"})  # pages, exports and registers: never kept


def csp_nonce() -> str:
    """The nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def init_app(app: Flask, settings: Settings) -> None:
    """Adds the headers to every answer."""

    policy = {
        "default-src": "'none'",
        "style-src": "'self' 'unsafe-inline'",  # rulers carry their lengths as style attributes
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self'",
        "connect-src": "'self'",
        "form-action": f"'self' {settings.address}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    always = "; ".join(f"{name} {sources}" for name, sources in policy.items())

    @app.after_request
    def add(response: Response) -> Response:
        scripts = f"script-src 'self' 'nonce-{csp_nonce()}'"
        response.headers.setdefault("Content-Security-Policy", f"{always}; {scripts}")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if response.mimetype in PRIVATE:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
