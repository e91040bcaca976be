"""集体注册, as the guide tells it: an organisation registers, is reviewed, enrols its people by spreadsheet, pays."""

import io
from itertools import count

from openpyxl import Workbook, load_workbook
from PIL import Image
from playwright.sync_api import expect

from portal.people import credit_code
from tests.journeys.conftest import Site
from tests.journeys.people import resident_id
from tests.journeys.visitor import Visitor
from tests.journeys.walks import log_in, pay

PASSWORD = "walks-2026-now"
_numbers = count(500)
_codes = count(7)


def _code() -> str:
    first17 = f"91130208MA000{next(_codes):04d}"
    return first17 + credit_code.check_character(first17)


def _scan() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "white").save(out, "JPEG")
    return {"name": "licence.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def _roster(employer: str, code: str, people: int, wrong: int = 0) -> dict[str, object]:
    """A spreadsheet of new people; the first `wrong` of them have a mobile number that is too short."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["姓名", "居民身份证号", "手机号", "县区", "班级", "单位名称", "统一社会信用代码"])
    for at in range(people):
        number = next(_numbers)
        phone = "139" if at < wrong else f"1391111{number:04d}"
        page.append(["刘志强", resident_id(number), phone, "丰润区", "一班", employer, code])
    out = io.BytesIO()
    book.save(out)
    return {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": out.getvalue()}


def _sign_up(visitor: Visitor, name: str, code: str) -> None:
    """首页 -> 集体注册 -> 用户服务协议 -> 下一步 -> the form -> 完成注册 -> waiting."""
    visitor.open("/")
    visitor.click("单位集体报名", exact=False)
    visitor.shot("group")
    visitor.click("单位注册")
    visitor.tick("我已阅读并同意")
    visitor.click("下一步")
    visitor.fill("单位全称", name)
    visitor.fill("代码", code)
    visitor.choose("单位所在区县", "丰润区")
    visitor.page.get_by_label("证照扫描件").set_input_files(_scan())  # type: ignore[arg-type]
    visitor.fill("联系人", "秦素云")
    visitor.fill("联系人手机", "13831552067")
    visitor.fill("密码", PASSWORD)
    visitor.fill("再输入一次密码", PASSWORD)
    visitor.shot("group-form")
    visitor.click("完成注册")
    visitor.heading("注册信息正在审核")
    visitor.shot("group-waiting")


def _review(visitor: Visitor, site: Site, name: str) -> None:
    """The county's staff look at what was sent, and approve it."""
    visitor.page.context.clear_cookies()
    staff = site.accounts["county_staff"]
    log_in(visitor, staff["login"], staff["password"])
    visitor.open("/staff/organisations/?review=open")
    visitor.go(
        visitor.page.locator("main table")
        .get_by_role("link", name=name)
        .or_(visitor.page.locator("main table tbody a").first)
        .first
    )
    visitor.shot("group-review")
    visitor.click("通过")
    visitor.go(visitor.page.locator("main form button[type=submit], main form button.btn-primary").first)
    visitor.reads("已通过，已通知单位")
    visitor.page.context.clear_cookies()


def _to_the_list(visitor: Visitor, roster: dict[str, object]) -> None:
    """我要报名 -> county and class -> the file, which is uploaded as soon as it is chosen."""
    page = visitor.page
    visitor.menu("我要报名")
    with page.expect_navigation():
        page.get_by_label("班级", exact=True).select_option(index=1)
    visitor.look()
    visitor.shot("group-page-one")
    page.locator("#file").set_input_files(roster)  # type: ignore[arg-type]
    expect(page.get_by_role("heading", level=1)).to_contain_text("可以提交", timeout=60_000)
    visitor.look()


def test_an_organisation_enrols_its_people(visitor: Visitor, site: Site) -> None:
    code = _code()
    name = f"唐山市丰润区燕山建筑设计研究院第{'一二三四五六七八九'[int(code[-2], 36) % 9]}{visitor.size}分院"
    page = visitor.page
    _sign_up(visitor, name, code)
    _review(visitor, site, name)
    log_in(visitor, code, PASSWORD)
    visitor.open("/")
    with page.expect_download() as download:
        page.get_by_role("link", name="学员集体报名模版").first.click()
    assert load_workbook(io.BytesIO(download.value.path().read_bytes())).sheetnames[0] == "报名表"
    _to_the_list(visitor, _roster(name, code, 6, wrong=1))
    visitor.heading("1 行要改")
    visitor.shot("group-to-repair")
    page.locator(".g-row input.form-control").fill("13911110001")
    visitor.click("保存并重新检查", role="button")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("要改")
    visitor.shot("group-clean")
    page.get_by_role("button", name="提交信息").click()
    page.wait_for_url("**/pay/*", timeout=60_000)
    visitor.look()
    pay(visitor)
    visitor.menu("本单位人员")
    visitor.reads("账号还没有激活")
    visitor.shot("group-board")
    visitor.click("打印激活单", exact=False)
    visitor.reads("激活单")


def test_a_clean_list_takes_four_clicks(visitor: Visitor, site: Site) -> None:
    known = site.accounts["organisation"]
    page = visitor.page
    log_in(visitor, known["login"], known["password"])
    visitor.menu("我要报名")  # 1
    with page.expect_navigation():
        page.get_by_label("班级", exact=True).select_option(index=2)  # 2
    page.locator("#file").set_input_files(_roster(known["name"], known["login"], 50))  # type: ignore[arg-type]  # 3
    button = page.get_by_role("button", name="提交信息")
    button.wait_for(timeout=60_000)
    visitor.look()
    button.click()  # 4
    page.wait_for_url("**/pay/*", timeout=60_000)
    visitor.look()
    visitor.reads("另有 49 人")
