"""What is said on the next page waits in the cookie, which anybody at the device can read: nobody is named there."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What a sentence may be filled with: numbers, and titles of what is for sale.
PLAIN = {"rest", "most", "version", "title", "added", "count", "num", "number"}
CODES = {"portal/people/clerk_views.py": {"name"}}  # the user name of an organisation is its public code


def calls() -> list[tuple[str, ast.Call]]:
    """Every call of `flash` in the portal and its plugins, with its place."""
    found = []
    for folder in ("portal", "plugins", "examples"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "flash":
                    found.append((f"{file.relative_to(ROOT)}:{node.lineno}", node))
    return found


def filled(call: ast.Call) -> set[str]:
    """Names of what the sentence of a call is filled with."""
    inside = [node for node in ast.walk(call.args[0]) if isinstance(node, ast.Call)]
    keys = [node for node in ast.walk(call.args[0]) if isinstance(node, ast.Dict)]
    words = {word.arg or "**" for node in inside for word in node.keywords}
    return words | {str(getattr(key, "value", "?")) for node in keys for key in node.keys}


def test_no_message_of_the_next_page_is_filled_with_a_person() -> None:
    assert len(calls()) > 40
    wrong = {place: sorted(filled(call) - PLAIN - CODES.get(place.split(":")[0], set())) for place, call in calls()}
    assert {place: names for place, names in wrong.items() if names} == {}
