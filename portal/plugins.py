"""Finding, checking and calling plugins: one manager per application, loaded in two phases.

Phase one collects and validates each plugin's declarations; only then does the core apply any of them.
A plugin that fails is switched off with its error kept for `portal plugins`; the portal starts without it.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

import pluggy
import structlog
from flask import current_app, g
from flask_appbuilder import Model

from portal import hookspecs
from portal.settings import Settings
from portal.types import Declaration, DocumentVariable, PluginSetting

log = structlog.get_logger(__name__)
GROUP = "portal.plugins"
DISTRIBUTION = "xueshi"
T = TypeVar("T")


@dataclass
class Plugin:
    """One installed plugin: where it came from, what it declared, and why it is off if it is."""

    name: str
    version: str
    bundled: bool
    module: Any = None
    declared: dict[str, list[Any]] = field(default_factory=dict)
    values: dict[str, str | int | bool] = field(default_factory=dict)
    off: str = ""  # "" when on; "disabled" or the error when off

    @property
    def title(self) -> str:
        """First line of the plugin module's docstring: the one place its description is written."""
        return (getattr(self.module, "__doc__", None) or self.name).strip().splitlines()[0]

    @property
    def folder(self) -> Path:
        return Path(self.module.__file__).parent

    @property
    def hooks(self) -> list[str]:
        names = (*hookspecs.DECLARE, *hookspecs.ASK, *hookspecs.TELL)
        return [name for name in names if hasattr(self.module, name)]


class Plugins:
    """The application's plugins. `active` is sorted by name. `reserved` are the keys of the core's own screens."""

    def __init__(self, settings: Settings, extra: Iterable[tuple[str, Any]] = (), reserved: Iterable[str] = ()) -> None:
        self.reserved = frozenset(reserved)
        self.manager = pluggy.PluginManager("portal")
        self.manager.add_hookspecs(hookspecs)
        if os.environ.get("PORTAL_TRACE_HOOKS"):
            self.manager.trace.root.setwriter(print)
            self.manager.enable_tracing()
        self.all: list[Plugin] = []
        for plugin, load in self._found(extra):
            self.all.append(plugin)
            self._load(plugin, load, settings)
        self.manager.check_pending()
        self._refuse_double_keys()

    @property
    def active(self) -> list[Plugin]:
        return [plugin for plugin in self.all if not plugin.off]

    def declared(self, hook: str) -> list[Any]:
        """All declarations of one kind, sorted by (weight, key) where they have them."""
        found = [item for plugin in self.active for item in plugin.declared.get(hook, [])]
        return sorted(found, key=lambda item: (getattr(item, "weight", 100), str(getattr(item, "key", ""))))

    def get(self, name: str) -> Plugin | None:
        return next((plugin for plugin in self.all if plugin.name == name), None)

    def ask(self, hook: str, *, closed: bool = False, **arguments: Any) -> list[Any]:
        """Answers of all plugins in one list, sorted by (weight, key).

        A plugin that raises is logged and left out, unless `closed`: then the error goes on.
        """
        answers: list[Any] = []
        for plugin in self.active:
            if not hasattr(plugin.module, hook):
                continue
            try:
                answers.extend(self._call(plugin, hook, arguments) or ())
            except Exception:
                if closed:
                    raise
                log.exception("plugin_failed", plugin=plugin.name, hook=hook)
                g.plugin_failed = True  # what is drawn without its answer is not kept for long
        return sorted(answers, key=lambda item: (getattr(item, "weight", 100), str(getattr(item, "key", ""))))

    def subscribers(self, hook: str) -> list[str]:
        """Names of active plugins that implement a telling hook."""
        return [plugin.name for plugin in self.active if hasattr(plugin.module, hook)]

    def tell(self, name: str, hook: str, **arguments: Any) -> None:
        """Delivers to one plugin only, so that another's failure is not its own."""
        plugin = self.get(name)
        if plugin and not plugin.off:
            self._call(plugin, hook, arguments)

    def _call(self, plugin: Plugin, hook: str, arguments: dict[str, Any]) -> Any:
        others = [other.module for other in self.active if other is not plugin]
        results = self.manager.subset_hook_caller(hook, remove_plugins=others)(**arguments)
        return results[0] if results else None

    def _found(self, extra: Iterable[tuple[str, Any]]) -> Iterator[tuple[Plugin, Callable[[], Any]]]:
        points = sorted(entry_points(group=GROUP), key=lambda point: (not _bundled(point), point.name))
        for point in points:
            version = point.dist.version if point.dist else ""
            yield Plugin(point.name, version, _bundled(point)), point.load
        for name, module in extra:
            yield Plugin(name, "", bundled=False), lambda module=module: module  # type: ignore[misc]

    def _load(self, plugin: Plugin, load: Callable[[], Any], settings: Settings) -> None:
        if plugin.name in settings.plugins_disabled:
            plugin.off = "disabled"
            # Known but not called: its folder of migrations must stay findable.
            plugin.module = load()
            return
        try:
            plugin.module = load()
            self.manager.register(plugin.module, name=plugin.name)
            self._declare(plugin)
        except Exception as error:
            self._switch_off(plugin, f"{type(error).__name__}: {error}")

    def _declare(self, plugin: Plugin) -> None:
        for hook in hookspecs.DECLARE:
            if not hasattr(plugin.module, hook):
                continue
            others = [other for other in self.manager.get_plugins() if other is not plugin.module]
            caller = self.manager.subset_hook_caller(hook, remove_plugins=others)
            result = next(iter(caller()), None)
            plugin.declared[hook] = [result] if isinstance(result, Path) else list(result or ())
        _check_tables(plugin)
        _check_screens(plugin, self.reserved)
        plugin.values = {item.name: _value(plugin.name, item) for item in plugin.declared.get("settings", [])}

    def _refuse_double_keys(self) -> None:
        for hook in hookspecs.DECLARE:
            seen: dict[str, str] = {}
            for plugin in self.active:  # bundled first, so a clash switches the third party off
                for item in plugin.declared.get(hook, []):
                    key = getattr(item, "key", None)
                    if not isinstance(key, str) or not key:
                        continue
                    if key in seen:
                        self._switch_off(plugin, f"{hook}: the key {key!r} belongs to {seen[key]}")
                        break
                    seen[key] = plugin.name

    def _switch_off(self, plugin: Plugin, reason: str) -> None:
        plugin.off = reason
        if plugin.module is not None and self.manager.is_registered(plugin.module):
            self.manager.unregister(plugin.module)
        log.error("plugin_off", plugin=plugin.name, reason=reason)


def current_plugins() -> Plugins:
    """The plugins of the running application."""
    plugins = current_app.extensions["portal_plugins"]
    assert isinstance(plugins, Plugins)
    return plugins


def plugin_setting(plugin: str, name: str) -> Any:
    """The value of a plugin's own setting."""
    found = current_plugins().get(plugin)
    assert found is not None, plugin
    return found.values[name]


def document_variables() -> list[DocumentVariable]:
    """What plugins let certificates say."""
    return current_plugins().declared("document_variables")


def keyed(items: Iterable[Declaration], key: str) -> Declaration | None:
    """The declaration with that key."""
    return next((item for item in items if item.key == key), None)


def _bundled(point: EntryPoint) -> bool:
    return point.dist is not None and point.dist.name == DISTRIBUTION


def _check_tables(plugin: Plugin) -> None:
    """FAB's base merges two tables of one name silently, so names carry the plugin's own."""
    package = plugin.module.__name__.split(".")[0]
    mapped = {mapper.class_ for mapper in Model.registry.mappers if mapper.class_.__module__.split(".")[0] == package}
    for model in mapped | set(plugin.declared.get("models", [])):
        if not model.__tablename__.startswith(f"{plugin.name}_"):
            raise ValueError(f"table {model.__tablename__!r} does not begin with {plugin.name}_")
        if model.__module__.split(".")[0] != package:
            raise ValueError(f"table {model.__tablename__!r} is defined outside {package}")


def _check_screens(plugin: Plugin, reserved: frozenset[str]) -> None:
    """A screen that could only fail later, in front of somebody, switches its plugin off now."""
    for screen in plugin.declared.get("screens", []):
        if screen.key in reserved:
            raise ValueError(f"screens: the key {screen.key!r} belongs to the core")
        screen.validate()


def _value(plugin: str, item: PluginSetting) -> str | int | bool:
    text = os.environ.get(f"PORTAL_{plugin}_{item.name}".upper())
    if text is None:
        return item.default
    if isinstance(item.default, bool):
        return text.lower() in {"1", "true", "yes"}
    return int(text) if isinstance(item.default, int) else text
