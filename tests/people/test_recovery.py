"""Codes open one account once: slips for people at a counter, mails for those with an address; nobody is told more."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db
from portal.access import attempts
from portal.access import service as access
from portal.audit.models import AuditRow
from portal.errors import Conflict, NotFound, Refused
from portal.people import codes, passwords, service, slip_views
from portal.people.models import Account, Agreement, Learner, OneTimeCode, Organisation
from portal.testing import PASSWORD, log_in, make_account, make_learner
from tests.people.test_activation import FRESH, NUMBER, old, plain

__all__ = ["old"]
FORM = {"account": NUMBER, "person": "王建国", "password": FRESH, "again": FRESH, "agreed": "y"}


def slip(account_id: int) -> str:
    with db.write() as session:
        return codes.issue(session, account_id, codes.SLIP, clock.now())


def test_a_slip_opens_an_account_without_a_phone(client: FlaskClient, old: Learner) -> None:
    code = slip(old.account_id)
    assert re.fullmatch(r"[2-9A-Z]{5}-[2-9A-Z]{5}", code)
    done = client.post("/reset", data={**FORM, "code": f" {code.lower().replace('-', ' ')} "})
    assert (done.status_code, done.location) == (303, "/me")
    assert "王建国" in client.get("/me").text
    with db.read() as session:
        assert not session.get_one(Account, old.account_id).must_change
        assert access.log_in(session, NUMBER, FRESH).id == old.account_id
        with pytest.raises(Refused):
            access.log_in(session, NUMBER, passwords.COMMON_INITIAL)


def test_a_slip_counts_once_and_a_newer_one_ends_it(app: Flask, client: FlaskClient, old: Learner) -> None:
    first = slip(old.account_id)
    second = slip(old.account_id)
    assert client.post("/reset", data={**FORM, "code": first}).status_code == 422
    assert client.post("/reset", data={**FORM, "code": second}).status_code == 303
    again = app.test_client().post(
        "/reset", data={**FORM, "password": "other horse 8", "again": "other horse 8", "code": second}
    )
    assert again.status_code == 422


def test_two_who_spend_it_at_once_are_one_and_a_conflict(old: Learner) -> None:
    slip(old.account_id)
    with db.read() as session:
        code = session.scalars(select(OneTimeCode)).one()
    with db.write() as session:
        codes.redeem(session, code.id, "x", "", clock.now())
    with pytest.raises(Conflict), db.write() as session:
        codes.redeem(session, code.id, "y", "", clock.now())


def test_a_slip_ends_after_two_weeks(client: FlaskClient, old: Learner) -> None:
    code = slip(old.account_id)
    with time_machine.travel(clock.now() + codes.LASTS[codes.SLIP] + timedelta(seconds=1)):
        assert client.post("/reset", data={**FORM, "code": code}).status_code == 422


def test_the_table_of_codes_opens_nothing(old: Learner) -> None:
    code = slip(old.account_id)
    with db.read() as session:
        row = session.scalars(select(OneTimeCode)).one()
    assert code.replace("-", "") not in str(vars(row))


def test_whatever_does_not_fit_gets_the_same_answer(app: Flask, old: Learner) -> None:
    code = slip(old.account_id)
    wrong = {
        "another name": {**FORM, "code": code, "person": "王建军"},
        "another code": {**FORM, "code": "AAAAA-AAAAA"},
        "nobody": {**FORM, "code": code, "account": "110105194912310038"},
    }
    answers = {key: app.test_client().post("/reset", data=data) for key, data in wrong.items()}
    assert {answer.status_code for answer in answers.values()} == {422}
    pages = {plain(answer.text, *wrong[key].values()) for key, answer in answers.items()}
    assert len(pages) == 1


def test_guesses_are_counted(client: FlaskClient, old: Learner) -> None:
    code = slip(old.account_id)
    for guess in range(attempts.PER_NAME):
        assert client.post("/reset", data={**FORM, "code": f"AAAAA-AAAA{guess}"}).status_code == 422
    assert client.post("/reset", data={**FORM, "code": code}).status_code == 429


def test_guesses_about_many_people_are_counted_by_address(
    app: Flask, client: FlaskClient, old: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = slip(old.account_id)
    monkeypatch.setattr(attempts, "PER_ADDRESS", 3)
    for turn in range(3):
        assert client.post("/reset", data={**FORM, "account": f"nobody {turn}", "code": code}).status_code == 422
    right = {**FORM, "code": code}
    assert client.post("/reset", data=right).status_code == 429
    elsewhere = app.test_client().post("/reset", data=right, environ_base={"REMOTE_ADDR": "10.9.8.7"})
    assert elsewhere.status_code == 303


@pytest.mark.parametrize("password", ["123456", NUMBER, "12345678", ""])
def test_the_new_password_is_a_good_one(client: FlaskClient, old: Learner, password: str) -> None:
    data = {**FORM, "code": slip(old.account_id), "password": password, "again": password}
    assert client.post("/reset", data=data).status_code == 422


def test_nor_the_former_one_and_the_code_is_not_spent_by_it(client: FlaskClient, city: Agreement) -> None:
    with db.write() as session:
        learner = make_learner(session, name="王建国")
    code = slip(learner.account_id)
    data = {**FORM, "account": learner.account.username, "code": code, "password": PASSWORD, "again": PASSWORD}
    assert "不能与原密码相同" in client.post("/reset", data=data).text
    assert client.post("/reset", data={**data, "password": FRESH, "again": FRESH}).status_code == 303


def test_a_reset_ends_logins_of_before(app: Flask, client: FlaskClient, city: Agreement) -> None:
    with db.write() as session:
        learner = make_learner(session, name="王建国")
    log_in(client, learner.account)
    data = {**FORM, "account": learner.account.username, "code": slip(learner.account_id)}
    assert app.test_client().post("/reset", data=data).status_code == 303
    assert client.get("/me").status_code == 303


def test_a_closed_account_gets_no_slip(city: Agreement) -> None:
    with db.write() as session:
        learner = make_learner(session)
        learner.account.active = False
    with pytest.raises(NotFound):
        slip(learner.account_id)


def test_without_a_mail_server_the_page_sends_nobody_away_empty(client: FlaskClient) -> None:
    page = client.get("/forgotten")
    assert "激活单" in page.text
    assert '<form method="post" novalidate' not in page.text
    assert client.post("/forgotten", data={"name": NUMBER}).status_code == 200


# --- slips of employers ---------------------------------------------------------------------------------------------


@pytest.fixture
def clerk(client: FlaskClient, old: Learner) -> Organisation:
    """The employer of the old learner, logged in."""
    with db.write() as session:
        account = make_account(session, "organisation", "唐山市第一中学")
        found = session.scalars(select(Organisation).where(Organisation.name == "唐山市第一中学")).one()
        found.account_id = account.id
    log_in(client, account)
    return found


def test_an_employer_prints_slips_for_its_own_people(client: FlaskClient, clerk: Organisation, old: Learner) -> None:
    page = client.get("/organisation/slips").text
    assert "王建国" in page
    assert NUMBER not in page
    printed = client.post(f"/organisation/slips/{old.id}")
    assert printed.headers["Cache-Control"] == "no-store"
    code = re.search(r">\s*([2-9A-Z]{5}-[2-9A-Z]{5})\s*<", printed.text)
    assert code
    assert NUMBER not in printed.text
    assert client.application.test_client().post("/reset", data={**FORM, "code": code[1]}).status_code == 303
    assert client.post(f"/organisation/slips/{old.id}").status_code == 404, "active accounts are not the employer's"
    assert "王建国" not in client.get("/organisation/slips").text


def test_people_are_searched_without_their_name_in_the_address(client: FlaskClient, clerk: Organisation) -> None:
    assert "王建国" in client.post("/organisation/slips", data={"q": "建国"}).text
    assert "王建国" not in client.post("/organisation/slips", data={"q": "李"}).text
    assert "王建国" in client.get("/organisation/slips?q=李").text, "an address says nothing"


def test_but_for_nobody_elses(client: FlaskClient, clerk: Organisation, old: Learner) -> None:
    with db.write() as session:
        service.change_employer(session, old.id, "唐山市第九中学", "130203", None, clock.now())
    assert client.post(f"/organisation/slips/{old.id}").status_code == 404
    assert client.post("/organisation/slips/999999").status_code == 404
    assert "王建国" not in client.get("/organisation/slips").text


def _two_more(here: Organisation) -> list[int]:
    """Two new people of this employer, as a paid roster leaves them; ids of accounts."""
    with db.write() as session:
        made = [make_learner(session, name=name, employer="唐山市第九中学") for name in ("李芳", "赵敏")]
        for one in made:
            one.account.must_change = True
            service.change_employer(session, one.id, here.name, here.division_code, here.id, clock.now())
        return [one.account_id for one in made]


def test_slips_of_all_new_people_are_printed_at_once(client: FlaskClient, clerk: Organisation, old: Learner) -> None:
    new = _two_more(clerk)
    single = codes_on(client.post(f"/organisation/slips/{old.id}").text)
    assert "有 2 人尚无有效激活单" in client.get("/organisation/slips").text
    paper = client.post("/organisation/slips/all")
    assert paper.headers["Cache-Control"] == "no-store"
    printed = codes_on(paper.text)
    assert len(printed) == 2
    assert all(name in paper.text for name in ("李芳", "赵敏"))
    assert "王建国" not in paper.text, "the slip that he holds stays valid"
    with db.read() as session:
        made = session.scalars(select(AuditRow).where(AuditRow.verb == "code_slip").order_by(AuditRow.id)).all()
        assert [one.object_id for one in made] == [str(one) for one in (old.account_id, *new)]
        assert {one.actor_id for one in made} == {clerk.account_id}
    assert client.post("/organisation/slips/all").location == "/organisation/slips"
    assert client.application.test_client().post("/reset", data={**FORM, "code": single[0]}).status_code == 303
    afresh = codes_on(client.post("/organisation/slips/all", data={"again": "y"}).text)
    assert len(afresh) == 2
    assert not set(afresh) & set(printed)


def test_all_are_those_who_were_searched_for(client: FlaskClient, clerk: Organisation) -> None:
    _two_more(clerk)
    paper = client.post("/organisation/slips/all", data={"q": "李"}).text
    assert ("李芳" in paper, "赵敏" in paper, "王建国" in paper) == (True, False, False)


def test_a_long_list_is_printed_in_portions(
    client: FlaskClient, clerk: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _two_more(clerk)
    monkeypatch.setattr(slip_views, "MOST", 2)
    papers = [client.post("/organisation/slips/all") for _ in range(3)]
    assert [len(codes_on(paper.text)) for paper in papers] == [2, 1, 0]


def codes_on(paper: str) -> list[str]:
    """The codes that stand on a sheet."""
    return re.findall(r">\s*([2-9A-Z]{5}-[2-9A-Z]{5})\s*<", paper)
