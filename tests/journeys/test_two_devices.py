"""One learner, two devices: only one is credited, the other says why, and either goes on where the other stopped."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import SIZES, Site, running
from tests.journeys.playing import LONG, enter, open_lesson, passed, pauses, plays, stopped
from tests.journeys.visitor import Visitor

NEWER = "同一账号已在另一个页面学习"
FIRST = "本账号正在另一个页面学习"
pytestmark = pytest.mark.parametrize("size", ["desktop"], indirect=True)


@pytest.fixture
def telephone(browser: Browser, context: BrowserContext) -> Iterator[Visitor]:
    """The same learner's other device; the first one is a desktop."""
    other = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **SIZES["phone"])
    other.set_default_timeout(30_000)
    visitor = Visitor(other.new_page(), "", "phone")
    yield visitor
    other.close()
    assert visitor.complaints == []


@pytest.fixture(scope="module")
def first_wins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on which the player that plays already is the one that counts."""
    with running(tmp_path_factory.mktemp("first"), PORTAL_PLAYER="first") as found:
        yield found


def test_the_newest_wins_and_the_first_says_so(visitor: Visitor, telephone: Visitor, site: Site) -> None:
    first, second = visitor.page, telephone.page
    lesson = open_lesson(visitor, site, 3)
    plays(first)
    passed(first, 4)
    pauses(first)
    expect(first.locator("[data-figure]")).not_to_have_text("0:00")

    telephone.address = site.address
    enter(telephone, site)
    telephone.open(lesson)
    passed(second, 2.9)  # before it plays: where the first device stopped
    plays(second)
    passed(second, 6)
    pauses(second)
    expect(second.locator("[data-figure]")).not_to_have_text("0:00")

    plays(first, rate=0.5)
    expect(first.locator("[data-say]")).to_contain_text(NEWER, timeout=LONG)
    stopped(first)
    assert first.evaluate("document.querySelector('video').currentTime") < 11
    visitor.shot("player-second-device")

    plays(second)
    expect(second.locator(".p-next a")).to_be_visible(timeout=LONG)
    first.reload()
    expect(first.locator("[data-figure]")).to_have_text("0:12")  # both devices' seconds together, each once


def test_where_the_first_wins_the_second_says_so(visitor: Visitor, telephone: Visitor, first_wins: Site) -> None:
    first, second = visitor.page, telephone.page
    visitor.address = telephone.address = first_wins.address
    lesson = open_lesson(visitor, first_wins, 0)
    plays(first, rate=0.5)
    passed(first, 1)

    enter(telephone, first_wins)
    telephone.open(lesson)
    plays(second)
    expect(second.locator("[data-say]")).to_contain_text(FIRST)
    stopped(second)
    expect(second.locator("[data-figure]")).to_have_text("0:00")
    telephone.shot("player-first-wins")
    expect(first.locator("[data-figure]")).not_to_have_text("0:00", timeout=LONG)  # nothing happened to the first
    assert not first.evaluate("document.querySelector('video').paused")

    visitor.open("/centre")  # the first page is left
    plays(second)
    expect(second.locator(".p-next a")).to_be_visible(timeout=LONG)
    expect(second.locator("[data-figure]")).to_have_text("0:12")
