"""Money on a phone whose browser runs no scripts: choose, change, pay, ask for money back, cancel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import SIZES, Site
from tests.journeys.visitor import Visitor
from tests.journeys.walks import enrol, pay, register


class Plain(Visitor):
    """A visitor without scripts: axe is one, and has its say in the other journeys."""

    def _ask_axe(self) -> None:
        pass


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Plain]:
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=False, **SIZES["phone"]
    )
    context.set_default_timeout(30_000)
    visitor = Plain(context.new_page(), site.address, "phone")
    yield visitor
    context.close()
    assert visitor.complaints == []


def _see(visitor: Visitor, name: str) -> None:
    visitor.shot(f"plain-{name}")


def _to_the_order(visitor: Visitor) -> None:
    visitor.click("查看课程清单", role="link")
    visitor.heading("这份订单待支付")


def _cancel(visitor: Visitor) -> None:
    """From the order's page; what follows is read before the click."""
    visitor.page.locator("#cancel summary").click()
    visitor.reads("不会扣款")
    visitor.click("确认取消", role="button", exact=False)
    visitor.heading("已取消")


def _ask_for_the_money_back(visitor: Visitor) -> None:
    visitor.click("查看订单", exact=False)
    visitor.click("打印收据", role="link", exact=False)
    visitor.heading("收据")
    _see(visitor, "receipt")
    visitor.page.go_back()
    visitor.click("申请退款", role="link")
    visitor.heading("元")  # how much would go back is said first
    _see(visitor, "refund")
    visitor.page.get_by_role("checkbox").last.check()
    visitor.click("提交退款申请", role="button")
    visitor.reads("审核")
    _see(visitor, "refund-asked")


def _choose_courses(visitor: Visitor, *places: int) -> None:
    for place in places:
        visitor.open("/courses")
        visitor.go(visitor.page.locator("a.n").nth(place))
        visitor.click("选课学习", role="button")


def test_single_courses(plain: Plain, tmp_path: Path) -> None:
    register(plain, tmp_path, with_photo=False)
    _choose_courses(plain, 0, 1)
    _see(plain, "basket")
    plain.click("提交订单", role="button")
    _to_the_order(plain)
    plain.go(plain.page.locator("#change button"))
    plain.go(plain.page.get_by_role("button", name="移除").first)
    plain.click("提交修改后的订单", role="button")
    pay(plain)
    _ask_for_the_money_back(plain)


def test_a_project(plain: Plain, tmp_path: Path) -> None:
    enrol(plain, register(plain, tmp_path, with_photo=False))
    _to_the_order(plain)
    _see(plain, "order")
    _cancel(plain)
    _see(plain, "cancelled")
