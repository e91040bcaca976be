"""集体注册: an organisation registers, is reviewed, is told what to change, and sends it again."""

import io
import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from portal import clock, db
from portal.divisions.models import Division
from portal.errors import Conflict, Refused
from portal.messages.models import Message
from portal.people import credit_code, organisation_codes, organisations, places
from portal.people.models import Account, Agreement, Organisation, OrganisationApplication
from portal.storage import current_storage
from portal.testing import PASSWORD, make_account

FIRST17 = "91130208MA0000009"
CODE = FIRST17 + credit_code.check_character(FIRST17)
FORM = {
    "name": "唐山市丰润区燕山建筑设计研究院（有限责任公司）",
    "code_kind": "credit_code",
    "code": CODE.lower(),
    "division_code": "130208",
    "contact_name": "秦素云",
    "contact_phone": "138 3155 2067",
    "password": PASSWORD,
    "again": PASSWORD,
}


def scan() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "JPEG")
    out.seek(0)
    return out, "licence.jpg"


@pytest.fixture
def agreed(client: FlaskClient, city: Agreement) -> FlaskClient:
    assert client.post("/organisation/register", data={"agreed": "y"}).location == "/organisation/register/form"
    return client


def send(client: FlaskClient, where: str = "register/form", **other: Any) -> Any:
    data = {**FORM, "licence": scan(), **other}
    return client.post(f"/organisation/{where}", data={key: value for key, value in data.items() if value is not None})


def one() -> OrganisationApplication:
    with db.read() as session:
        return session.scalars(select(OrganisationApplication).order_by(OrganisationApplication.id.desc())).first()  # type: ignore[return-value]


def count(model: Any) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def on_file(code: str = CODE) -> Organisation:
    with db.read() as session:
        return session.scalars(select(Organisation).where(Organisation.code == code)).one()


def refuse(**reasons: str) -> None:
    with db.write() as session:
        organisations.refuse(session, one().id, make_account(session).id, reasons, clock.now())


def approve() -> None:
    with db.write() as session:
        organisations.approve(session, one().id, make_account(session).id, clock.now())


# --- codes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "right"),
    [
        ("credit_code", "91350100M000100Y43", True),
        ("credit_code", "91350100M000100Y44", False),
        ("registration", "110108000000016", True),
        ("registration", "110108000000017", False),
        ("registration", "11010800000001", False),
        ("organisation", "D2143569X", True),  # the example of the standard
        ("organisation", "D21435691", False),
        ("organisation", "D2143569", False),
        ("", "D2143569X", False),
    ],
)
def test_codes_and_their_check_digits(kind: str, code: str, right: bool) -> None:
    assert (organisation_codes.problem(kind, code) is None) is right


@pytest.mark.parametrize(
    ("kind", "code", "place"),
    [
        ("credit_code", "91350100M000100Y43", "350100"),
        ("credit_code", "91350100M000100Y44", ""),  # wrong: no hint from it
        ("registration", "110108000000016", "110108"),
        ("organisation", "D2143569X", ""),  # names no place
        ("", "D2143569X", ""),
    ],
)
def test_a_code_names_the_authority_that_gave_it(kind: str, code: str, place: str) -> None:
    assert organisation_codes.authority(kind, code) == place


def test_old_codes_of_counties_lead_to_the_one_to_choose_today(city: Agreement) -> None:
    with db.write() as session:
        session.add(
            Division(code="130221", name="丰润县", parent_code="130200", level="county", valid_to=date(2002, 2, 1))
        )
        session.flush()
        session.get_one(Division, "130221").successor_code = "130208"
    found = places.standing(db.reader(), "130200", date(2026, 11, 1))
    assert found["130221"] == found["130208"] == "130208"
    assert "130200" not in found


def test_the_county_is_suggested_from_the_code_where_none_was_chosen(agreed: FlaskClient) -> None:
    page = send(agreed, division_code="")
    assert page.status_code == 422
    assert re.search(r'<option selected value="130208">', page.text)
    assert re.search(r'id="suggested" role="status" >', page.text)
    other = send(agreed, division_code="130200", name="公司")
    assert 'id="suggested" role="status" hidden' in other.text


# --- signing up ---------------------------------------------------------------------------------------------------


def test_the_guide_from_the_agreement_to_the_waiting_page(agreed: FlaskClient) -> None:
    assert send(agreed).location == "/organisation"
    page = agreed.get("/organisation").text
    assert "注册信息正在审核" in page
    assert CODE in page
    found, sent = on_file(), one()
    assert (found.state, found.name, sent.contact_phone) == ("pending", FORM["name"], "13831552067")
    assert current_storage().exists(sent.licence_key)
    agreed.post("/logout")
    inside = agreed.post("/login", data={"name": CODE, "password": PASSWORD})
    assert inside.status_code == 303


def test_without_agreement_there_is_no_form(client: FlaskClient, city: Agreement) -> None:
    assert client.get("/organisation/register/form").location == "/organisation/register"
    assert client.post("/organisation/register", data={}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "公司"}, "name"),
        ({"code": CODE[:-1] + ("1" if CODE[-1] != "1" else "2")}, "code"),
        ({"division_code": ""}, "division_code"),
        ({"contact_name": "秦1"}, "contact_name"),
        ({"contact_phone": "1383155206"}, "contact_phone"),
        ({"licence": None}, "licence"),
        ({"licence": (io.BytesIO(b"nothing"), "x.jpg")}, "licence"),
        ({"password": "1", "again": "1"}, "password"),
        ({"again": "another-one-9"}, "again"),
        ({"name": "唐山市第一中学"}, "name"),  # stands on the register with another code
        ({"code": "91350100M000100Y43"}, None),  # entered by staff: may be claimed
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    agreed: FlaskClient, changes: dict[str, Any], field: str | None
) -> None:
    answer = send(agreed, **changes)
    if field is None:
        assert answer.status_code == 303
        return
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "秦" in answer.text
    assert count(OrganisationApplication) == 0


def test_a_namesake_is_sent_when_the_clerk_says_it_is_another(agreed: FlaskClient) -> None:
    assert 'name="other"' in send(agreed, name="唐山市第一中学").text
    assert send(agreed, name="唐山市第一中学", other="y").status_code == 303


def test_a_code_that_logs_in_already_is_refused(app: Flask, agreed: FlaskClient) -> None:
    assert send(agreed).status_code == 303
    second = app.test_client()
    second.post("/organisation/register", data={"agreed": "y"})
    answer = send(second, name="唐山市另一家单位")
    assert answer.status_code == 422
    assert "已注册" in answer.text
    assert count(Organisation) == 3


# --- review -------------------------------------------------------------------------------------------------------


def test_what_is_approved_is_on_the_register_and_told(agreed: FlaskClient) -> None:
    send(agreed)
    approve()
    found = on_file()
    assert (found.state, found.contact_name) == ("approved", "秦素云")
    assert "单位已通过审核" in agreed.get("/organisation").text
    with db.read() as session:
        assert list(session.scalars(select(Message.kind))) == ["organisation_approved"]
    with pytest.raises(Conflict):
        approve()


def test_a_refusal_is_read_field_by_field_and_sent_again(agreed: FlaskClient) -> None:
    send(agreed)
    refuse(name="名称与执照不一致", licence="看不清")
    page = agreed.get("/organisation").text
    assert "名称与执照不一致" in page
    form = agreed.get("/organisation/again").text
    assert FORM["name"] in form
    assert "138" in form
    assert send(agreed, "again", licence=None).status_code == 422  # the scan itself was refused
    assert send(agreed, "again", name="唐山市丰润区燕山设计院").location == "/organisation"
    assert (on_file().state, on_file().name) == ("pending", "唐山市丰润区燕山设计院")
    assert count(OrganisationApplication) == 2
    assert agreed.get("/organisation/again").location == "/organisation"
    approve()
    assert on_file().state == "approved"


def test_a_scan_that_was_fine_need_not_be_sent_again_and_a_wrong_code_can_be_put_right(agreed: FlaskClient) -> None:
    send(agreed)
    refuse(code="代码与执照不一致")
    first = one().licence_key
    assert send(agreed, "again", code_kind="registration", code="110108000000016", licence=None).status_code == 303
    assert one().licence_key == first
    assert on_file("110108000000016").state == "pending"
    agreed.post("/logout")
    assert agreed.post("/login", data={"name": CODE, "password": PASSWORD}).status_code == 422
    assert agreed.post("/login", data={"name": "110108000000016", "password": PASSWORD}).status_code == 303


def test_a_refusal_needs_a_reason(agreed: FlaskClient) -> None:
    send(agreed)
    with pytest.raises(Refused):
        refuse(name="  ")
    assert one().state == "open"


def test_claiming_an_employer_of_the_register_takes_nothing_away_before_the_review(agreed: FlaskClient) -> None:
    code = "91350100M000100Y43"
    assert send(agreed, name="唐山市第一中学", code=code).status_code == 303
    found = on_file(code)
    assert (found.state, found.account_id) == ("approved", None)
    refuse(name="不是贵单位")
    assert on_file(code).state == "approved"
    assert send(agreed, "again", name="唐山市第一中学", code=code).status_code == 303
    approve()
    with db.read() as session:
        account = session.scalars(select(Account).where(Account.kind == "organisation")).one()
    assert on_file(code).account_id == account.id
