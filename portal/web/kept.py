"""Pages and pieces of pages that are the same for many visitors, drawn once and kept by each process.

What differs from visitor to visitor, the tokens of forms and scripts, is put in when something is shown. It is kept
until somebody writes to one of the tables it names (portal.versions), at most a minute, and never past midnight. A
piece names fewer tables than its page: after a write only what shows that table is drawn anew. What shows neither rows
nor the time, such as the bar or a form, is `lasting`: drawn once by each process.
"""

import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from portal import clock, versions
from portal.web import headers

SECONDS = 60  # time itself changes pages: a notice appears at its hour, plugins' cards may say anything
MOST = 500  # pages and pieces
_TOKENLESS = {"csrf_token", "locale"}  # all a visitor's cookie may hold; a login or a word to be flashed is personal
# What stands for the tokens while something is kept. Random, so that nothing somebody wrote can look like it.
_FORM, _SCRIPT = secrets.token_hex(16), secrets.token_hex(16)
_TOKENS: dict[str, str] = {"csrf_token": _FORM, "csp_nonce": _SCRIPT}

View = Callable[..., Any]


class _Ends(NamedTuple):
    """What ends something that is kept: a write to one of the tables, and the time, unless it is lasting."""

    tables: tuple[str, ...]
    lasting: bool = False


@dataclass(frozen=True)
class _Kept:
    text: str
    marks: versions.Marks
    day: object
    until: float


def kept(*tables: str, by: str = "") -> Callable[[View], View]:
    """Keeps the page a view draws for visitors who are not logged in: one for each address and language.

    The view returns text. A question in the address is answered anew each time, but for a whole number named `by`.
    """
    versions.must_be_watched(tables)

    def keep(view: View) -> View:
        @wraps(view)
        def show(**values: Any) -> ResponseReturnValue:
            asked = request.args.to_dict(flat=False)
            number = asked.pop(by, ["0"])
            if asked or len(number) > 1 or not _small(number[0]) or not _TOKENLESS.issuperset(session):
                return view(**values)  # type: ignore[no-any-return]
            return _shown((request.path, number[0]), _Ends(tables), lambda: view(**values))

        return show

    return keep


def piece(name: str, *tables: str, lasting: bool = False, caller: Callable[[], str]) -> Markup:
    """A part of a template that is the same for everybody who reads its language:

    {% call piece("home.notices", "notice") %}...{% endcall %}. What it needs is best asked for inside, so that it is
    not read where the piece is known.

    :param lasting: it says the same as long as the process lives; then it names no tables
    """
    return Markup(_shown(("", name), _Ends(tables, lasting), caller))  # noqa: S704 - what a template drew


def _small(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _shown(name: tuple[str, str], ends: _Ends, draw: Callable[[], str]) -> str:
    """What is kept under a name, drawn anew where it may be true no longer, with this visitor's tokens."""
    text = _text(name, ends, draw)
    if g.get("csrf_token") == _FORM:  # part of what is being drawn to be kept
        return text
    return text.replace(_FORM, generate_csrf()).replace(_SCRIPT, headers.csp_nonce())


def _text(name: tuple[str, str], ends: _Ends, draw: Callable[[], str]) -> str:
    shelf: dict[tuple[str, ...], _Kept] = current_app.extensions["portal_kept"]
    key, marks = (*name, str(get_locale())), versions.marks(ends.tables)
    day = None if ends.lasting else clock.today(clock.now())
    found = shelf.get(key)
    if found is None or (found.marks, found.day) != (marks, day) or found.until < time.monotonic():
        text = _drawn(draw)
        whole = ends.lasting and not g.get("plugin_failed")
        found = _Kept(text, marks, day, math.inf if whole else time.monotonic() + SECONDS)
        if len(shelf) >= MOST:
            shelf.clear()
        shelf[key] = found
    return found.text


def _drawn(draw: Callable[[], str]) -> str:
    """The text with marks in place of this visitor's tokens."""
    own = {name: g.pop(name, None) for name in _TOKENS}
    for name, mark in _TOKENS.items():
        setattr(g, name, mark)
    try:
        return str(draw())
    finally:
        for name, token in own.items():
            g.pop(name, None)
            if token is not None:
                setattr(g, name, token)


def _csrf_token() -> str:
    """The form token of this answer, or the mark in its place; asked for many times on a page."""
    token: str = g.get("csrf_token") or generate_csrf()
    return token


def init_app(app: Flask) -> None:
    """An empty shelf for each application and process."""
    app.extensions["portal_kept"] = {}
    app.jinja_env.globals.update(piece=piece, csrf_token=_csrf_token)
    app.context_processor(lambda: {"csrf_token": _csrf_token})  # over that of Flask-WTF
