"""What no request may hold, and where no answer may lead."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.access.visitor import safe_next


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/centre?year=2026", True),
        ("/courses?q=高 压", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),  # browsers and Werkzeug drop the tab
        ("/\r/evil.example", False),
        ("/a\nb", False),
        ("https://evil.example", False),
        ("", False),
        (None, False),
    ],
)
def test_where_a_login_leads(app: Flask, target: str | None, kept: bool) -> None:
    assert safe_next(target, "/home") == (target if kept else "/home")


def test_nul_is_refused_before_anything_reads_it(client: FlaskClient) -> None:
    for answer in (
        client.get("/courses?q=%00"),
        client.get("/lookup/employers?q=a%00b"),
        client.get("/verify/%00"),
    ):
        assert answer.status_code == 400


def test_json_nested_without_end_is_no_fault(client: FlaskClient) -> None:
    answer = client.post("/study/report", data="[" * 200_000, content_type="application/json")
    assert answer.status_code < 500
