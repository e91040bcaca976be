"""The player as it is met: by keyboard alone, and without a network for a while."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SIZES, Site
from tests.journeys.visitor import Visitor
from tests.journeys.walks import log_in

AWAY = "网络断开了"
LONG = 40_000  # milliseconds: a lesson of 12 s on a busy machine


def _lesson(visitor: Visitor, site: Site, number: int) -> str:
    """Opens a video nobody has begun, of one of the learner's courses; each journey has one of its own."""
    account = site.accounts["learner"]
    log_in(visitor, account["login"], account["password"])
    visitor.open("/centre/courses?state=open")
    links = visitor.page.locator("main .c-what b a")
    visitor.go(links.nth(links.count() - 1 - number))
    expect(visitor.page.locator("video")).to_be_visible()
    return visitor.page.url


def _plays(page: Page) -> None:
    page.evaluate("document.querySelector('video').play()")


def _passed(page: Page, second: float) -> None:
    """Waits until so much of the video was shown."""
    page.wait_for_function("at => document.querySelector('video').currentTime > at", arg=second, timeout=LONG)


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_lesson_by_keyboard_alone(visitor: Visitor, site: Site) -> None:
    page = visitor.page
    _lesson(visitor, site, 0)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "VIDEO":
            break
    page.keyboard.press("Space")
    _passed(page, 1)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('video').paused")
    page.keyboard.press("Space")
    following = page.locator(".p-next a")
    expect(following).to_be_visible(timeout=LONG)
    for _ in range(60):
        if following.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    visitor.look()


def test_a_lost_network_loses_nothing_that_was_seen(visitor: Visitor, site: Site, size: str) -> None:
    page = visitor.page
    _lesson(visitor, site, 1 + list(SIZES).index(size))
    _plays(page)
    _passed(page, 2)
    page.context.set_offline(True)
    expect(page.locator("[data-say]")).to_contain_text(AWAY, timeout=LONG)
    page.wait_for_function("() => document.querySelector('video').ended", timeout=LONG)
    assert not page.locator(".p-next").count()
    page.context.set_offline(False)
    expect(page.locator(".p-next a")).to_be_visible(timeout=LONG)
    expect(page.locator("[data-figure]")).to_have_text("0:12")
    visitor.shot("player-back-online")
    visitor.complaints = [said for said in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in said]
