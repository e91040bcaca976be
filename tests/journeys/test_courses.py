"""Mode 2 of the guide, whole: 课程资源, 试看 without login, 选课学习, 提交订单, study, 我的学时证明; no certificate."""

from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor
from tests.journeys.walks import pay, proof, register, study_lesson

TITLE = "装配式混凝土结构施工与验收"


def find(visitor: Visitor) -> None:
    """课程资源 in the navigation -> the course, by a part of its name."""
    visitor.open("/")
    visitor.menu("课程资源")
    visitor.fill("课程或教师", TITLE[:5])
    visitor.click("查找", role="button")
    visitor.reads(TITLE)
    visitor.shot("courses")


def test_from_the_list_of_courses_to_the_proof_of_hours(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page
    find(visitor)
    visitor.click("试看", role="link", exact=False)
    visitor.reads("正在试看")
    visitor.shot("preview")
    visitor.click("查看课程", role="link")
    visitor.click("选课学习")
    visitor.stands_at("/login")
    register(visitor, tmp_path, with_photo=False)
    find(visitor)
    visitor.click(TITLE, role="link", exact=False)
    visitor.shot("course")
    visitor.click("选课学习", role="button")
    visitor.reads("请核对所选课程，然后提交订单")
    visitor.reads("不发合格证书")
    visitor.shot("basket")
    visitor.click("提交订单", role="button")
    visitor.reads("支付前请了解")
    pay(visitor)

    visitor.menu("学习中心")
    visitor.reads("我的课程")
    visitor.shot("centre-course")
    visitor.go(page.locator(".l-next a.btn-primary"))
    page.evaluate("document.querySelector('video').play()")
    expect(page.locator("[data-figure]")).not_to_have_text("0:00", timeout=20_000)  # drawn from the first report
    while "/study/" in page.url:
        study_lesson(visitor)
    visitor.stands_at("/centre/transcript")
    visitor.reads("本平台学习")
    visitor.shot("transcript")
    find(visitor)
    visitor.reads("学时已计入")  # said before anybody pays twice
    words = proof(visitor).replace(" ", "")
    assert "学时证明" in words
    assert TITLE[:8] in words
    visitor.menu("学习中心")
    visitor.click("我的证书")
    assert page.get_by_role("link", name="下载").count() == 0
