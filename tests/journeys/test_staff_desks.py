"""A day at the office: figures that lead to rows, a search, a class with another number of seats, a course's lesson."""

from playwright.sync_api import expect

from tests.journeys.conftest import Site
from tests.journeys.visitor import Visitor


def log_in(visitor: Visitor, site: Site, who: str) -> None:
    visitor.open("/login")
    visitor.page.locator("[name=name]").fill(site.accounts[who]["login"])
    visitor.page.locator("[name=password]").fill(site.accounts[who]["password"])
    visitor.go(visitor.page.locator("main form button.btn-primary"))
    visitor.stands_at("/staff/")


def side(visitor: Visitor, words: str) -> None:
    """Follows a link of the side bar, which a phone keeps folded."""
    if visitor.size == "phone":
        visitor.page.get_by_role("link", name="菜单").click()
    visitor.go(visitor.page.locator(".s-side").get_by_role("link", name=words, exact=True))


def test_figures_lead_to_rows_and_words_stay_out_of_the_address(visitor: Visitor, site: Site) -> None:
    log_in(visitor, site, "admin")
    visitor.heading("工作台")
    visitor.shot("staff-home")
    visitor.go(visitor.page.locator(".s-bars a").first)
    visitor.heading("学习计划")
    expect(visitor.page.locator("tbody tr").first).to_be_visible()
    side(visitor, "学员")
    visitor.page.locator("[name=q]").fill("周晓岚")
    visitor.go(visitor.page.locator(".s-find button"))
    assert visitor.page.url.endswith("/staff/learners/")
    visitor.shot("staff-learners")
    visitor.click("周晓岚")
    visitor.heading("周晓岚")


def test_a_county_changes_its_class_and_sees_nothing_else(visitor: Visitor, site: Site) -> None:
    log_in(visitor, site, "county_staff")
    side(visitor, "班级")
    assert set(visitor.page.locator("tbody tr td:nth-child(2)").all_inner_texts()) == {"丰润区"}
    visitor.go(visitor.page.locator("tbody a").first)
    visitor.click("编辑")
    named = visitor.page.locator("[name=name]")
    was = named.input_value()
    named.fill("")
    visitor.page.locator("[name=seats]").fill("180")
    visitor.click("保存")
    assert visitor.page.get_by_role("alert").get_by_role("link").count() == 1
    assert visitor.page.locator("[name=seats]").input_value() == "180"
    named.fill(was)
    visitor.click("保存")
    visitor.reads("已保存。")
    visitor.reads("180")


def test_a_lesson_is_added_without_a_script(visitor: Visitor, site: Site) -> None:
    log_in(visitor, site, "admin")
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
