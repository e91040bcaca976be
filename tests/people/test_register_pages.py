"""学员注册 as pages: agreement, form, photo; nothing typed is lost; double clicks do no harm."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from portal import clock, db
from portal.access import attempts
from portal.people import identity, service
from portal.people.models import Account, Agreement, Learner
from portal.photos import service as photos
from portal.testing import PASSWORD

FORM = {
    "name": "周晓岚",
    "id_kind": "resident_id",
    "id_number": "１１０１０５ 19491231-002x",
    "phone": "138 3155 2067",
    "email": "",
    "division_code": "130208",
    "employer": "唐山市第三中学",
    "password": PASSWORD,
    "again": PASSWORD,
}


@pytest.fixture
def agreed(client: FlaskClient, city: Agreement) -> FlaskClient:
    assert client.post("/register", data={"agreed": "y"}).location == "/register/form"
    return client


def portrait() -> io.BytesIO:
    image = Image.new("RGB", (600, 840), "#f4f4f4")
    ImageDraw.Draw(image).ellipse((180, 200, 420, 560), fill="#8d5a3c")
    data = io.BytesIO()
    image.save(data, "JPEG")
    data.seek(0)
    return data


def accounts() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Account)) or 0


def test_the_guide_from_the_agreement_to_the_home_page(agreed: FlaskClient) -> None:
    assert agreed.post("/register/form", data=FORM).location == "/register/photo"
    done = agreed.post("/register/photo", data={"photo": (portrait(), "me.jpg")})
    assert (done.status_code, done.location) == (303, "/")
    home = agreed.get("/").text
    assert "注册完成" in home
    assert "周晓岚" in home
    with db.read() as session:
        learner = session.scalars(select(Learner)).one()
        assert learner.id_number == "11010519491231002X"
        assert photos.current(session, learner.account_id)


def test_an_unknown_county_in_the_number_is_a_hint_and_no_more(agreed: FlaskClient) -> None:
    before = "13990019491231001"
    odd = before + identity.check_digit(before)
    assert agreed.post("/register/form", data=FORM | {"id_number": odd}).location == "/register/photo"
    assert "身份证号码前六位" in agreed.get("/register/photo").text


def test_a_known_county_in_the_number_needs_no_hint(agreed: FlaskClient) -> None:
    known = "13020819491231001"
    agreed.post("/register/form", data=FORM | {"id_number": known + identity.check_digit(known)})
    assert "身份证号码前六位" not in agreed.get("/register/photo").text


def test_the_photo_may_wait(agreed: FlaskClient) -> None:
    agreed.post("/register/form", data=FORM)
    assert agreed.post("/register/photo", data={"skip": "1"}).location == "/"
    assert "照片可以以后" in agreed.get("/").text
    assert "还差一张证件照片" in agreed.get("/me").text


def test_a_bad_photo_is_refused_in_words_and_the_account_stays(agreed: FlaskClient) -> None:
    agreed.post("/register/form", data=FORM)
    wrong = agreed.post("/register/photo", data={"photo": (io.BytesIO(b"GIF89a;<script>"), "me.jpg")})
    assert wrong.status_code == 422
    assert "不是 JPEG 或 PNG" in wrong.text
    none = agreed.post("/register/photo", data={})
    assert "请选择照片" in none.text
    assert accounts() == 1


def test_the_agreement_comes_first(client: FlaskClient, city: Agreement) -> None:
    assert client.get("/register/form").location == "/register"
    assert client.post("/register/form", data=FORM).location == "/register"
    unticked = client.post("/register", data={})
    assert unticked.status_code == 422
    assert "勾选同意" in unticked.text
    assert accounts() == 0


def test_without_an_agreement_nobody_registers(client: FlaskClient) -> None:
    assert "还不能注册" in client.get("/register").text
    assert client.get("/agreement").status_code == 404


def test_errors_keep_what_was_typed_but_no_password(agreed: FlaskClient) -> None:
    wrong = agreed.post("/register/form", data={**FORM, "phone": "1383155206", "id_number": "110105194912310021"})
    assert wrong.status_code == 422
    page = wrong.text
    assert page.index("有 2 处要改") < page.index('<form method="post" novalidate')
    assert 'href="#id_number"' in page
    assert page.count("证件号码最后一位不对，请核对整个号码") == 2
    assert page.count("手机号码只有 10 位") == 2
    assert 'value="周晓岚"' in page
    assert 'value="1383155206"' in page
    assert '<option selected value="130208">' in page
    assert PASSWORD not in page
    assert "<title>错误：" in page
    assert accounts() == 0


def test_passwords_must_agree(agreed: FlaskClient) -> None:
    page = agreed.post("/register/form", data={**FORM, "again": "other horse"})
    assert page.status_code == 422
    assert "两次输入的密码不一样" in page.text
    assert accounts() == 0


def test_a_county_that_is_not_offered_is_refused(agreed: FlaskClient) -> None:
    page = agreed.post("/register/form", data={**FORM, "division_code": "110101"})
    assert "请选择单位登记所在的区县" in page.text


def test_a_double_click_registers_once_and_goes_on(app: Flask, agreed: FlaskClient) -> None:
    other = app.test_client()
    other.post("/register", data={"agreed": "y"})
    assert agreed.post("/register/form", data=FORM).location == "/register/photo"
    assert other.post("/register/form", data=FORM).location == "/register/photo"
    assert agreed.post("/register/form", data=FORM).location == "/register/photo"  # back button, sent again
    assert accounts() == 1


def test_somebody_elses_number_opens_nothing(app: Flask, agreed: FlaskClient) -> None:
    agreed.post("/register/form", data=FORM)
    other = app.test_client()
    other.post("/register", data={"agreed": "y"})
    page = other.post("/register/form", data={**FORM, "password": "another way 1", "again": "another way 1"})
    assert page.status_code == 422
    assert "这个手机号码已用于其他账号" in page.text
    assert "证件号码已" not in page.text
    assert other.get("/me").status_code == 303


def test_trying_numbers_is_stopped(app: Flask, agreed: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed.post("/register/form", data=FORM)
    monkeypatch.setattr(attempts, "PER_ADDRESS", 3)
    other = app.test_client()
    other.post("/register", data={"agreed": "y"})
    taken = {**FORM, "password": ""}
    assert [other.post("/register/form", data=taken).status_code for _ in range(4)] == [422, 422, 422, 429]


def test_walking_through_unknown_numbers_is_stopped_too(
    app: Flask, agreed: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not being told "belongs to another account" tells as much; it shuts nobody's log-in: schools share an address."""
    agreed.post("/register/form", data=FORM)
    monkeypatch.setattr(attempts, "PER_ADDRESS", 3)
    other = app.test_client()
    other.post("/register", data={"agreed": "y"})
    phones = [f"1390000000{turn}" for turn in range(1, 5)]
    asked = [other.post("/register/form", data={**FORM, "phone": one, "id_number": "1"}) for one in phones]
    assert ["用于其他账号" in answer.text for answer in asked] == [False] * 4
    assert [answer.status_code for answer in asked] == [422, 422, 422, 429]
    assert other.post("/login", data={"name": "11010519491231002X", "password": PASSWORD}).status_code == 303


def test_slips_that_look_nobody_up_are_not_counted(agreed: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "PER_ADDRESS", 3)
    slip = {**FORM, "id_number": "1", "phone": "1"}
    assert [agreed.post("/register/form", data=slip).status_code for _ in range(5)] == [422] * 5


def test_markup_in_a_field_is_text(agreed: FlaskClient) -> None:
    page = agreed.post("/register/form", data={**FORM, "employer": "<script>alert(1)</script>", "name": "<b>x"})
    assert "<script>alert(1)" not in page.text
    assert "<b>x" not in page.text


@pytest.mark.parametrize("value", ["\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "x" * 5000, ""])
def test_strange_values_are_refused_politely(agreed: FlaskClient, value: str) -> None:
    for field in FORM:
        page = agreed.post("/register/form", data={**FORM, field: value})
        assert page.status_code in (303, 422)
        if page.status_code == 303:
            assert field == "email"
            return


def test_choices_are_the_city_its_counties_then_its_zones(agreed: FlaskClient) -> None:
    page = agreed.get("/register/form").text
    assert page.index("市直单位") < page.index("路北区") < page.index("丰润区") < page.index("芦台")


def test_english_is_complete(agreed: FlaskClient) -> None:
    agreed.post("/language", data={"to": "en"})
    assert "The same password again" in agreed.get("/register/form").text


def test_employers_are_found_by_their_characters(client: FlaskClient, city: Agreement) -> None:
    found = client.get("/lookup/employers?q=唐山一中").json
    assert found == [{"id": 1, "name": "唐山市第一中学", "code": "9135 **** **** **43", "division": "130208"}]
    assert client.get("/lookup/employers?q=唐").json == []
    assert client.get("/lookup/employers?q=第二").json == []  # waits for review
    assert client.get("/lookup/employers?q=%25%25").json == []
    assert client.get("/lookup/employers").json == []


def test_a_new_version_of_the_agreement_is_shown_first(agreed: FlaskClient) -> None:
    with db.write() as session:
        service.publish_agreement(session, "用户服务协议", "新", clock.now())
    page = agreed.post("/register/form", data=FORM)
    assert page.status_code == 422
    assert "有了新版本" in page.text
