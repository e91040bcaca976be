"""The office at work: every entry of the side bar opens, a class gets more seats, the county sees its own."""

from urllib.parse import urlsplit

from tests.journeys.conftest import Site
from tests.journeys.visitor import Visitor
from tests.journeys.walks import log_in


def _links(visitor: Visitor) -> list[str]:
    """Addresses of the side bar, in their order."""
    found = visitor.page.locator(".s-side a").evaluate_all("links => links.map(link => link.href)")
    return [urlsplit(link).path for link in found]


def _enter(visitor: Visitor, site: Site, who: str) -> None:
    account = site.accounts[who]
    log_in(visitor, account["login"], account["password"])
    visitor.stands_at("/staff/")


def test_every_entry_of_the_side_bar(visitor: Visitor, site: Site) -> None:
    _enter(visitor, site, "admin")
    visitor.shot("staff-home")
    links = _links(visitor)
    assert len(links) > 15
    for link in links:
        visitor.open(link)
        row = visitor.page.locator("main table tbody a").first
        if row.count():
            visitor.go(row)
    visitor.open("/console/")
    for link in _links(visitor):
        visitor.open(link)
        visitor.go(visitor.page.locator("main table tbody a").first)
        visitor.shot("console-row")


def test_a_class_gets_more_seats(visitor: Visitor, site: Site) -> None:
    _enter(visitor, site, "county_staff")
    visitor.open("/staff/classes/")
    visitor.reads("丰润区")
    assert "迁安市" not in visitor.page.locator("main table").inner_text()
    visitor.go(visitor.page.locator("main table tbody a").first)
    visitor.click("编辑")
    seats = visitor.page.locator("#seats")
    more = int(seats.input_value()) + 5
    seats.fill("-5")
    visitor.click("保存")
    assert visitor.page.get_by_role("alert").count() == 1
    visitor.shot("staff-refused")
    seats.fill(str(more))
    visitor.click("保存")
    visitor.reads(str(more))
