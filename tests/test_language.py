"""Both languages are complete: every message has its Chinese, every catalogue entry is used, no text escapes."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import nodes

from tests.sources import CODE, files, imports, name, none, strings, tree

HAN = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
# Chinese stands here as data: a site's own names, divisions, courses, agreements, the defaults of settings.
DATA = re.compile(
    r"demo|portal/settings\.py|portal/divisions/|seed|agreement|/data/|/testing\.py|certs/.*template|sample"
)
# Both languages side by side, the name of the other language, a class name: text that needs no translation.
BRANCH = re.compile(
    r"\{% if language\(\).*?\{% endif %\}"
    r"|lang=\"(?:zh-CN|en)\"[^>]*>[^<]*"
    r"|\{% block main_class %\}.*?\{% endblock %\}"
    r"|\{#.*?#\}",
    re.DOTALL,
)
SAME_IN_BOTH = {"App", "ID", "PDF", "URL", "htmx", "JPG", "PNG", "MB", "KB", "cm", "px"}


def _owner(path: Path) -> str:
    """The catalogue a file's messages must be in: the core's, or its plugin's."""
    parts = name(path).split("/")
    return "core" if parts[0] == "portal" else parts[1]


def _messages(path: Path) -> Iterator[tuple[str, int]]:
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    with path.open("rb") as handle:
        for line, message, _comments, _context in extract(method, handle, keywords=KEYWORDS):
            yield (message[0] if isinstance(message, tuple) else message), line


def _sources() -> Iterator[Path]:
    for suffix in (".py", ".html", ".txt"):
        yield from files(*CODE, suffix=suffix)


def _read(path: Path) -> Catalog:
    with path.open("rb") as handle:
        return read_po(handle, locale="zh_Hans_CN", abort_invalid=True)


def _translated() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in files(*CODE, suffix=".po"):
        for message in _read(path):
            identity = message.id[0] if isinstance(message.id, tuple) else message.id
            text = message.string[0] if isinstance(message.string, tuple | list) else message.string
            if identity and text:
                found[_owner(path)][identity] = text
    return found


def _plain(path: Path) -> str:
    """A template without what is said in both languages already; the tag before a language's name stays whole."""
    return BRANCH.sub(lambda found: ">" if found[0].startswith("lang") else "", path.read_text("utf-8"))


def test_every_message_has_its_chinese() -> None:
    chinese = _translated()
    missing = [
        f"{name(path)}:{line} {message!r}"
        for path in _sources()
        for message, line in _messages(path)
        if message and message not in chinese[_owner(path)] and message not in chinese["core"]
    ]
    none(missing)


def test_every_chinese_entry_is_used() -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for path in _sources():
        used[_owner(path)].update(message for message, _line in _messages(path))
    stale = [
        f"{owner}: {message!r}"
        for owner, known in _translated().items()
        for message in known
        if message not in used[owner]
    ]
    none(stale)


def test_one_english_has_one_chinese() -> None:
    """All catalogues are one: another Chinese of the same id would never be shown."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for path in files(*CODE, suffix=".po"):
        for message in _read(path):
            if message.id:
                said[str(message.id)][name(path)] = str(message.string)
    none([f"{identity}: {texts}" for identity, texts in said.items() if len(set(texts.values())) > 1])


def test_catalogues_are_sound() -> None:
    """Nothing fuzzy, nothing empty, the same placeholders on both sides, one Chinese for one English."""
    problems = []
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for path in files(*CODE, suffix=".po"):
        for message in _read(path):
            if not message.id:
                continue
            identity = message.id[0] if isinstance(message.id, tuple) else message.id
            text = message.string[0] if isinstance(message.string, tuple | list) else message.string
            where = f"{name(path)}: {identity!r}"
            if message.fuzzy or not text:
                problems.append(f"{where} is fuzzy or empty")
            english = set(PLACEHOLDER.findall(" ".join(message.id) if isinstance(message.id, tuple) else identity))
            if set(PLACEHOLDER.findall(text)) - english or (
                not message.pluralizable and set(PLACEHOLDER.findall(text)) != english
            ):
                problems.append(f"{where} has other placeholders")
            before = seen.setdefault((_owner(path), identity), (text, name(path)))
            if before[0] != text:
                problems.append(f"{where} is also {before[0]!r} in {before[1]}")
    none(problems)


def test_english_ids_carry_no_chinese() -> None:
    assert [m for path in _sources() for m, _line in _messages(path) if HAN.search(m)] == []


@pytest.mark.parametrize("suffix", [".html", ".js", ".css"])
def test_no_chinese_stands_in_pages_and_scripts(suffix: str) -> None:
    comment = re.compile(r"\{#.*?#\}|/\*.*?\*/|<!--.*?-->|^\s*//.*?$", re.DOTALL | re.MULTILINE)
    slips = [
        f"{name(path)}: {found[0]}"
        for path in files(*CODE, suffix=suffix)
        if (found := re.search(r".*[\u3400-\u9fff].*", comment.sub("", _plain(path))))
    ]
    none(slips)


def test_no_chinese_stands_in_code() -> None:
    slips = [
        f"{name(path)}:{node.lineno} {node.value!r}"
        for path in files("portal", "plugins")
        if not DATA.search(name(path))
        for node in strings(path)
        if HAN.search(str(node.value)) and not _is_pattern(str(node.value))
    ]
    none(slips)


def _is_pattern(text: str) -> bool:
    """A character class, or single characters that stand for themselves (date formats, punctuation)."""
    return "[" in text or len(HAN.findall(text)) <= 3


def test_every_word_in_a_template_can_be_translated(app: Flask) -> None:
    """Text between tags that is not inside _(): Chinese readers would see English."""
    slips = []
    for path in files(*CODE, suffix=".html"):
        parsed = app.jinja_env.parse(_plain(path))
        text = "\x00".join(node.data for node in parsed.find_all(nodes.TemplateData))
        text = re.sub(r"<(script|style|svg)\b.*?</\1>", "", text, flags=re.DOTALL)
        text = re.sub(r"<[^<>]*>", " ", text, flags=re.DOTALL)
        text = re.sub(r"^[^<>]*>|<[^<>]*$|&\w+;", " ", text)
        words = set(re.findall(r"[A-Za-z]{2,}", text)) - SAME_IN_BOTH
        if words:
            slips.append(f"{name(path)}: {sorted(words)}")
    none(slips)


# --- addresses ----------------------------------------------------------------------------------------------------


def test_every_address_asked_for_exists(app: Flask) -> None:
    known = set(app.view_functions)
    slips = []
    for path in files("portal", "plugins", suffix=".html"):
        for call in app.jinja_env.parse(path.read_text("utf-8")).find_all(nodes.Call):
            if (
                isinstance(call.node, nodes.Name)
                and call.node.name == "url_for"
                and isinstance(call.args[0], nodes.Const)
            ):
                endpoint = str(call.args[0].value)
                if endpoint not in known and not endpoint.startswith(("appbuilder.", "admin.")):
                    slips.append(f"{name(path)}:{call.lineno} {endpoint}")
    for path in files("portal", "plugins"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "url_for" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and first.value not in known:
                    slips.append(f"{name(path)}:{node.lineno} {first.value}")
    none(slips)


def test_only_the_shell_imports_the_translator_of_plugins() -> None:
    """A plugin's texts go through portal.kit, so that they land in the catalogue that is read."""
    slips = [
        f"{name(p)}:{line}" for p in files("plugins") for module, line in imports(p) if module.startswith("flask_babel")
    ]
    none(slips)
