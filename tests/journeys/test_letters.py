"""A site that sends letters: a forgotten password comes back by one; and a new agreement asks everybody again."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Site, running
from tests.journeys.people import newcomer
from tests.journeys.visitor import Visitor
from tests.journeys.walks import agree, fill_in, log_in
from tests.people.post_office import PostOffice, post_office

FRESH = "came-back-2026"
PATIENCE = 30  # seconds a letter may take on a busy machine


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as found:
        yield found


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory, office: PostOffice) -> Iterator[Site]:
    """A site of its own: what happens here would be in the way of everybody else."""
    mail = {
        "PORTAL_MAIL_SERVER": office.address,
        "PORTAL_MAIL_SECURITY": "none",
        "PORTAL_MAIL_FROM": "xueshi@example.org",
    }
    with running(tmp_path_factory.mktemp("letters"), **mail) as found:
        yield found


@pytest.fixture
def guest(page: Page, own_site: Site, size: str) -> Iterator[Visitor]:
    guest = Visitor(page, own_site.address, size)
    yield guest
    assert guest.complaints == []


def _register(guest: Visitor, mailbox: str) -> tuple[str, str, str]:
    """Registers somebody with a mailbox; (name, ID number, password)."""
    who = newcomer()
    agree(guest)
    fill_in(guest, who)
    guest.page.locator("#email").fill(mailbox)
    guest.click("下一步")
    guest.click("跳过此步完成注册")
    guest.page.context.clear_cookies()
    return who.name, who.id_number, who.password


def _code_for(office: PostOffice, mailbox: str) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for letter in office.letters:
            found = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", letter.get_content())
            if letter["To"] == mailbox and found:
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no letter with a code for {mailbox}")


def test_a_forgotten_password_comes_back_by_letter(guest: Visitor, office: PostOffice) -> None:
    mailbox = f"{guest.size}@example.org"
    name, number, _old = _register(guest, mailbox)
    guest.open("/login")
    guest.click("忘记密码？")
    guest.shot("forgotten-by-letter")
    guest.fill("用户名", number)
    guest.click("发送验证码", role="button")
    guest.heading("邮箱")
    guest.shot("forgotten-sent")
    guest.click("填写验证码")
    guest.fill("用户名", number)
    guest.fill("姓名", name)
    guest.fill("验证码", _code_for(office, mailbox))
    guest.fill("新密码", FRESH)
    guest.fill("再输入一次密码", FRESH)
    guest.tick("我已阅读并同意")
    guest.go(guest.page.locator("main form button.btn-primary"))
    guest.stands_at("/me")
    guest.page.context.clear_cookies()
    log_in(guest, number, FRESH)
    guest.stands_at("/")


def test_a_new_agreement_is_asked_for_before_anything_else(guest: Visitor, own_site: Site, tmp_path: Path) -> None:
    _name, number, password = _register(guest, f"again-{guest.size}@example.org")
    _publish(guest, own_site)
    guest.page.context.clear_cookies()
    log_in(guest, number, password)
    guest.stands_at("/agreement/accept")
    guest.reads(f"新的条款（{guest.size}）")
    guest.shot("agreement-again")
    guest.open("/centre")
    guest.stands_at("/agreement/accept")
    guest.click("同意并继续", role="button")
    assert guest.page.get_by_role("alert").count() == 1
    guest.tick("我已阅读并同意")
    guest.click("同意并继续", role="button")
    guest.stands_at("/centre")
    guest.page.context.clear_cookies()
    log_in(guest, number, password)
    guest.stands_at("/")


def _publish(guest: Visitor, own_site: Site) -> None:
    """The office writes a new version of the agreement."""
    account = own_site.accounts["admin"]
    log_in(guest, account["login"], account["password"])
    guest.open("/staff/agreements/")
    guest.go(guest.page.locator("main table tbody a").first)
    guest.click("新版本", exact=False)
    guest.page.locator("#text").fill(f"新的条款（{guest.size}）")
    guest.go(guest.page.locator("button[value=look]"))
    guest.shot("agreement-check")
    guest.go(guest.page.locator("button[value=publish]"))
    guest.reads("已发布")
