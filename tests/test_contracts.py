"""The architecture as tests: what import-linter cannot see, and promises that otherwise wear off."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_admin import BaseView as ConsoleView
from flask_appbuilder.api import BaseApi
from flask_appbuilder.baseviews import BaseView
from werkzeug.routing import Rule

from portal.access.guard import RULE
from tests.sources import CODE, PLUGINS, ROOT, files, imports, name, none, strings, tree

OWN_LIBRARIES = {
    "certs": {
        "reportlab",
        "segno",
        "pydantic",
        "PIL",
        "pyhanko",
        "pyhanko_certvalidator",
        "asn1crypto",
        "cryptography",
    },
    "pay_sandbox": {"cryptography"},
    "pay_transfer": {"reportlab"},
}
OPEN_TO_PLUGINS = {"portal.kit", "flask", "sqlalchemy", "wtforms", "werkzeug", "markupsafe", "click"}
ONLY_IN = {  # a library that belongs to one room
    "openpyxl": ("portal/sheets/",),
    "python_calamine": ("portal/sheets/",),
    "defusedxml": ("portal/sheets/",),
    "reportlab": ("plugins/certs/", "plugins/pay_transfer/portal_pay_transfer/paper.py"),
    "pyhanko": ("plugins/certs/",),
    "flask_admin": ("portal/staff/", "portal/app.py"),
    "huey": ("portal/jobs.py",),
    "pypdfium2": ("portal/pdf.py",),  # not safe for two threads: one lock
}
REQUEST_BOUND = {"request", "session", "g", "flash", "redirect", "render_template", "url_for", "make_response"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 60  # lines


# --- who may open a page ----------------------------------------------------------------------------------------


def _views(app: Flask) -> Iterator[tuple[Rule, object]]:
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.endswith("static") and rule.endpoint != "healthz":
            yield rule, app.view_functions[rule.endpoint]


def _is_staff(view: object) -> bool:
    owner = getattr(view, "__self__", None) or getattr(getattr(view, "__wrapped__", None), "__self__", None)
    return isinstance(owner, BaseView | BaseApi | ConsoleView) or getattr(view, "view_class", None) is not None


def _address(rule: Rule) -> str:
    """An address of this route: every variable gets a value of its kind that names nothing."""
    return re.sub(r"<(?:(\w+)(?:\([^>]*\))?:)?\w+>", lambda match: "0" if match[1] == "int" else "x", rule.rule)


def test_every_page_says_who_may_open_it(app: Flask) -> None:
    silent = {rule.endpoint for rule, view in _views(app) if not _is_staff(view) and not hasattr(view, RULE)}
    assert silent == set()


def test_strangers_are_sent_to_the_login(app: Flask, client: FlaskClient) -> None:
    open_to_strangers = {}
    for rule, view in _views(app):
        if getattr(view, RULE, "") != "public" and "GET" in (rule.methods or ()):
            answer = client.get(_address(rule))
            if not (answer.status_code in {302, 303} and "/login" in answer.location) and answer.status_code < 400:
                open_to_strangers[rule.rule] = answer.status_code
    assert open_to_strangers == {}


def test_strangers_change_nothing(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # the guard itself is under test, not the token
    let_in = {}
    for rule, view in _views(app):
        if getattr(view, RULE, "") != "public" and "POST" in (rule.methods or ()):
            answer = client.post(_address(rule))
            if not (answer.status_code in {302, 303} and "/login" in answer.location) and answer.status_code < 400:
                let_in[rule.rule] = answer.status_code
    assert let_in == {}


# --- who may import whom ------------------------------------------------------------------------------------------


def test_the_core_names_no_plugin() -> None:
    packages = {f"portal_{plugin}" for plugin in PLUGINS}
    slips = [
        f"{name(path)}:{node.lineno}"
        for path in files("portal")
        for node in strings(path)
        if any(package in str(node.value) for package in packages)
    ]
    slips += [
        f"{name(path)}:{line}"
        for path in files("portal")
        for module, line in imports(path)
        if module.startswith("portal_")
    ]
    none(slips)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_imports_the_kit_only(plugin: str) -> None:
    allowed = OPEN_TO_PLUGINS | OWN_LIBRARIES.get(plugin, set()) | set(sys.stdlib_module_names) | {f"portal_{plugin}"}
    slips = [
        f"{name(path)}:{line} {module}"
        for path in files("plugins")
        if f"/portal_{plugin}/" in f"/{name(path)}"
        for module, line in imports(path)
        if not any(module == prefix or module.startswith(f"{prefix}.") for prefix in allowed)
    ]
    none(slips)


def test_libraries_stay_in_their_rooms() -> None:
    slips = [
        f"{name(path)}:{line} {module}"
        for path in files(*CODE)
        for module, line in imports(path)
        if (rooms := ONLY_IN.get(module.split(".")[0])) and not name(path).startswith(rooms)
    ]
    none(slips)


def test_only_the_staff_room_stands_on_the_raw_views() -> None:
    """Plugins and rooms declare screens; a raw view would stand outside guard, scope and audit trail."""
    open_to_all = ("flask_appbuilder.Model", "flask_appbuilder.security.sqla.models.")
    slips = [
        f"{name(path)}:{line} {module}"
        for path in files(*CODE)
        for module, line in imports(path)
        if module.startswith("flask_appbuilder.") and not module.startswith(open_to_all)
        if not name(path).startswith("portal/staff/")
    ]
    none(slips)


def test_services_know_no_request() -> None:
    """They run from the command line and from jobs as well."""
    slips = [
        f"{name(path)}:{line} {module}"
        for path in files("portal", "plugins")
        if path.name in {"service.py", "models.py", "rules.py", "drafts.py", "quote.py"}
        for module, line in imports(path)
        if module.startswith("flask.") and module.split(".")[1] in REQUEST_BOUND
    ]
    none(slips)


def test_services_open_no_transaction_and_views_write_no_row() -> None:
    slips = []
    for path in files("portal", "plugins"):
        calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
        for call in calls:
            said = ast.unparse(call.func)
            opens = path.name == "service.py" and said in {"db.write", "database.write"} and not _is_job(path, call)
            writes = path.name == "views.py" and said in {"session.add", "session.delete", "session.add_all"}
            if opens or writes:
                slips.append(f"{name(path)}:{call.lineno} {said}")
    none(slips)


def _is_job(path: Path, call: ast.Call) -> bool:
    """A function that takes a JobContext is run by the worker and opens its own transactions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef) and node.lineno <= call.lineno <= (node.end_lineno or 0):
            return any(
                argument.annotation and "JobContext" in ast.unparse(argument.annotation) for argument in node.args.args
            )
    return False


# --- what keeps a file readable -----------------------------------------------------------------------------------


def test_no_file_and_no_function_is_long() -> None:
    long = [
        f"{name(path)}: {lines} lines"
        for suffix in (".py", ".html", ".js")
        for path in files(*CODE, "tests", suffix=suffix)
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    ]
    long += [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in files(*CODE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    none(long)


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    left = [
        f"{name(path)}:{number}"
        for suffix in (".py", ".html", ".js", ".css", ".md", ".toml")
        for path in files(suffix=suffix)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if words.search(line)
    ]
    none(left)


def test_no_module_is_named_by_nothing() -> None:
    vague = {"util", "utils", "helper", "helpers", "common", "misc", "manager"}
    assert [name(path) for path in files(*CODE, "tests") if {path.stem, *path.parts} & vague] == []


def test_every_module_says_what_it_is_for() -> None:
    """Of models.py the tables say it, class by class; __main__.py needs no words."""
    spoken_for = {"__main__.py", "models.py"}
    modules = [path for path in files(*CODE) if path.name not in spoken_for and path.read_text("utf-8").strip()]
    assert [name(path) for path in modules if not ast.get_docstring(tree(path))] == []


def test_every_table_says_what_it_holds() -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in files("portal", "plugins")
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and "__tablename__" in ast.unparse(node) and not ast.get_docstring(node)
    ]
    none(silent)


def test_every_service_function_says_what_it_is_for() -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in files("portal", "plugins")
        if path.name in {"service.py", "kit.py", "hookspecs.py"}
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    none(silent)


# --- what pages may load ------------------------------------------------------------------------------------------


def test_pages_load_nothing_from_another_host() -> None:
    foreign = re.compile(
        r"(?:src|href|url|import|from|fetch)\s*[=(]?\s*[\"'(]?(?:https?:)?//(?!www\.w3\.org)", re.IGNORECASE
    )
    slips = [
        f"{name(path)}:{number}"
        for suffix in (".html", ".js", ".css")
        for path in files(*CODE, suffix=suffix)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if foreign.search(line)
    ]
    none(slips)


def test_templates_have_no_inline_handlers() -> None:
    """The content policy would silently kill them."""
    handler = re.compile(r"<[^>]*\son(click|change|submit|load|input|keyup)\s*=", re.IGNORECASE)
    slips = [name(path) for path in files(*CODE, suffix=".html") if handler.search(path.read_text("utf-8"))]
    none(slips)


def test_the_root_is_the_repository() -> None:
    """Every test above would pass over an empty list."""
    assert (ROOT / "portal/app.py") in set(files("portal"))
    assert len(list(files(*CODE))) > 50
