"""Text messages through a plugin: codes and the kinds it is approved for, and nothing of them in rows or logs."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock, db, jobs
from portal.jobs import Job
from portal.messages import service as messages
from portal.messages.models import Mail
from portal.messages.sms import Sms, SmsSender
from portal.people import service as people
from portal.people.models import Learner
from portal.testing import make_learner
from tests.strangers import Start
from tests.strangers import start as start

PHONE = "13831552067"
SENT: list[tuple[str, Sms]] = []


class Pigeon(SmsSender):
    """Remembers what it carries. The number 199... is refused."""

    key = "pigeon"
    kinds = frozenset({"order_paid"})
    refusing = False

    def send(self, phone: str, sms: Sms) -> None:
        if Pigeon.refusing:
            raise ValueError(f"no way to {phone}")
        SENT.append((phone, sms))


class Slow(SmsSender):
    """Stands behind the other one."""

    key = "slow"
    weight = 900


@pytest.fixture
def site(start: Start) -> Iterator[Flask]:
    SENT.clear()
    Pigeon.refusing = False
    app = start(sms_senders=[Slow, Pigeon])
    with db.write() as session:
        people.ensure_agreement(session, clock.now())
    yield app
    SENT.clear()


@pytest.fixture
def learner(site: Flask) -> Learner:
    with db.write() as session:
        made = make_learner(session)
        made.phone = PHONE
    return made


def test_a_forgotten_password_comes_back_by_text(site: Flask, learner: Learner) -> None:
    """The hook sms_senders."""
    client = site.test_client()
    assert "登记的手机号码" in client.get("/forgotten").text
    assert client.post("/forgotten", data={"name": learner.account.username}).status_code == 200
    jobs.drain()
    ((phone, said),) = SENT
    assert (phone, said.kind) == (PHONE, "code")
    assert re.fullmatch(r"[2-9A-Z]{5}-[2-9A-Z]{5}", said.params["code"])
    assert said.params["code"] in said.text
    fresh = {"password": "a new horse 7", "again": "a new horse 7", "agreed": "y", "code": said.params["code"]}
    done = client.post("/reset", data={"account": learner.account.username, "person": learner.name, **fresh})
    assert done.location == "/me"


def test_who_has_no_phone_gets_the_same_page_and_no_text(site: Flask, learner: Learner) -> None:
    with db.write() as session:
        silent = make_learner(session, name="别人")
    names = ("nobody-here", silent.account.username, learner.account.username)
    pages = [site.test_client().post("/forgotten", data={"name": name}) for name in names]
    assert len({re.sub(r'value="[^"]{60,}"|content="[^"]{60,}"', "", page.text) for page in pages}) == 1
    jobs.drain()
    assert [phone for phone, _said in SENT] == [PHONE]


def test_only_kinds_the_sender_is_approved_for_go_out(site: Flask, learner: Learner) -> None:
    with db.write() as session:
        messages.post(session, learner.account_id, "order_paid", url="/projects", number="A7")
        messages.post(session, learner.account_id, "registered")
    jobs.drain()
    assert [(said.kind, dict(said.params)) for _phone, said in SENT] == [("order_paid", {"number": "A7"})]
    assert "A7" in SENT[0][1].text


def test_a_text_is_sealed_while_it_waits_and_its_number_is_never_logged(
    site: Flask, learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    Pigeon.refusing = True
    site.test_client().post("/forgotten", data={"name": learner.account.username})
    jobs.drain()
    with db.read() as session:
        raw = session.connection().exec_driver_sql("SELECT recipient, subject, body FROM mail").one()
        rows = [f"{job.payload}{job.unique}{job.error}" for job in session.scalars(select(Job))]
    output = capsys.readouterr()
    assert PHONE not in "".join([*raw, *rows, output.out, output.err])
    Pigeon.refusing = False
    jobs.drain(clock.now() + jobs.LEASE * 60)
    assert [phone for phone, _said in SENT] == [PHONE]
    with db.read() as session:
        mail = session.scalars(select(Mail)).one()
    assert (mail.recipient, mail.subject, mail.body) == (None, None, None)


def test_without_a_sender_no_text_is_made(app: Flask) -> None:
    with db.write() as session:
        messages.post(session, make_learner(session).account_id, "order_paid", number="A7")
        assert session.scalars(select(Job).where(Job.key == messages.COPY_SMS)).all() == []
