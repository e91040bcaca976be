"""A new version of the agreement asks again at the next login, and what was accepted is kept."""

from flask.testing import FlaskClient
from sqlalchemy import event, select

from portal import clock, db
from portal.people import passwords, service
from portal.people.models import Agreement, AgreementAcceptance, Learner
from portal.people.registration import Registration
from portal.testing import PASSWORD, make_account

NUMBER = "11010519491231002X"


def learner(right: Registration) -> Learner:
    with db.write() as session:
        return service.register(session, right, clock.now(), passwords.digest(PASSWORD))


def publish() -> Agreement:
    with db.write() as session:
        return service.publish_agreement(session, "用户服务协议", "二、新条款", clock.now())


def enter(client: FlaskClient, target: str = "/me") -> str:
    answer = client.post("/login", data={"name": NUMBER, "password": PASSWORD, "next": target})
    assert answer.status_code == 303
    return str(answer.location)


def test_the_same_version_asks_nobody(client: FlaskClient, right: Registration) -> None:
    learner(right)
    assert enter(client) == "/me"


def test_a_new_one_asks_before_anything_else_and_once(client: FlaskClient, right: Registration) -> None:
    account_id = learner(right).account_id
    fresh = publish()
    assert enter(client) == "/agreement/accept?next=/me"
    assert "二、新条款" in client.get("/agreement/accept").text
    assert client.get("/messages").location == "/agreement/accept?next=/messages"
    assert client.post("/me/contact", data={"phone": "1"}).location == "/agreement/accept?next=/me/contact"
    assert client.post("/agreement/accept", data={}).status_code == 422
    assert client.post("/agreement/accept?next=/me", data={"agreed": "y"}).location == "/me"
    assert client.get("/me").status_code == 200
    with db.read() as session:
        rows = session.scalars(select(AgreementAcceptance).where(AgreementAcceptance.account_id == account_id))
        assert {row.agreement_id for row in rows} == {right.agreement_id, fresh.id}
    client.post("/logout")
    assert enter(client) == "/me"


def test_who_does_not_agree_may_leave(client: FlaskClient, right: Registration) -> None:
    learner(right)
    publish()
    enter(client)
    assert client.get("/me/data").status_code == 200
    assert client.post("/me/close", data={"current": PASSWORD, "sure": "y"}).location == "/"


def test_a_foreign_address_is_no_target(client: FlaskClient, right: Registration) -> None:
    learner(right)
    publish()
    enter(client)
    assert client.post("/agreement/accept?next=//evil.example", data={"agreed": "y"}).location == "/"


def test_staff_are_not_asked(client: FlaskClient, right: Registration) -> None:
    with db.write() as session:
        account = make_account(session)
    publish()
    answer = client.post("/login", data={"name": account.username, "password": PASSWORD})
    assert answer.location == "/staff/"


def test_a_login_costs_the_hash_and_few_statements(client: FlaskClient, right: Registration) -> None:
    learner(right)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        if not text.startswith(("BEGIN", "SELECT pg_advisory")):
            seen.append(text)

    event.listen(db.engine(), "before_cursor_execute", note)
    enter(client)
    event.remove(db.engine(), "before_cursor_execute", note)
    assert len(seen) <= 5, seen
