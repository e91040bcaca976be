"""Where the project's own text stands, for the tests that read it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ("enrollment", "self_select", "group_reg", "certs", "pay_sandbox", "pay_transfer")
NAMED = PLUGINS[:4]  # the plugins that may be present or absent in any combination
CODE = ("portal", "plugins", "examples")


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the repository, also those not yet added; never what git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return tuple(path for name in sorted(set(names)) if (path := ROOT / name).is_file())


def files(*folders: str, suffix: str = ".py") -> Iterator[Path]:
    """Tracked files under some top folders, without generated schema versions."""
    for path in tracked():
        inside = not folders or name(path).split("/")[0] in folders
        if inside and path.suffix == suffix and not re.search(r"migrations/.*_\d{4}\.py$", name(path)):
            yield path


def none(found: list[str]) -> None:
    """Fails with every finding on a line of its own."""
    __tracebackhide__ = True
    if found:
        pytest.fail("\n".join(["", *found]), pytrace=False)


def name(path: Path) -> str:
    """Path as people write it, from the top of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file names in an import, also under TYPE_CHECKING and inside functions, with the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def strings(path: Path) -> Iterator[ast.Constant]:
    """String constants of a file, without docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node
