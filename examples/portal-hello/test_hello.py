"""What a plugin author's first test looks like. Run: pytest (the fixtures come with the portal)."""

import portal_hello
import pytest

from portal.app import create_app
from portal.settings import Settings


def test_hello_is_on_and_greets(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_HELLO_NAME", "Ming")
    app = create_app(settings, [("hello", portal_hello)])
    assert [p.off for p in app.extensions["portal_plugins"].all if p.name == "hello"] == [""]
    page = app.test_client().get("/hello")
    assert page.status_code == 200
    assert "Ming，你好" in page.text
    assert 'href="/hello"' in page.text
