"""Who forgot the password comes back by a slip; what is wrong on file is corrected; both through the office."""

import re
from pathlib import Path

from tests.journeys.conftest import Site
from tests.journeys.people import Newcomer
from tests.journeys.visitor import Visitor
from tests.journeys.walks import log_in, portrait, register

FRESH = "came-back-2026"


def _leave(visitor: Visitor) -> None:
    visitor.page.context.clear_cookies()


def _staff_finds(visitor: Visitor, site: Site, who: Newcomer) -> None:
    """The county's clerk looks somebody up by their ID number."""
    account = site.accounts["county_staff"]
    log_in(visitor, account["login"], account["password"])
    visitor.open("/staff/learners/")
    visitor.page.locator("main input[name=q]").fill(who.id_number)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_load_state()
    visitor.go(visitor.page.locator("main table tbody a").first)
    visitor.reads(who.name)


def test_a_forgotten_password_and_a_slip(visitor: Visitor, site: Site, tmp_path: Path) -> None:
    who = register(visitor, tmp_path, with_photo=False)
    _leave(visitor)
    _staff_finds(visitor, site, who)
    visitor.click("打印激活单")
    visitor.page.locator("main [name=reason]").fill("本人到窗口，出示了身份证")
    visitor.shot("slip-reason")
    visitor.click("打印激活单", role="button")
    visitor.shot("slip")
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", visitor.page.locator("main").inner_text())
    assert code
    _leave(visitor)
    visitor.open("/login")
    visitor.click("忘记密码？")
    visitor.shot("forgotten")
    visitor.click("我有激活单")
    _reset(visitor, who, "AAAAA-AAAAA")
    assert visitor.page.get_by_role("alert").count() == 1
    assert visitor.page.get_by_label("姓名", exact=True).input_value() == who.name
    _reset(visitor, who, code[0])
    visitor.stands_at("/me")
    _leave(visitor)
    log_in(visitor, who.phone, FRESH)
    visitor.stands_at("/")


def _reset(visitor: Visitor, who: Newcomer, code: str) -> None:
    visitor.fill("用户名", who.id_number)
    visitor.fill("姓名", who.name)
    visitor.fill("验证码", code)
    visitor.fill("新密码", FRESH)
    visitor.fill("再输入一次密码", FRESH)
    visitor.tick("我已阅读并同意")
    visitor.go(visitor.page.locator("main form button.btn-primary"))


def test_a_wrong_name_is_corrected(visitor: Visitor, site: Site, tmp_path: Path) -> None:
    who = register(visitor, tmp_path, with_photo=False)
    right = f"{who.name}儿"
    visitor.open("/me/corrections/new")
    visitor.fill("姓名", right)
    visitor.go(visitor.page.locator("main form button.btn-primary"))
    assert visitor.page.get_by_role("alert").count() == 1  # without evidence nobody can decide
    visitor.page.locator("input[type=file]").set_input_files(portrait(tmp_path))
    visitor.go(visitor.page.locator("main form button.btn-primary"))
    visitor.stands_at("/me/corrections")
    visitor.shot("correction-waits")
    _leave(visitor)
    _decide(visitor, site, who)
    _leave(visitor)
    log_in(visitor, who.phone, who.password)
    visitor.reads(right)
    visitor.open("/me/corrections")
    visitor.reads("已更正")
    visitor.shot("correction-done")


def _decide(visitor: Visitor, site: Site, who: Newcomer) -> None:
    account = site.accounts["county_staff"]
    log_in(visitor, account["login"], account["password"])
    visitor.open("/staff/corrections/?state=open")
    visitor.go(visitor.page.locator("main table tbody a").first)
    visitor.reads(f"{who.name}儿")
    visitor.click("全部更正")
    visitor.click("全部更正", role="button")
    visitor.reads("已更正")
