"""Plugins of strangers, made on the spot."""

from types import ModuleType

from portal.hookspecs import hookimpl


def plugin(name: str, **hooks: object) -> tuple[str, ModuleType]:
    """A plugin whose hooks are the given functions, or the given answers: `nav_items=[...]`."""
    module = ModuleType(f"portal_{name}", f"A stranger's plugin {name}.")
    module.__file__ = __file__
    for hook, given in hooks.items():
        setattr(module, hook, hookimpl(given if callable(given) else (lambda answer: lambda: answer)(given)))
    return name, module
