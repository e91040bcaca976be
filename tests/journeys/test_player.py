"""The player as it is met: by keyboard alone, and without a network for a while."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SIZES, Site
from tests.journeys.playing import LONG, open_lesson, passed, plays, stopped
from tests.journeys.visitor import Visitor

AWAY = "网络断开了"


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_lesson_by_keyboard_alone(visitor: Visitor, site: Site) -> None:
    page = visitor.page
    open_lesson(visitor, site, 0)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "VIDEO":
            break
    page.keyboard.press("Space")
    passed(page, 1)
    page.keyboard.press("Space")
    stopped(page)
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
    open_lesson(visitor, site, 1 + list(SIZES).index(size))
    plays(page)
    passed(page, 2)
    page.context.set_offline(True)
    expect(page.locator("[data-say]")).to_contain_text(AWAY, timeout=LONG)
    page.wait_for_function("() => document.querySelector('video').ended", timeout=LONG)
    assert not page.locator(".p-next").count()
    page.context.set_offline(False)
    expect(page.locator(".p-next a")).to_be_visible(timeout=LONG)
    expect(page.locator("[data-figure]")).to_have_text("0:12")
    visitor.shot("player-back-online")
    visitor.complaints = [said for said in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


def test_captions_are_on_and_can_be_changed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/courses")
    visitor.click("试看", role="link", exact=False)
    assert _captions(page) == [["中文字幕", "showing"], ["英文字幕", "disabled"]]
    plays(page)
    _reads_caption(page, 0, "示例视频")
    visitor.shot("captions")
    page.evaluate("for (const track of document.querySelector('video').textTracks) track.mode = 'showing'")
    _reads_caption(page, 1, "A soft steady tone")
    visitor.click("English")
    assert _captions(page) == [["Chinese captions", "disabled"], ["English captions", "showing"]]


def _captions(page: Page) -> list[list[str]]:
    """What the browser lists under captions, and which are on."""
    listed: list[list[str]] = page.evaluate(
        "[...document.querySelector('video').textTracks].map(track => [track.label, track.mode])"
    )
    return listed


def _reads_caption(page: Page, track: int, words: str) -> None:
    """Waits until such a caption stands on the picture."""
    page.wait_for_function(
        "([track, words]) => document.querySelector('video').textTracks[track].activeCues?.[0]?.text.includes(words)",
        arg=[track, words],
        timeout=LONG,
    )
