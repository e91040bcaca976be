"""What every answer carries: a content policy with a nonce, and no guessing of types."""

import secrets

from flask import Flask, Response, g

from portal.settings import Settings


def csp_nonce() -> str:
    """The nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def init_app(app: Flask, settings: Settings) -> None:
    """Adds the headers to every answer."""

    @app.after_request
    def add(response: Response) -> Response:
        policy = {
            "default-src": "'none'",
            "script-src": f"'self' 'nonce-{csp_nonce()}'",
            "style-src": "'self' 'unsafe-inline'",  # rulers carry their lengths as style attributes
            "img-src": "'self' data: blob:",
            "font-src": "'self' data:",
            "media-src": "'self'",
            "connect-src": "'self'",
            "form-action": f"'self' {settings.address}",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        response.headers.setdefault("Content-Security-Policy", "; ".join(f"{k} {v}" for k, v in policy.items()))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-store")
        return response
