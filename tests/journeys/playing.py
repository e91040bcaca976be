"""Playing videos in a browser, for the journeys of the player."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.visitor import Visitor
from tests.journeys.walks import log_in

LONG = 40_000  # milliseconds: a lesson of 12 s on a busy machine


def enter(visitor: Visitor, site: Site) -> None:
    """The learner of the demonstration logs in."""
    account = site.accounts["learner"]
    log_in(visitor, account["login"], account["password"])


def open_lesson(visitor: Visitor, site: Site, number: int) -> str:
    """Opens a video nobody has begun, of one of the learner's courses; each journey has one of its own."""
    enter(visitor, site)
    visitor.open("/centre/courses?state=open")
    links = visitor.page.locator("main .c-what b a")
    visitor.go(links.nth(links.count() - 1 - number))
    expect(visitor.page.locator("video")).to_be_visible()
    return visitor.page.url.removeprefix(site.address)


def plays(page: Page, rate: float = 1) -> None:
    """:param rate: below 1 a lesson outlasts the ten seconds between two reports"""
    page.evaluate("rate => { const v = document.querySelector('video'); v.playbackRate = rate; v.play() }", rate)


def pauses(page: Page) -> None:
    page.evaluate("document.querySelector('video').pause()")


def stopped(page: Page) -> None:
    """Waits until nothing is played."""
    page.wait_for_function("() => document.querySelector('video').paused")


def passed(page: Page, second: float) -> None:
    """Waits until so much of the video was shown."""
    page.wait_for_function("at => document.querySelector('video').currentTime > at", arg=second, timeout=LONG)
