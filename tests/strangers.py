"""Plugins of strangers, made on the spot."""

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from flask import Flask

from portal import db
from portal.app import create_app
from portal.hookspecs import hookimpl
from portal.settings import Settings
from portal.testing import under_test

Start = Callable[..., Flask]


def plugin(name: str, **hooks: object) -> tuple[str, ModuleType]:
    """A plugin whose hooks are the given functions, or the given answers: `nav_items=[...]`."""
    module = ModuleType(f"portal_{name}", f"A stranger's plugin {name}.")
    module.__file__ = __file__
    for hook, given in hooks.items():
        setattr(module, hook, hookimpl(given if callable(given) else (lambda answer: lambda: answer)(given)))
    return name, module


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts the portal with a stranger's plugin "s" and leaves its context open."""
    contexts = []

    def begin(**hooks: object) -> Flask:
        app = under_test(create_app(settings, [plugin("s", **hooks)]))
        contexts.append(app.app_context())
        contexts[-1].push()
        return app

    yield begin
    for context in contexts:
        db.engine().dispose()
        context.pop()
