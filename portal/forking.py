"""Workers that are forked: each connects by itself, and what its parent has stays with the parent, which uses it."""

import os
from weakref import WeakSet

from sqlalchemy import Engine

_engines: WeakSet[Engine] = WeakSet()


def watch(engine: Engine) -> None:
    """From now on a child of this process begins with no connection of an engine."""
    _engines.add(engine)


def _begin_anew() -> None:
    for engine in list(_engines):
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_anew)
