"""Templates are compiled once for each language, with what is the same in every answer written in.

`{{ _("Log in") }}` and `{{ url_for("access.login") }}` become constants: a page asks for a hundred of them, and looking
each up took most of the time of drawing it. A text with values is looked up once and filled in by each page. Templates
need not know.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

import jinja2
from flask import has_request_context, request
from flask.templating import Environment
from flask_babel import get_domain, get_locale, gettext
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup
from werkzeug.routing import BuildError

TEXTS = frozenset({"_", "gettext"})
NUMBERED = "ngettext"
ADDRESS = "url_for"
FIXED = frozenset({"language", "site_name", "has_endpoint"})  # globals that say the same as long as the process lives


class _Imported(jinja2.Template):
    """What an import without context gives is made once: it knows the globals of the application and nothing else.

    Jinja compares the names of all globals at each import, in case a page brought some of its own; none does.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class Folding(Environment):
    """An environment that hands every template on to a twin of itself for the language that is spoken.

    Twins share everything but compiled templates; what a template extends, includes or imports is its twin's.
    """

    template_class = _Imported

    def _load_template(self, name: str, globals: Any) -> jinja2.Template:
        told_apart = has_request_context() and not self.overlayed
        return self._twin()._load_template(name, globals) if told_apart else super()._load_template(name, globals)

    def _twin(self) -> "Folding":
        twins: dict[tuple[str, str], Folding] = self.__dict__.setdefault("twins", {})
        key = (str(get_locale()), request.script_root)  # addresses begin with where the site is mounted
        if key not in twins:
            twins[key] = self.overlay()
        return twins[key]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        if not (self.overlayed and escapes):
            return parsed
        own = {found.name for found in parsed.find_all(nodes.Name) if found.ctx != "load"}
        folded: nodes.Template = _Folder(self, own).visit(parsed)
        return folded


class _Folder(NodeTransformer):
    """Writes constants in place of calls. `own`: names a template gives something of its own; those stay."""

    def __init__(self, environment: Environment, own: set[str]) -> None:
        self._globals: MutableMapping[str, Any] = environment.globals
        self._own = own

    def visit_Call(self, call: nodes.Call) -> nodes.Expr:  # noqa: N802 - Jinja's name for it
        self.generic_visit(call)
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name in self._own or call.dyn_args or call.dyn_kwargs:
            return call
        if name in TEXTS:
            return _text(call)
        if name == NUMBERED:
            return _numbered(call)
        asked = name in FIXED or (name == ADDRESS and {value.key for value in call.kwargs} <= {"filename"})
        return self._answer(name, call) if asked else call

    def _answer(self, name: str, call: nodes.Call) -> nodes.Expr:
        """What a global says, where the template names all it is asked for."""
        try:
            given = [value.as_const() for value in call.args]
            named = {value.key: value.value.as_const() for value in call.kwargs}
            ask: Callable[..., Any] = self._globals[name]
            return nodes.Const(ask(*given, **named), lineno=call.lineno)
        except (nodes.Impossible, BuildError):  # an address of a plugin that is not active stands behind a condition
            return call


def _text(call: nodes.Call) -> nodes.Expr:
    """A text in the language that is spoken; like Jinja's own gettext it is always a format."""
    [text] = call.args
    if not isinstance(text, nodes.Const):
        return call
    said = Markup(gettext(text.value))  # noqa: S704 - of our catalogues
    if not call.kwargs:
        return nodes.Const(said % {}, lineno=call.lineno)
    return nodes.Mod(nodes.Const(said), nodes.Dict(_values(call)), lineno=call.lineno)


def _numbered(call: nodes.Call) -> nodes.Expr:
    """A text with a number: every language here tells one from more, or does not care."""
    one, many, number = call.args
    if not isinstance(one, nodes.Const) or not isinstance(many, nodes.Const):
        return call
    ask = get_domain().get_translations().ungettext
    single, several = (nodes.Const(Markup(ask(one.value, many.value, n))) for n in (1, 2))  # noqa: S704 - the same
    is_one = nodes.Compare(number, [nodes.Operand("eq", nodes.Const(1))])
    values = nodes.Dict([nodes.Pair(nodes.Const("num"), number), *_values(call)])
    return nodes.Mod(nodes.CondExpr(is_one, single, several), values, lineno=call.lineno)


def _values(call: nodes.Call) -> list[nodes.Pair]:
    return [nodes.Pair(nodes.Const(value.key), value.value) for value in call.kwargs]
