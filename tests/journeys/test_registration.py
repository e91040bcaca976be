"""学员注册, as the guide tells it, and what happens to those who do it wrong."""

import re
from pathlib import Path

import pytest

from tests.journeys.people import newcomer
from tests.journeys.visitor import Visitor
from tests.journeys.walks import agree, fill_in, portrait, register


def test_a_newcomer_registers_with_a_photo(visitor: Visitor, tmp_path: Path) -> None:
    register(visitor, tmp_path)
    visitor.open("/me")
    assert visitor.page.locator("img").count() >= 1


def test_a_newcomer_skips_the_photo_and_brings_it_later(visitor: Visitor, tmp_path: Path) -> None:
    register(visitor, tmp_path, with_photo=False)
    visitor.open("/me")
    visitor.click("上传照片")
    visitor.page.locator("input[type=file]").set_input_files(portrait(tmp_path))
    visitor.go(visitor.page.locator("main form button.btn-primary"))
    visitor.open("/me")
    visitor.reads("更换照片")


def test_mistakes_are_named_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    who = newcomer()
    agree(visitor)
    fill_in(visitor, who)
    wrong = who.id_number[:-1] + ("1" if who.id_number[-1] != "1" else "2")
    visitor.fill("证件号码", wrong)
    visitor.click("下一步")
    summary = visitor.page.get_by_role("alert")
    assert summary.get_by_role("link").count() == 1
    summary.get_by_role("link").click()
    focused = visitor.page.evaluate("document.activeElement.value")
    assert re.sub(r"\s", "", focused) == wrong
    assert visitor.page.get_by_label("姓名", exact=True).input_value() == who.name


def test_without_agreement_there_is_no_form(visitor: Visitor) -> None:
    visitor.open("/register")
    visitor.click("下一步")
    assert visitor.page.get_by_role("alert").count() == 1
    visitor.open("/register/form")
    visitor.stands_at("/register")


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_registration_by_keyboard_alone(visitor: Visitor) -> None:
    """Tab, Space, arrows and Enter reach everything; the eye can follow the focus."""
    who, page = newcomer(), visitor.page
    visitor.open("/register")
    _tab_to(visitor, "input[type=checkbox]")
    page.keyboard.press("Space")
    _tab_to(visitor, "button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/form")
    for label, text in (("姓名", who.name), ("证件号码", who.id_number), ("手机号码", who.phone)):
        _tab_to(visitor, f"#{page.get_by_label(label, exact=True).get_attribute('id')}")
        page.keyboard.type(text)
    _tab_to(visitor, "select[name=division_code]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    _tab_to(visitor, "input[name=employer]")
    page.keyboard.type(who.employer)
    page.keyboard.press("Escape")
    for field in ("password", "again"):
        _tab_to(visitor, f"input[name={field}]")
        page.keyboard.type(who.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/photo")


def _tab_to(visitor: Visitor, selector: str) -> None:
    """Presses Tab until the element has the focus, and sees that the focus is drawn."""
    for _ in range(40):
        if visitor.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            drawn = visitor.page.evaluate(
                "(() => { const style = getComputedStyle(document.activeElement);"
                " return style.outlineStyle !== 'none' || style.boxShadow !== 'none' })()"
            )
            assert drawn, f"no visible focus on {selector}"
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")
