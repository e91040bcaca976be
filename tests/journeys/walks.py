"""Longer stretches of way that several journeys share, walked by the words people read."""

import re
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import expect
from pypdf import PdfReader

from portal.demo.reading import categories, shelf
from tests.journeys.people import Newcomer, newcomer
from tests.journeys.visitor import Visitor

LONGEST_LESSON = 40_000  # ms; lessons of the demonstration last up to 12 seconds


def portrait(folder: Path) -> Path:
    """A picture that passes the rules of an ID photo: light ground, right shape."""
    picture = Image.new("RGB", (590, 826), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((170, 150, 420, 470), fill=(214, 172, 140))
    pen.rectangle((90, 520, 500, 826), fill=(40, 52, 90))
    file = folder / "photo.jpg"
    picture.save(file, quality=90)
    return file


def agree(visitor: Visitor) -> None:
    """首页 -> 学员注册 -> the agreement."""
    visitor.open("/")
    visitor.click("学员注册")
    visitor.tick("我已阅读并同意")
    visitor.click("下一步")


def fill_in(visitor: Visitor, who: Newcomer) -> None:
    """The form of 学员注册."""
    visitor.fill("姓名", who.name)
    visitor.fill("证件号码", who.id_number)
    visitor.fill("手机号码", who.phone)
    visitor.choose("单位所在区县", who.county)
    visitor.fill("工作单位全称", who.employer)
    visitor.fill("密码", who.password)
    visitor.fill("再输入一次密码", who.password)


def register(visitor: Visitor, folder: Path, with_photo: bool = True) -> Newcomer:
    """Walks through the registration; at the end the learner is logged in on 首页."""
    who = newcomer()
    agree(visitor)
    fill_in(visitor, who)
    visitor.click("下一步")
    if with_photo:
        visitor.page.locator("input[type=file]").set_input_files(portrait(folder))
        visitor.click("完成注册")
    else:
        visitor.click("跳过此步完成注册")
    visitor.stands_at("/")
    visitor.reads(who.name)
    return who


def log_in(visitor: Visitor, name: str, password: str) -> None:
    """Through the one login form."""
    visitor.open("/login")
    visitor.page.locator("#name").fill(name)
    visitor.page.locator("#password").fill(password)
    visitor.click("登录", role="button")


def enrol(visitor: Visitor, who: Newcomer, category: str = "工程技术", specialty: str = "建筑工程") -> None:
    """首页 -> 学习报名 -> 培训类别 -> 专业 -> 开始报名 -> ... -> 提交订单; ends on 学费支付."""
    page = visitor.page
    visitor.open("/")
    visitor.click("按专业报名", exact=False)
    if visitor.size == "phone":
        page.locator("#category").select_option(label=f"{category}（3 个专业）")
        visitor.click("显示", role="button")
    else:
        visitor.click(category, exact=False)
    visitor.click(specialty, exact=False)
    visitor.shot("enrol-specialty")
    visitor.click("开始报名", exact=False)
    expect(page.get_by_label("工作单位全称")).to_have_value(who.employer)
    visitor.shot("enrol-details")
    visitor.click("下一步", role="button", exact=False)
    visitor.reads(f"登记在{who.county}")
    page.get_by_role("radio").first.check()
    visitor.shot("enrol-class")
    visitor.click("下一步", role="button", exact=False)
    visitor.go(page.locator("button[value=next]:visible").last)
    visitor.reads("专业科目还差")  # refused: how many hours, and which courses fill the gap
    visitor.shot("enrol-too-few")
    page.locator("button[value=fill]:visible").click()
    visitor.reads("学时已满足")
    visitor.shot("enrol-enough")
    visitor.go(page.locator("button[value=next]:visible").last)
    visitor.reads("核对")
    visitor.shot("enrol-check")
    page.get_by_role("checkbox").check()
    visitor.click("提交订单", role="button")
    visitor.reads("学费支付")


def pay(visitor: Visitor) -> None:
    """学费支付 -> the gateway's page -> back, paid."""
    visitor.shot("pay")
    visitor.click("确认支付", role="button", exact=False)
    visitor.reads("沙箱银行")
    visitor.shot("gateway")
    visitor.click("付款 ¥", role="button", exact=False)
    visitor.page.wait_for_url(re.compile("/pay/[^/]+$"))
    visitor.look()
    visitor.reads("已支付")
    visitor.shot("paid")


def study_all(visitor: Visitor) -> None:
    """Follows the one next step of a project until nothing is left."""
    page = visitor.page
    for _ in range(120):
        step = page.locator("main a.btn-primary, main form button.btn-primary").first
        if "/test/sit/" in page.url:
            _answer(visitor)
        elif "/study/" in page.url:
            study_lesson(visitor)
        elif step.count() and "/centre/projects/" in page.url and page.locator(".l-next").count():
            visitor.go(page.locator(".l-next a.btn-primary"))
        elif "/centre/projects/" in page.url:
            return
        else:
            visitor.go(step)
    raise AssertionError("the way never ends")


def study_lesson(visitor: Visitor) -> None:
    """Watches or reads one lesson as a person does, then goes on."""
    page = visitor.page
    if page.locator("[data-player]").get_attribute("data-complete") != "yes":
        if page.locator("video").count():
            page.evaluate("document.querySelector('video').play()")
        elif page.locator("[data-pages]").count():
            _turn_pages(visitor)
        expect(page.locator(".p-next a")).to_be_visible(timeout=LONGEST_LESSON)
        visitor.shot("lesson")
    visitor.go(page.locator(".p-next a"))


def _turn_pages(visitor: Visitor) -> None:
    """Reads a document page by page: each one long enough, then the next."""
    page = visitor.page
    onward = page.locator("[data-turn=on]")
    while True:
        expect(page.locator("[data-left]")).to_have_text("本页已计入", timeout=LONGEST_LESSON)
        if onward.get_attribute("aria-disabled") == "true":
            return
        visitor.shot("document")
        onward.click()


@cache
def _right() -> dict[str, set[str]]:
    """The right options of every question of the demonstration, by its stem."""
    shelves = [shelf("public"), *(one for category in categories() for one in category.shelves)]
    questions = [question for one in shelves for course in one.courses for question in course.questions]
    return {question.stem: {text for text, right in question.options if right} for question in questions}


def _answer(visitor: Visitor) -> None:
    """Answers one question rightly and goes on; hands in at the end."""
    page = visitor.page
    if page.url.endswith("/check"):
        visitor.click("现在交卷", role="button", exact=False)
        return
    visitor.shot("test")
    form = page.locator("form.t-q:not([hidden])")
    right = _right()[form.locator("legend").inner_text().strip()]
    for option in form.locator(".t-o").all():
        if option.locator("span").last.inner_text().strip() in right:
            option.locator("input").check()
    visitor.go(form.locator(".t-act button.btn-primary"))


def certificate(visitor: Visitor) -> str:
    """我的培训证书: waits until it is printed, downloads it, and gives the words on it."""
    visitor.menu("学习中心")
    visitor.click("我的证书")
    link = visitor.page.get_by_role("link", name="下载").first
    for _ in range(60):
        if link.count():
            break
        visitor.page.wait_for_timeout(1000)
        visitor.page.reload()
    visitor.look()
    visitor.shot("certificates")
    with visitor.page.expect_download() as download:
        link.click()
    return PdfReader(download.value.path()).pages[0].extract_text()


def proof(visitor: Visitor) -> str:
    """我的学时证明: has one made of all hours, waits for it while the page renews itself, and gives its words."""
    visitor.menu("学习中心")
    visitor.click("我的证书")
    visitor.click("我的学时证明")
    visitor.click("开具证明", role="button")
    link = visitor.page.get_by_role("link", name="下载").first
    link.wait_for(timeout=60_000)
    visitor.look()
    visitor.shot("proofs")
    with visitor.page.expect_download() as download:
        link.click()
    return PdfReader(download.value.path()).pages[0].extract_text()
