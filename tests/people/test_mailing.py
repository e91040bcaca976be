"""Mail by jobs, to a server on this machine: codes, copies of messages, and nothing of either in rows or logs."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db, jobs
from portal.app import create_app
from portal.errors import Refused
from portal.jobs import Job
from portal.messages import service as messages
from portal.messages import texts
from portal.messages.models import Mail, Message
from portal.people import mailing
from portal.people import service as people
from portal.people.models import Learner, LoginName
from portal.people.registration import index
from portal.settings import Settings
from portal.testing import make_learner, under_test
from tests.people.post_office import PostOffice, post_office

ADDRESS = "zhou.xiaolan@mail.example.cn"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as found:
        yield found


@pytest.fixture
def site(settings: Settings, office: PostOffice) -> Iterator[Flask]:
    """A site that sends mail."""
    changes = {"mail_server": office.address, "mail_security": "none", "mail_from": "jxjy@example.cn"}
    app = under_test(create_app(settings.model_copy(update=changes)))
    with app.app_context():
        with db.write() as session:
            people.ensure_agreement(session, clock.now())
        yield app
        db.engine().dispose()


@pytest.fixture
def learner(site: Flask) -> Learner:
    with db.write() as session:
        made = make_learner(session)
        made.email = ADDRESS
        session.add(LoginName(account_id=made.account_id, kind="email", value=index("email", ADDRESS)))
    return made


def test_a_forgotten_password_comes_back_by_mail(site: Flask, office: PostOffice, learner: Learner) -> None:
    client = site.test_client()
    assert client.post("/forgotten", data={"name": learner.account.username}).status_code == 200
    jobs.drain()
    (letter,) = office.letters
    assert (letter["To"], letter["From"]) == (ADDRESS, "jxjy@example.cn")
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", letter.get_content())
    assert code
    fresh = {"password": "a new horse 7", "again": "a new horse 7", "agreed": "y"}
    done = client.post("/reset", data={"account": ADDRESS, "person": learner.name, "code": code[0], **fresh})
    assert done.location == "/me"


def test_who_has_no_account_or_address_gets_the_same_page_and_no_mail(
    site: Flask, office: PostOffice, learner: Learner
) -> None:
    with db.write() as session:
        silent = make_learner(session, name="别人")
    names = ("nobody-here", silent.account.username, learner.account.username)
    pages = [site.test_client().post("/forgotten", data={"name": name}) for name in names]
    assert len({re.sub(r'value="[^"]{60,}"|content="[^"]{60,}"', "", page.text) for page in pages}) == 1
    jobs.drain()
    assert [letter["To"] for letter in office.letters] == [ADDRESS]


def test_asking_again_and_again_is_limited(site: Flask, office: PostOffice, learner: Learner) -> None:
    answers = [site.test_client().post("/forgotten", data={"name": ADDRESS}).status_code for _ in range(10)]
    assert answers.count(200) == 8
    assert answers[-1] == 429


def test_an_account_that_waits_for_activation_gets_none(site: Flask, office: PostOffice, learner: Learner) -> None:
    with db.write() as session:
        session.get_one(Learner, learner.id).account.must_change = True
    site.test_client().post("/forgotten", data={"name": ADDRESS})
    jobs.drain()
    assert office.letters == []


def test_messages_go_by_mail_too_in_the_offices_own_words(site: Flask, office: PostOffice, learner: Learner) -> None:
    with db.write() as session:
        messages.reword(session, "order_paid", "zh_Hans_CN", "订单 %(number)s 收到", "祝学习顺利。", clock.now())
        messages.post(session, learner.account_id, "order_paid", url="/projects", number="A7")
    jobs.drain()
    (letter,) = office.letters
    assert letter["Subject"] == "订单 A7 收到"
    assert "祝学习顺利。" in letter.get_content()
    assert "http://127.0.0.1:8000/projects" in letter.get_content()


def test_without_a_server_no_job_is_made(app: Flask) -> None:
    with db.write() as session:
        messages.post(session, make_learner(session).account_id, "registered")
        assert session.scalars(select(Job).where(Job.key == messages.COPY)).all() == []


def test_a_mail_is_sealed_while_it_waits_and_empty_when_it_is_gone(
    site: Flask, office: PostOffice, learner: Learner
) -> None:
    site.test_client().post("/forgotten", data={"name": ADDRESS})
    with db.read() as session:
        raw = session.connection().exec_driver_sql("SELECT recipient, subject, body FROM mail").one()
        payloads = [str(job.payload) + str(job.unique) for job in session.scalars(select(Job))]
    assert ADDRESS not in "".join([*raw, *payloads])
    jobs.drain()
    with db.read() as session:
        mail = session.scalars(select(Mail)).one()
    assert mail.sent_at is not None
    assert (mail.recipient, mail.subject, mail.body) == (None, None, None)


def test_a_refused_mail_is_tried_again_and_its_address_is_not_logged(
    site: Flask, office: PostOffice, learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    office.refusing = True
    site.test_client().post("/forgotten", data={"name": ADDRESS})
    jobs.drain()
    output = capsys.readouterr()
    assert ADDRESS not in output.err + output.out
    with db.read() as session:
        job = session.scalars(select(Job).where(Job.key == mailing.SEND)).one()
    assert job.state == "queued"
    assert ADDRESS not in job.error
    office.refusing = False
    jobs.run_due(clock.now() + timedelta(hours=1))
    assert len(office.letters) == 1


def test_what_could_not_be_sent_does_not_stay(site: Flask, office: PostOffice, learner: Learner) -> None:
    office.refusing = True
    site.test_client().post("/forgotten", data={"name": ADDRESS})
    jobs.drain()
    with db.write() as session:
        jobs.submit(session, "people.mail_sweep")
    jobs.run_due(clock.now() + mailing.UNSENT + timedelta(minutes=1))
    with db.read() as session:
        assert session.scalars(select(Mail)).one().recipient is None


# --- the office's own words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "language", "title", "body"),
    [
        ("nothing", "en", "a", "b"),
        ("order_paid", "fr", "a", "b"),
        ("order_paid", "en", "", "b"),
        ("order_paid", "en", "a" * 121, "b"),
        ("order_paid", "en", "%(phone)s", "b"),
        ("order_paid", "en", "100 %", "b"),
    ],
)
def test_words_that_could_not_be_said_are_refused(app: Flask, kind: str, language: str, title: str, body: str) -> None:
    with pytest.raises(Refused), db.write() as session:
        messages.reword(session, kind, language, title, body, clock.now())


def test_the_inbox_says_the_offices_words_until_they_are_taken_back(app: Flask, client: FlaskClient) -> None:
    message = Message(kind="order_paid", params={"number": "A7"})
    with db.write() as session, app.test_request_context():
        messages.reword(session, "order_paid", "zh_Hans_CN", "已收 %(number)s", "好。", clock.now())
        assert texts.words(message, texts.own(session)).title == "已收 A7"
        messages.reword(session, "order_paid", "zh_Hans_CN", "", "", clock.now())
        session.flush()
        assert texts.words(message, texts.own(session)).title == texts.words(message).title
