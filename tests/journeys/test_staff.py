"""The office at work: every entry of the side bar opens, a class gets more seats, the county sees its own;
figures lead to rows, and a lesson is added without a script."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

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


def _side(visitor: Visitor, words: str) -> None:
    """Follows a link of the side bar, which a phone keeps folded."""
    if visitor.size == "phone":
        visitor.page.get_by_role("link", name="菜单").click()
    counted = re.compile(rf"^{words}( \d+)?$")
    visitor.go(visitor.page.locator(".s-side").get_by_role("link", name=counted))


def _open_with_row(visitor: Visitor, link: str) -> None:
    """Opens a list, and its first row where there is one."""
    visitor.open(link)
    row = visitor.page.locator("main table tbody a").first
    if row.count():
        visitor.go(row)


def test_every_entry_of_the_side_bar(visitor: Visitor, site: Site) -> None:
    _enter(visitor, site, "admin")
    visitor.shot("staff-home")
    links = _links(visitor)
    assert len(links) > 15
    for link in links:
        _open_with_row(visitor, link)
    visitor.open("/console/")
    for link in _links(visitor):
        _open_with_row(visitor, link)
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


def test_figures_lead_to_rows_and_words_stay_out_of_the_address(visitor: Visitor, site: Site) -> None:
    _enter(visitor, site, "admin")
    visitor.heading("工作台")
    visitor.shot("staff-home")
    visitor.go(visitor.page.locator(".s-bars a").first)
    visitor.heading("学习计划")
    expect(visitor.page.locator("tbody tr").first).to_be_visible()
    _side(visitor, "学员")
    visitor.page.locator("[name=q]").fill("周晓岚")
    visitor.go(visitor.page.locator(".s-find button"))
    assert visitor.page.url.endswith("/staff/learners/")
    visitor.shot("staff-learners")
    visitor.click("周晓岚")
    visitor.heading("周晓岚")


def test_a_lesson_is_added_without_a_script(visitor: Visitor, site: Site) -> None:
    _enter(visitor, site, "admin")
    visitor.open("/console/")
    visitor.stands_at("/console/courses/")
    visitor.go(visitor.page.locator("tbody a").first)
    visitor.click("编辑")
    visitor.click("再加一条课节")
    last = visitor.page.locator("fieldset").last
    last.get_by_label("顺序").fill("3")
    last.get_by_label("标题").fill(f"补充阅读 {visitor.size}")
    last.get_by_label("类型").select_option(label="文章")
    last.get_by_label("秒数").fill("30")
    last.get_by_label("正文").fill("一段文字。")
    visitor.shot("console-course")
    visitor.click("保存")
    visitor.reads(f"补充阅读 {visitor.size}")
    visitor.click("编辑")
    visitor.page.locator("fieldset").last.locator("[name^=del-]").check()
    visitor.click("保存")
    expect(visitor.page.get_by_text(f"补充阅读 {visitor.size}")).to_have_count(0)
