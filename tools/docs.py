"""Writes into the documentation what the source says: settings, quoted files, who uses a hook.

Run by `make docs` after a change; tests/test_docs.py fails until it was.
"""

import inspect
import re
import tempfile
from pathlib import Path

from portal import hookspecs, kit
from portal.plugins import Plugins
from portal.settings import Settings
from portal.testing import make_settings

ROOT = Path(__file__).resolve().parent.parent
WITHOUT_DOCSTRING = {
    "_": "translates a text in a request",
    "_l": "the same for texts written at import time",
    "ngettext": "a text that depends on a number",
    "ID_KINDS": "kinds of identity documents by key",
    "CATALOGUE": "names of the tables that pages about what is offered are made of, for `kept`",
    "EVERYWHERE": "a scope: rows that belong to no division and are seen by all staff who may open the screen",
    "FONTS": "files of the document font by weight: regular, bold",
    "FROM": "the question from when a version holds",
    "MAJOR": "key of professional subjects",
    "PUBLIC": "key of public subjects",
    "Model": "base of mapped classes",
    "hookimpl": "marks an implementation of a hook",
}


def quote_files(text: str) -> str:
    """Fills each block that stands under `<!-- file: path -->` with that file."""
    block = re.compile(r"(<!-- file: (\S+) -->\n```\w*\n).*?(```)", re.DOTALL)
    return block.sub(lambda found: found[1] + (ROOT / found[2]).read_text("utf-8") + found[3], text)


def list_settings(text: str) -> str:
    """Rewrites the rows of the settings table."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "" if "Secret" in str(field.annotation) or default == "" else f"`{default}`"
        rows.append(f"| `PORTAL_{name.upper()}` | {shown} | {field.description} |\n")
    table = re.compile(r"(\| variable \| default \| meaning \|\n\|---\|---\|---\|\n)(?:\|.*\n)*")
    return table.sub(lambda found: found[1] + "".join(rows), text)


def name_users(text: str) -> str:
    """Rewrites the "Used by" line under each hook."""
    with tempfile.TemporaryDirectory() as folder:
        plugins = Plugins(make_settings(Path(folder)))
    for hook in (*hookspecs.DECLARE, *hookspecs.ASK, *hookspecs.TELL):
        users = ", ".join(sorted(p.name for p in plugins.all if p.bundled and hook in p.hooks)) or "none yet"
        line = re.compile(rf"(^### {hook}\(.*?^Used by: )[^\n]*", re.DOTALL | re.MULTILINE)
        text = line.sub(lambda found, users=users: found[1] + users, text, count=1)  # type: ignore[misc]
    return text


def list_kit(text: str) -> str:
    """Rewrites the table of what plugins may import, with the first sentence of each docstring."""
    rows = []
    for name in sorted(kit.__all__, key=str.lower):
        said = WITHOUT_DOCSTRING.get(name) or (inspect.getdoc(getattr(kit, name)) or "").splitlines()[0]
        rows.append(f"| `{name}` | {said.replace('|', '/')} |\n")
    table = re.compile(r"(\| name \| what it is \|\n\|---\|---\|\n)(?:\|.*\n)*")
    return table.sub(lambda found: found[1] + "".join(rows), text)


def rewritten(path: Path) -> str:
    """What this page should say."""
    text = quote_files(path.read_text("utf-8"))
    special = {"operations.md": list_settings, "hooks.md": name_users, "kit.md": list_kit}.get(path.name)
    return special(text) if special else text


def main() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        after = rewritten(path)
        if after != path.read_text("utf-8"):
            path.write_text(after, "utf-8")
            print(f"{path.relative_to(ROOT)} rewritten")


if __name__ == "__main__":
    main()
