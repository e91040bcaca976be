"""Languages: Chinese always, English by a switch; catalogues are read from .po files, without a build step.

Message ids are English. Each room and each plugin keeps `translations/zh_Hans_CN.po`; they are merged over the
catalogues of Flask-AppBuilder once per process and language. Who comes first is heard: no plugin changes what the
core says.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import flask_appbuilder
from babel.core import Locale
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, has_request_context, session
from flask_babel import Babel, Domain, get_locale

CHINESE, ENGLISH = "zh_Hans_CN", "en"
LANGUAGES = {CHINESE: {"flag": "cn", "name": "中文"}, ENGLISH: {"flag": "gb", "name": "English"}}
_FAB = Path(flask_appbuilder.__file__).parent / "translations"
_CORE = Path(__file__).parent.parent


class Catalogues(Domain):
    """All messages of the application in one catalogue per language, kept for the life of the process."""

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__([])
        self._folders = list(folders)
        self._read_ones: dict[Locale | None, Translations] = {}

    def get_translations(self) -> Translations:
        # A page asks some hundred times: Flask-Babel hands out the same object each time, which is its own key.
        locale = get_locale()
        found = self._read_ones.get(locale)
        if found is None:
            found = self._read_ones[locale] = self._read(str(locale or CHINESE))
        return found

    def _read(self, locale: str) -> Translations:
        merged = Translations()
        merged._catalog = {}
        # Neither Chinese nor our English ids need another plural rule; Chinese has one form.
        merged.plural = (lambda n: 0) if locale == CHINESE else (lambda n: int(n != 1))
        if locale != CHINESE:
            return merged
        framework = getattr(Translations.load(str(_FAB), ["zh"]), "_catalog", {})
        for file in (folder / "translations" / f"{locale}.po" for folder in self._folders):
            if file.exists():
                merged._catalog = _messages(file, locale) | merged._catalog
        merged._catalog = framework | merged._catalog
        return merged


def _messages(file: Path, locale: str) -> dict[Any, str]:
    with file.open("rb") as handle:
        catalogue = read_po(handle, locale=locale)
    found: dict[Any, str] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, tuple):
            texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            found.update({(message.id[0], form): str(text) for form, text in enumerate(texts) if text})
        elif message.string:
            found[message.id] = str(message.string)
    return found


class _PortalBabel(Babel):
    """Flask-Babel makes a fresh domain for each request; ours is read once."""

    def __init__(self, catalogues: Catalogues) -> None:
        super().__init__()
        self._catalogues = catalogues

    @property
    def domain_instance(self) -> Domain:
        return self._catalogues


@cache
def _locale(language: str) -> Locale:
    """Parsed once: Babel looks for a file each time."""
    return Locale.parse(language)


def chosen() -> Locale:
    """The reader's language: what the switch set, never the browser's header."""
    language = session.get("locale") if has_request_context() else None
    return _locale(language if language in LANGUAGES else CHINESE)


def init_app(app: Flask, folders: Iterable[Path]) -> None:
    """Replaces whatever language set-up the frameworks made. Call after them."""
    rooms = sorted(path.parent for path in _CORE.glob("*/translations"))
    app.config["BABEL_DEFAULT_LOCALE"] = CHINESE
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["LANGUAGES"] = LANGUAGES
    catalogues = Catalogues([*rooms, *folders])
    _PortalBabel(catalogues).init_app(app, locale_selector=chosen)
    # Templates ask some eighty times a page: straight, not by way of the request's domain.
    ask = catalogues.get_translations
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: ask().ugettext(text), lambda one, many, n: ask().ungettext(one, many, n), newstyle=True
    )
