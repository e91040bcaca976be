"""Nonsense sent to every route by every kind of visitor: an answer of ours each time, never a fault or a trace.

`make search` sends far more of it.
"""

import re
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from tests.access.test_matrix import ACTORS, actors, rules, world

__all__ = ["actors", "world"]  # fixtures

AWKWARD = (
    *("", " ", "0", "-1", "1", "424242", "9" * 25, "1e9", "NaN", "１２", "0x10", "true", "null", "[]", "{}", "[[1,2]]"),
    *("2026", "2026-13-45", "2026-02-30", "0001-01-01", "9999-12-31", "24:61"),
    *(
        "\x00",
        "\r\nSet-Cookie: a=b",
        "'",
        "';--",
        "%00",
        "%",
        "_",
        "\\",
        "../../etc/passwd",
        "//evil.example",
        "{{7*7}}",
    ),
    *("<script>alert(1)</script>", "𬱖", "阿不都热依木·买买提", "\u202e\u200b", "é" * 300, "x" * 20_000),
)
NAMES = (
    *("q", "page", "size", "order", "next", "to", "year", "kind", "state", "number", "name", "code", "course", "from"),
    *("placed_at_from", "placed_at_to", "division", "learner", "class_id", "courses", "token", "played", "position"),
    *("answer", "do", "title", "id_number", "phone", "email", "password", "agree", "amount", "reason", "reset"),
)
CONVERTER = re.compile(r"<(?:(\w+)(?:\([^>]*\))?:)?(\w+)>")

value = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=30), st.integers().map(str))
fields = st.dictionaries(st.sampled_from(NAMES), value, max_size=4)
whole = st.integers(0, 2**70).map(str)
segment = value.filter(lambda text: text and "/" not in text and text not in (".", ".."))
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | value,
    lambda one: st.lists(one) | st.dictionaries(st.sampled_from(NAMES), one),
    max_leaves=6,
)


def address(draw: Any, route: Rule) -> str:
    """The route's address with something in each of its places."""

    def fill(found: re.Match[str]) -> str:
        return str(draw(whole)) if found[1] == "int" else quote(draw(segment), safe="")  # a "?" would begin a query

    return CONVERTER.sub(fill, route.rule)


@pytest.mark.slow
@pytest.mark.parametrize("actor", ACTORS)
def test_nonsense_gets_an_answer(app: Flask, actors: dict[str, FlaskClient], actor: str) -> None:
    client = actors[actor]
    routes = [route for route, _said in rules(app) if route.endpoint != "access.logout"]

    @settings(max_examples=max(400, settings.default.max_examples), suppress_health_check=list(HealthCheck))
    @given(st.data())
    def send(data: st.DataObject) -> None:
        route = data.draw(st.sampled_from(routes), label="route")
        method = data.draw(st.sampled_from(sorted(route.methods or ())), label="method")
        body: dict[str, Any] = {"data": data.draw(fields)}
        if method not in ("GET", "HEAD") and data.draw(st.booleans(), label="as JSON"):
            body = {"json": data.draw(json)}
        elif method in ("GET", "HEAD"):
            body = {"query_string": data.draw(fields)}
        answer = client.open(address(data.draw, route), method=method, buffered=True, **body)
        assert answer.status_code < 500
        assert b"Traceback" not in answer.data[:100_000]
        assert "a=b" not in answer.headers.getlist("Set-Cookie")

    send()
