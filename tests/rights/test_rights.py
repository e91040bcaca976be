"""A copy of one's data, the end of an account, and the end of keeping."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import clock, db, jobs
from portal.access import attempts
from portal.access import service as access
from portal.access.models import LoginSession
from portal.credits import service as credits_
from portal.demo import portrait
from portal.divisions.models import Division
from portal.errors import Refused
from portal.messages import service as messages
from portal.people import codes, corrections, service
from portal.people.corrections import Wanted
from portal.people.models import (
    Account,
    AgreementAcceptance,
    Correction,
    Learner,
    LoginName,
    OneTimeCode,
    Organisation,
    OrganisationApplication,
)
from portal.photos import checks
from portal.photos import service as photos
from portal.photos.models import Photo
from portal.rights import leaving
from portal.storage import current_storage
from portal.testing import PASSWORD, log_in, make_account, make_learner
from portal.types import PersonalRows
from tests.strangers import Start
from tests.strangers import start as start

PHONE, ADDRESS = "13831552067", "zxl@example.cn"


@pytest.fixture
def learner(client: FlaskClient) -> Learner:
    """Somebody with hours, a phone, a photo, a message and an open request, logged in."""
    with db.write() as session:
        made = make_learner(session)
        made.phone, made.email = PHONE, ADDRESS
        photos.keep(session, made.account_id, checks.check(portrait.draw()), clock.now())
        messages.post(session, made.account_id, "registered")
        credits_.earn(
            session, learner_id=made.id, year=2025, kind="major", hours=6000, title="t", source="import",
            employer_name="e", now=clock.now(),
        )  # fmt: skip
        wanted = Wanted("周晓兰", made.id_kind, "", "唐山市第一中学", made.division_code)
        corrections.ask(session, made.id, wanted, [checks.check(portrait.draw())], "", clock.now())
        codes.issue(session, made.account_id, codes.SLIP, clock.now())
    log_in(client, made.account)
    return made


def files() -> list[str]:
    folder = current_storage().path("")
    return [str(path) for path in folder.rglob("*.jpg")]


def test_everything_in_one_file(client: FlaskClient, learner: Learner) -> None:
    assert client.get("/me/data").status_code == 200
    answer = client.post("/me/data", data={"current": PASSWORD})
    assert answer.headers["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.namelist() == ["data.json", "photo.jpg", "evidence-1.jpg"]
    assert archive.read("evidence-1.jpg").startswith(b"\xff\xd8")
    data = json.loads(archive.read("data.json"))
    assert data["profile"][0]["id_number"] == learner.id_number
    assert data["profile"][0]["phone"] == PHONE
    assert data["hours"][0]["hours"] == 6000
    assert data["corrected facts"][0]["after"] == "周晓兰"
    assert {name["kind"] for name in data["login names"]} == {"user_name"}
    assert {"employers", "plans", "orders", "payments", "messages", "logins"} <= set(data)
    text = archive.read("data.json").decode()
    for secret in (learner.account.password, learner.id_index):
        assert str(secret) not in text


def test_nobody_elses(client: FlaskClient, learner: Learner) -> None:
    with db.write() as session:
        other = make_learner(session, name="别人")
        messages.post(session, other.account_id, "registered")
    text = (
        zipfile.ZipFile(io.BytesIO(client.post("/me/data", data={"current": PASSWORD}).data)).read("data.json").decode()
    )
    assert "别人" not in text
    assert other.id_number not in text


def test_who_acts_for_an_organisation_gets_theirs(client: FlaskClient) -> None:
    with db.write() as session:
        account = make_account(session, "organisation", "张三")
        session.add(Division(code="130208", name="丰润区", level="county"))
        session.flush()
        organisation = Organisation(name="唐山市第一中学", code="91350100M000100Y43", division_code="130208")
        organisation.account_id = account.id
        session.add(organisation)
    log_in(client, account)
    assert "/me/data" in client.get("/me").text
    assert "/me/close" not in client.get("/me/data").text
    archive = zipfile.ZipFile(io.BytesIO(client.post("/me/data", data={"current": PASSWORD}).data))
    data = json.loads(archive.read("data.json"))
    assert [row.get("role") for row in data["acts for"]] == ["owner", None]
    assert data["acts for"][1]["name"] == organisation.name


def test_consent_is_withdrawn_and_given_again(app: Flask, client: FlaskClient, learner: Learner) -> None:
    other = app.test_client()
    log_in(other, learner.account)
    with db.write() as session:
        agreement = service.ensure_agreement(session, clock.now())
        service.accept(session, learner.account_id, agreement.id, "", clock.now())
        user_name = session.get_one(Account, learner.account_id).username
    assert "照片、手机号码和邮箱会立即删除" in client.get("/me/consent").text
    assert client.post("/me/consent", data={"current": PASSWORD}).status_code == 422, "not ticked"
    assert client.post("/me/consent", data={"current": PASSWORD, "sure": "y"}).location == "/"
    assert [one.get("/me").status_code for one in (client, other)] == [303, 303]
    with db.read() as session:
        found = session.get_one(Learner, learner.id)
        assert (found.phone, found.phone_index, found.email, found.email_index) == (None, None, None, None)
        assert photos.current(session, learner.account_id) is None
        assert credits_.totals(session, learner.id, 2025) == {"major": 6000}
        kept = session.scalars(select(AgreementAcceptance).where(AgreementAcceptance.account_id == found.account_id))
        assert [one.withdrawn_at is not None for one in kept] == [True]
    again = client.post("/login", data={"name": user_name, "password": PASSWORD})
    assert again.location.startswith("/agreement/accept")
    assert "您已撤回同意" in client.get("/agreement/accept").text
    assert client.get("/me").location.startswith("/agreement/accept")
    assert client.get("/me/data").status_code == 200
    client.post("/agreement/accept", data={"agreed": "y"})
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("path", ["/me/data", "/me/close", "/me/consent"])
def test_the_password_is_asked_and_misses_counted(client: FlaskClient, learner: Learner, path: str) -> None:
    assert client.post(path, data={"current": "", "sure": "y"}).status_code == 422
    for _ in range(attempts.PER_NAME):
        assert client.post(path, data={"current": "wrong", "sure": "y"}).status_code == 422
    assert client.post(path, data={"current": PASSWORD, "sure": "y"}).status_code == 429
    with db.read() as session:
        assert session.get_one(Account, learner.account_id).active


def test_closing_shreds_what_is_private_and_keeps_the_ledger(app: Flask, client: FlaskClient, learner: Learner) -> None:
    elsewhere = app.test_client()
    log_in(elsewhere, learner.account)
    assert len(files()) == 2
    assert client.post("/me/close", data={"current": PASSWORD}).status_code == 422
    assert client.post("/me/close", data={"current": PASSWORD, "sure": "y"}).location == "/"
    assert files() == []
    for visitor in (client, elsewhere):
        assert visitor.get("/me").status_code == 303
    with db.read() as session:
        kept = session.get_one(Learner, learner.id)
        assert (kept.phone, kept.phone_index, kept.email) == (None, None, None)
        assert kept.closed_at
        assert credits_.totals(session, learner.id, 2025) == {"major": 6000}
        for table in (Photo, LoginName):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
        assert messages.inbox(session, learner.account_id) == []
        assert session.scalars(select(Correction.state)).one() == "withdrawn"
        assert session.scalars(select(OneTimeCode.used_at)).one() is not None
        with pytest.raises(Refused):
            access.log_in(session, learner.account.username, PASSWORD)


def test_what_is_rolled_back_loses_no_file(app: Flask, learner: Learner) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as session:
        photos.shred(session, learner.account_id)
        session.flush()
        _ = 1 / 0
    assert len(files()) == 2


def retain(days: float) -> None:
    with db.write() as session:
        jobs.submit(session, "rights.retention")
    jobs.run_due(clock.now() + timedelta(days=days))


def test_replaced_photos_evidence_and_logins_go_after_their_time(app: Flask, learner: Learner) -> None:
    with db.write() as session:
        photos.keep(session, learner.account_id, checks.check(portrait.draw()), clock.now())
        corrections.withdraw(session, learner.id, session.scalars(select(Correction.id)).one(), clock.now())
    retain(179)
    assert len(files()) == 3
    retain(181)
    assert len(files()) == 2, "the evidence"
    retain(366)
    assert len(files()) == 1, "the replaced photo; the present one stays"
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
        assert len(messages.inbox(session, learner.account_id)) == 2
    retain(1096)
    with db.read() as session:
        assert messages.inbox(session, learner.account_id) == []


def test_a_closed_account_loses_its_name_after_its_time(app: Flask, learner: Learner, client: FlaskClient) -> None:
    with db.write() as session:
        leaving.leave(session, session.get_one(Learner, learner.id), clock.now())
    retain(3649)
    with db.read() as session:
        assert session.get_one(Learner, learner.id).name == learner.name
    retain(3651)
    with db.read() as session:
        kept = session.get_one(Learner, learner.id)
        assert (kept.name, kept.id_number, kept.account.first_name) == ("—", "", "—")
        assert credits_.totals(session, learner.id, 2025) == {"major": 6000}


def test_scans_of_licences_go_after_their_time(app: Flask) -> None:
    with db.write() as session:
        organisation = Organisation(name="唐山市第一中学", code="91350100M000100Y43", division_code="130208")
        session.add_all([Division(code="130208", name="丰润区", level="county"), organisation])
        account = make_account(session)
        keys = ["licences/a.jpg", "licences/b.jpg"]
        for key in keys:
            current_storage().put(key, b"x")
        shared = {"organisation": organisation, "account_id": account.id, "name": "x", "code_kind": "uscc", "code": "x"}
        given = {**shared, "division_code": "130208", "contact_name": "x", "contact_phone": "x"}
        long_ago = clock.now() - timedelta(days=2000)
        for key, decided in ((keys[0], long_ago), (keys[1], long_ago), (keys[1], None)):
            session.add(OrganisationApplication(licence_key=key, decided_at=decided, created_at=long_ago, **given))
    retain(0)
    with db.read() as session:
        left = session.scalars(select(OrganisationApplication.licence_key).order_by(OrganisationApplication.id)).all()
    assert left == ["", keys[1], keys[1]], "what is still being decided keeps its scan"
    assert [current_storage().exists(key) for key in keys] == [False, True]


def test_what_plugins_hold_is_in_the_file_too(start: Start) -> None:
    """The hook personal_data; one that fails spoils the file rather than leaving a hole."""
    answers = [[PersonalRows("badges", "Badges", [{"given": "2026"}])]]
    app = start(personal_data=lambda session, learner: answers[0])
    client = app.test_client()
    with db.write() as session:
        account = make_learner(session).account
    log_in(client, account)
    answer = client.post("/me/data", data={"current": PASSWORD})
    data = json.loads(zipfile.ZipFile(io.BytesIO(answer.data)).read("data.json"))
    assert data["badges"] == [{"given": "2026"}]
    assert data["documents"] == []  # of the certificates' plugin
    answers.clear()  # now it raises
    assert client.post("/me/data", data={"current": PASSWORD}).status_code == 500
