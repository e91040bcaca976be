"""What learners see of their certificates, and strangers of a number."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import db, jobs, logs
from portal.app import create_app
from portal.errors import Misconfigured
from portal.people.models import Learner
from portal.settings import Settings
from portal.storage import current_storage
from portal.study.models import Plan
from portal.testing import log_in, make_learner
from portal_certs import numbering, patterns, service, tokens
from portal_certs.models import Document
from portal_certs.snapshot import Office
from tests.certs.holder import EMPLOYER, NOW, Holder, another_plan, issued, made

UNKNOWN = patterns.parse(patterns.DEFAULT).compose("HE", 2026, "130208", numbering.CERTIFICATE, 999_999)
MISTYPED = UNKNOWN[:-1] + str((int(UNKNOWN[-1]) + 1) % 10)


def _log_in(client: FlaskClient, learner_id: int) -> None:
    with db.read() as session:
        account = session.get_one(Learner, learner_id).account
    log_in(client, account)


def _waiting(photo: bool = False, name: str = "周晓岚") -> Holder:
    holder = made(name, photo=photo)
    jobs.drain()
    return holder


# --- the learner's own --------------------------------------------------------------------------------------------


def test_the_owner_downloads_the_stored_bytes(client: FlaskClient, app: Flask) -> None:
    document = issued()
    _log_in(client, document.learner_id)
    page = client.get("/centre/certificates")
    assert document.number in page.text
    answer = client.get(f"/centre/certificates/{document.number}.pdf")
    assert document.storage_key
    assert answer.data == current_storage().get(document.storage_key)
    assert answer.mimetype == "application/pdf"
    names = answer.headers["Content-Disposition"]
    assert f'filename="certificate-{document.number}.pdf"' in names
    assert f"filename*=UTF-8''{quote(f'合格证书-{document.number}.pdf')}" in names
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_nobody_else_does(client: FlaskClient, app: Flask) -> None:
    document = issued()
    address = f"/centre/certificates/{document.number}.pdf"
    assert client.get(address).status_code == 303
    with db.write() as session:
        other = make_learner(session, "李明")
    log_in(client, other.account)
    assert client.get(address).status_code == 404
    assert client.get(address.replace(document.number, UNKNOWN)).status_code == 404
    assert document.number not in client.get("/centre/certificates").text


def test_a_missing_photo_is_said_with_the_way_to_mend_it(client: FlaskClient, app: Flask) -> None:
    holder = _waiting()
    _log_in(client, holder.learner_id)
    for address in ("/centre/certificates", f"/centre/projects/{holder.plan_id}"):
        page = client.get(address).text
        assert "照片" in page
        assert 'href="/me/photo"' in page
    first = client.get("/centre").text.split('<h2 id="next">')[1].split("</section>")[0]
    assert "合格证书在等您的证件照片" in first
    assert 'href="/me/photo"' in first


def test_a_missing_character_is_named(client: FlaskClient, app: Flask) -> None:
    holder = _waiting(photo=True, name="周\U00028b4e岚")
    _log_in(client, holder.learner_id)
    for address in ("/centre/certificates", f"/centre/projects/{holder.plan_id}"):
        page = client.get(address).text
        assert "字体里还没有" in page
        assert "\U00028b4e" in page


def test_the_plan_and_the_centre_lead_to_the_file(client: FlaskClient, app: Flask) -> None:
    document = issued()
    _log_in(client, document.learner_id)
    for address in (f"/centre/projects/{document.plan_id}", "/centre"):
        assert f"/centre/certificates/{document.number}.pdf" in client.get(address).text


def test_an_ended_certificate_says_why_and_offers_no_file(client: FlaskClient, app: Flask) -> None:
    document = issued()
    with db.write() as session:
        service.revoke(session, session.get_one(Document, document.id), "duplicate", None, NOW)
    _log_in(client, document.learner_id)
    page = client.get("/centre/certificates").text
    assert "同一学时重复申报" in page
    assert ".pdf" not in page
    assert "合格证书已撤销" in client.get(f"/centre/projects/{document.plan_id}").text


def test_an_empty_list_says_what_to_do(client: FlaskClient, app: Flask) -> None:
    with db.write() as session:
        learner = make_learner(session)
    log_in(client, learner.account)
    page = client.get("/centre/certificates").text
    assert "还没有证书" in page
    assert "项目以外的学时请开具学时证明" in page


# --- anybody ------------------------------------------------------------------------------------------------------


def test_a_valid_number_shows_what_was_issued_masked(client: FlaskClient, app: Flask) -> None:
    document = issued()
    with db.write() as session:  # later changes of the person change nothing here
        session.get_one(Learner, document.learner_id).name = "李明"
    page = client.get(tokens.page(document.number))
    assert page.status_code == 200
    for word in ("有效", "周*岚", EMPLOYER, "专业科目 60，公需科目 30，合计 90", "浏览器地址栏"):
        assert word in page.text
    with db.read() as session:
        number = session.get_one(Learner, document.learner_id).id_number
    assert not any(word in page.text for word in ("周晓岚", "李明", number))


def test_whole_id_numbers_are_masked_here_all_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_CERTS_WHOLE_IDS", "yes")
    app = create_app(settings)
    with app.app_context():
        document = issued()
        with db.read() as session:
            number = session.get_one(Learner, document.learner_id).id_number
        assert number not in app.test_client().get(tokens.page(document.number)).text
        db.engine().dispose()


def test_a_revoked_number_says_when_and_why(client: FlaskClient, app: Flask) -> None:
    document = issued()
    with db.write() as session:
        service.revoke(session, session.get_one(Document, document.id), "duplicate", None, NOW)
    page = client.get(tokens.page(document.number)).text
    assert "已撤销" in page
    assert "2026 年 5 月 20 日" in page
    assert "同一学时重复申报" in page


def test_a_replaced_number_leads_to_the_one_that_counts(client: FlaskClient, app: Flask) -> None:
    document = issued()
    with db.write() as session:
        old = session.get_one(Document, document.id)
        fresh = service.reissue(session, old, "name", None, Office.current(), NOW)
    jobs.drain()
    page = client.get(tokens.page(document.number)).text
    assert "已被新证书替代" in page
    assert "持证人姓名已更正" in page
    assert f'href="{tokens.page(fresh.number)}"' in page
    assert "有效" in client.get(tokens.page(fresh.number)).text


def look_up(client: FlaskClient, number: str, name: str = "周晓岚", **more: Any) -> Any:
    return client.post("/verify", data={"number": number, "name": name}, **more)


def test_number_and_name_together_lead_to_the_page(client: FlaskClient, app: Flask) -> None:
    document = issued("古丽巴哈尔·阿卜杜热西提")
    for number in (document.number, document.number.lower().replace("-", " ")):
        for name in ("古丽巴哈尔·阿卜杜热西提", " 古丽巴哈尔 阿卜杜热西提", "古丽巴哈尔•阿卜杜热西提"):
            answer = look_up(client, number, name)
            assert (answer.status_code, answer.location) == (303, tokens.page(document.number))
    assert "有效" in client.get(answer.location).text


def test_what_is_wrong_is_not_said(client: FlaskClient, app: Flask) -> None:
    """An unknown number, another name and a document not printed yet look alike: counting up finds nobody."""
    document = issued()
    with db.write() as session:
        hidden = issued_not_yet(session)
    answers = [look_up(client, *said) for said in ((UNKNOWN,), (document.number, "李明"), (hidden,))]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    pages = [re.sub(r'HE\d\d-[\d-]+|value="[^"]*"', "", _main(answer.text)) for answer in answers]
    assert pages[0] == pages[1] == pages[2]


def issued_not_yet(session: Session) -> str:
    """A second document of the same name that is still being printed."""
    learner = session.scalars(select(Learner)).first()
    assert learner
    holder = another_plan(session, learner)
    document = service.issue_certificate(session, session.get_one(Plan, holder.plan_id), Office.current(), NOW)
    assert document
    return document.number


def _main(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


def test_a_number_alone_opens_nothing(client: FlaskClient, app: Flask) -> None:
    number = issued().number
    pages = [client.get(f"/verify/{one}") for one in (number, UNKNOWN)]
    assert [page.status_code for page in pages] == [200, 200]
    shown = [re.sub(r'value="[^"]*"', "", _main(page.text)) for page in pages]
    assert shown[0] == shown[1]
    wrong = [
        client.get(f"/verify/{number}/{token}").status_code for token in ("AAAAAAAAAAAA", "x", "岚", tokens.of(UNKNOWN))
    ]
    assert wrong == [404] * 4
    assert client.get(tokens.page(number).lower().replace("he", "HE", 1)).status_code in (200, 404)


def test_the_form_forgives_dashes_and_explains_the_rest(client: FlaskClient) -> None:
    assert f'value="{UNKNOWN}"' in client.get(f"/verify?number={UNKNOWN.lower().replace('-', '')}").text
    for typed, sentence in (("abc", "编号的样子如"), (MISTYPED, "填错了")):
        for answer in (
            client.get("/verify", query_string={"number": typed}),
            client.get(f"/verify/{typed}"),
            look_up(client, typed),
        ):
            assert answer.status_code == 422
            assert sentence in answer.text
            assert f'value="{typed}"' in answer.text
    answer = look_up(client, UNKNOWN, "")
    assert (answer.status_code, "请填写证书上的姓名" in answer.text) == (422, True)


@pytest.mark.parametrize("state", ["issued", "revoked", "unknown", "form"])
def test_english_pages_are_english(client: FlaskClient, app: Flask, state: str) -> None:
    document = issued()
    if state == "revoked":
        with db.write() as session:
            service.revoke(session, session.get_one(Document, document.id), "duplicate", None, NOW)
    client.post("/language", data={"to": "en"})
    address = {"form": "/verify", "unknown": f"/verify/{UNKNOWN}/x"}.get(state, tokens.page(document.number))
    page = client.get(address).text
    words = {"issued": "Valid", "revoked": "Revoked", "unknown": "No such document", "form": "Check it"}
    assert f">{words[state]}</h1>" in page or words[state] in page
    main = page.split("<main")[1].split("</main>")[0]
    assert "证书" not in main


def test_nothing_of_a_person_is_logged(client: FlaskClient, app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True)
    document = issued()
    _log_in(client, document.learner_id)
    client.get(tokens.page(document.number))
    client.get(f"/centre/certificates/{document.number}.pdf")
    said = capsys.readouterr()
    assert not any(word in said.err + said.out for word in ("周晓岚", EMPLOYER, "13020819"))


@pytest.mark.parametrize("prefix", ["ts", "TS-1", "ABCDE", "唐"])
def test_a_prefix_that_cannot_be_read_back_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    monkeypatch.setenv("PORTAL_CERTS_PREFIX", prefix)
    with pytest.raises(Misconfigured, match="PORTAL_CERTS_PREFIX"):
        create_app(settings)
