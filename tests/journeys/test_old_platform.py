"""A learner of the old platform: the common password opens the activation page and nothing else."""

import pytest

from tests.journeys.conftest import Site
from tests.journeys.visitor import Visitor
from tests.journeys.walks import log_in


@pytest.mark.parametrize("size", ["phone"], indirect=True)  # an account is activated once
def test_activation(visitor: Visitor, site: Site) -> None:
    old = site.accounts["legacy_learner"]
    log_in(visitor, old["login"], old["password"])
    visitor.stands_at("/activate")
    visitor.open("/centre")
    visitor.stands_at("/login")
    log_in(visitor, old["login"], old["password"])
    _answer(visitor, "13900009999")
    assert visitor.page.get_by_role("alert").count() == 1
    visitor.shot("activate-refused")
    _answer(visitor, old["phone"])
    visitor.stands_at("/me")
    visitor.reads(old["name"])
    visitor.open("/centre")
    visitor.reads("学时")
    visitor.open("/")
    visitor.page.context.clear_cookies()
    log_in(visitor, old["login"], old["password"])
    visitor.stands_at("/activate")  # where the common password leads whoever gives it, and where nothing opens any more
    _answer(visitor, old["phone"])
    assert visitor.page.get_by_role("alert").count() == 1
    visitor.open("/centre")
    visitor.stands_at("/login")
    log_in(visitor, old["login"], "my-own-2026")
    visitor.stands_at("/")


def _answer(visitor: Visitor, phone: str) -> None:
    visitor.fill("登记的手机号码", phone)
    visitor.fill("新密码", "my-own-2026")
    visitor.fill("再输入一次密码", "my-own-2026")
    visitor.tick("我已阅读并同意")
    visitor.click("激活", role="button", exact=False)
