"""Pages that are the same for everybody who is not logged in, drawn once and kept by each process.

What differs from visitor to visitor, the tokens of forms and scripts, is put in when a page is shown. A page is kept
until somebody writes to a watched table (portal.versions), at most a minute, and never past midnight.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf

from portal import clock, versions
from portal.web import headers

SECONDS = 60  # time itself changes pages: a notice appears at its hour, plugins' cards may say anything
MOST = 200  # addresses
_TOKENLESS = {"csrf_token", "locale"}  # all a visitor's cookie may hold; a login or a word to be flashed is personal
# What stands for the tokens while a page is kept. Random, so that nothing somebody wrote can look like it.
_FORM, _SCRIPT = secrets.token_hex(16), secrets.token_hex(16)

View = Callable[[], str]


@dataclass(frozen=True)
class _Page:
    text: str
    marks: versions.Marks
    day: object
    until: float


def kept(view: View) -> Callable[[], ResponseReturnValue]:
    """Keeps what a view without arguments draws for visitors who are not logged in and ask no question."""

    @wraps(view)
    def show() -> ResponseReturnValue:
        if request.query_string or not _TOKENLESS.issuperset(session):
            return view()
        pages: dict[tuple[str, str], _Page] = current_app.extensions["portal_kept"]
        key, marks = (request.path, str(get_locale())), versions.marks()
        page, day = pages.get(key), clock.today(clock.now())
        if page is None or (page.marks, page.day) != (marks, day) or page.until < time.monotonic():
            page = _Page(_drawn(view), marks, day, time.monotonic() + SECONDS)
            if len(pages) >= MOST:
                pages.clear()
            pages[key] = page
        return page.text.replace(_FORM, generate_csrf()).replace(_SCRIPT, headers.csp_nonce())

    return show


def _drawn(view: View) -> str:
    """The page with marks in place of this visitor's tokens."""
    tokens: dict[str, Any] = {"csrf_token": _FORM, "csp_nonce": _SCRIPT}
    for name, mark in tokens.items():
        setattr(g, name, mark)
    try:
        return view()
    finally:
        for name in tokens:
            g.pop(name, None)


def init_app(app: Flask) -> None:
    """An empty shelf for each application and process."""
    app.extensions["portal_kept"] = {}
