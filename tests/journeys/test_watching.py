"""The negative control of all journeys: a bad page is noticed."""

import pytest
from playwright.sync_api import Page

from tests.journeys.visitor import Visitor


@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_a_bad_page_is_noticed(page: Page) -> None:
    visitor = Visitor(page, "about:", "phone")
    page.set_content(
        "<html lang=zh><title>x</title><meta name=viewport content='width=device-width, initial-scale=1'>"
        "<main><h1>坏页</h1><img src='http://example.invalid/a.png'>"
        "<div style='width:900px'>wide</div><script>broken()</script></main></html>"
    )
    visitor.look()
    noticed = " ".join(visitor.complaints)
    for mistake in ("wider than the screen", "axe image-alt", "script:", "another host: example.invalid"):
        assert mistake in noticed
