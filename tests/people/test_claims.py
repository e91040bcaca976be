"""An ID number that is registered twice: nobody who registers is told, and staff say whose it is."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock, db
from portal.access import attempts, staff_accounts
from portal.access import service as access
from portal.access.models import LoginAttempt
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.errors import Conflict, Refused
from portal.merging import service as merging
from portal.messages.models import Message
from portal.people import claims, closing, login_names, passwords, service
from portal.people.models import Account, Agreement, Learner
from portal.people.registration import Registration
from portal.staff import roles
from portal.testing import PASSWORD, log_in
from tests.people.conftest import NOW
from tests.staff.world import HASH

NUMBER, FREE = "11010519491231002X", "110105194912310038"
OTHER = "another horse 8"
FORM = {
    "name": "周晓岚",
    "id_kind": "resident_id",
    "id_number": NUMBER,
    "phone": "13900000001",
    "division_code": "130208",
    "employer": "唐山市第三中学",
    "password": OTHER,
    "again": OTHER,
}


@pytest.fixture
def known(right: Registration, app: Flask) -> Learner:
    with db.write() as session:
        return service.register(session, right, clock.now())


@pytest.fixture
def waiting(right: Registration, app: Flask) -> Learner:
    """The same number, of a learner of the old platform who has not come yet."""
    with db.write() as session:
        return service.import_learner(
            session,
            name=right.name,
            id_number=NUMBER,
            phone="13900009999",
            employer=right.employer,
            division_code="130203",
            password_hash=passwords.digest(passwords.COMMON_INITIAL),
            now=clock.now(),
        )


def claim(right: Registration, **changes: str) -> Learner:
    with db.write() as session:
        return service.register(session, replace(right, phone="13900000001", email="", **changes), clock.now())


def walk(app: Flask, number: str) -> list[tuple[int, str | None, str]]:
    """Everything a visitor sees who registers a number, comes back, fails, and asks for a new password."""
    visitor, seen = app.test_client(), []
    form = {**FORM, "id_number": number}

    def see(answer: object) -> None:
        text = re.sub(r'(content|value)="[^"]{60,}"', "", answer.text)  # type: ignore[attr-defined]
        text = text.replace(number, "").replace(f"{number[:6]}********{number[14:]}", "").replace(number[-4:], "")
        seen.append((answer.status_code, answer.location, text))  # type: ignore[attr-defined]

    visitor.post("/register", data={"agreed": "y"})
    see(visitor.post("/register/form", data={**form, "phone": "1"}))
    see(visitor.post("/register/form", data=form))
    see(visitor.get("/register/photo"))
    see(visitor.post("/register/photo", data={"skip": "1"}))
    for page in ("/", "/me", "/centre", "/messages", "/me/contact", "/me/corrections/new"):
        see(visitor.get(page))
    visitor.post("/logout")
    see(visitor.post("/login", data={"name": number, "password": "wrong horse 7"}))
    for page in ("/login", "/activate"):  # the browser sends the form on
        see(visitor.post(page, data={"name": number, "password": passwords.COMMON_INITIAL}))
    activation = {"id_number": number, "phone": FORM["phone"], "password": "x horse 77", "again": "x horse 77"}
    see(visitor.post("/activate", data={**activation, "agreed": "y"}))
    see(visitor.post("/login", data={"name": number, "password": OTHER}))
    visitor.post("/logout")
    for _ in range(attempts.PER_NAME):
        visitor.post("/login", data={"name": number, "password": "wrong horse 7"})
    see(visitor.post("/login", data={"name": FORM["phone"], "password": OTHER}))
    return seen


@pytest.mark.parametrize("before", ["known", "waiting"])
def test_whoever_registers_cannot_tell_a_known_number(app: Flask, request: pytest.FixtureRequest, before: str) -> None:
    request.getfixturevalue("city")
    with time_machine.travel(clock.now(), tick=False):
        fresh = walk(app, FREE)
        with db.write() as session:  # its phone is free again for the second walk
            first = session.scalars(select(Learner)).one()
            closing.close(session, first.id, clock.now())
        request.getfixturevalue(before)
        with db.write() as session:
            session.execute(delete(LoginAttempt))
        again = walk(app, NUMBER)
    for place, seen in enumerate(again):
        assert seen == fresh[place], place
    with db.read() as session:
        assert session.scalars(select(Learner).where(Learner.in_doubt)).one().id_number == NUMBER


def test_each_password_opens_its_own_account(right: Registration, known: Learner, app: Flask) -> None:
    second = claim(right, password=OTHER)
    with db.read() as session:
        assert access.log_in(session, NUMBER, PASSWORD).id == known.account_id
        assert access.log_in(session, NUMBER, OTHER).id == second.account_id
        assert access.log_in(session, "13900000001", OTHER).id == second.account_id
        with pytest.raises(Refused):
            access.log_in(session, "13900000001", PASSWORD)


def test_the_first_account_stays_and_is_told(right: Registration, known: Learner, app: Flask) -> None:
    claim(right, password=OTHER)
    with db.read() as session:
        kinds = set(session.scalars(select(Message.kind).where(Message.account_id == known.account_id)))
        assert kinds == {"registered", "number_claimed"}
        assert not session.get_one(Learner, known.id).in_doubt


def test_one_number_is_not_given_without_end(right: Registration, known: Learner, app: Flask) -> None:
    forms = [replace(right, phone=f"1390000001{turn}", email="") for turn in range(login_names.PLACES + 1)]
    for form in forms[:-1]:
        with db.write() as session:
            service.register(session, form, clock.now(), "!")
    with pytest.raises(Refused) as caught, db.write() as session:
        service.register(session, forms[-1], clock.now(), "!")
    assert [problem.field for problem in caught.value.problems] == ["id_number"]


def hashes(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> int:
    made: list[str] = []
    slow = passwords._scrypt
    with monkeypatch.context() as patched:
        patched.setattr(passwords, "_scrypt", lambda known, typed: made.append(typed) or slow(known, typed))
        work()
    return len(made)


@pytest.mark.parametrize("name", [NUMBER, FREE, "13900009999", "13900000077", "nobody", ""])
def test_a_wrong_password_costs_one_hash_whoever_is_named(
    right: Registration, known: Learner, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Also of accounts that open by a slip only, and where a number has two accounts."""
    with db.write() as session:
        service.change_password(session, known.account_id, passwords.digest(PASSWORD))  # the fixture's is a quick one
    form = replace(right, phone="13900000001", email="", password=OTHER)
    with db.write() as session:
        others = [one.password for one in access.everybody(session, NUMBER)]
        service.register(session, form, clock.now(), passwords.digest(OTHER, others))
        slip = replace(right, id_number=FREE, phone="13900000077", email="")
        service.register(session, slip, clock.now(), "!")

    def log_in() -> None:
        with db.read() as session, pytest.raises(Refused):
            access.log_in(session, name, "wrong horse 7")

    assert hashes(monkeypatch, log_in) == 1


def test_the_number_goes_to_whom_it_belongs(right: Registration, known: Learner, app: Flask) -> None:
    second = claim(right, password=OTHER)
    with db.write() as session:
        claims.give(session, session.get_one(Learner, second.id), 1, "looked at the card")
    with db.read() as session:
        assert session.get_one(Learner, known.id).in_doubt
        assert not session.get_one(Learner, second.id).in_doubt
        assert access.find(session, NUMBER) == session.get_one(Account, second.account_id)
        assert access.log_in(session, NUMBER, PASSWORD).id == known.account_id
    with pytest.raises(Conflict), db.write() as session:
        claims.give(session, session.get_one(Learner, second.id), 1, "again")


def test_joining_the_two_settles_it(right: Registration, known: Learner, app: Flask) -> None:
    """Also when the account that is kept is the one that came later."""
    second = claim(right, password=OTHER)
    with db.write() as session:
        kept, other = session.get_one(Learner, second.id), session.get_one(Learner, known.id)
        merging.join(session, kept, other, 1, "one person", clock.now())
    with db.read() as session:
        assert not session.get_one(Learner, second.id).in_doubt
        assert access.log_in(session, NUMBER, OTHER).id == second.account_id
        assert session.get_one(Learner, second.id).id_index == claims.index_of(second)
        with pytest.raises(Refused):
            access.log_in(session, NUMBER, PASSWORD)


def test_who_has_no_right_to_the_number_is_closed(right: Registration, known: Learner, app: Flask) -> None:
    second = claim(right, password=OTHER)
    with pytest.raises(Refused), db.write() as session:
        claims.refuse(session, session.get_one(Learner, second.id), 1, " ", clock.now())
    with db.write() as session:
        claims.refuse(session, session.get_one(Learner, second.id), 1, "another name on the card", clock.now())
    with db.read() as session:
        with pytest.raises(Refused):
            access.log_in(session, NUMBER, OTHER)
        assert access.log_in(session, NUMBER, PASSWORD).id == known.account_id
        assert not session.scalars(select(Learner).where(Learner.in_doubt)).all()


def test_papers_of_two_kinds_may_have_one_number(right: Registration, writing: Session) -> None:
    first = service.register(writing, replace(right, id_kind="tw_permit", id_number="77788899"), NOW)
    form = replace(right, id_kind="passport", id_number="77788899", phone="13900000001", email="", password=OTHER)
    second = service.register(writing, form, NOW)
    claims.keep_apart(writing, second, 1, "looked at both papers")
    assert not second.in_doubt
    assert access.log_in(writing, "77788899", PASSWORD).id == first.account_id
    assert access.log_in(writing, "77788899", OTHER).id == second.account_id


def test_one_card_has_one_owner(right: Registration, writing: Session) -> None:
    service.register(writing, right, NOW)
    second = service.register(writing, replace(right, phone="13900000001", email=""), NOW)
    with pytest.raises(Refused):
        claims.keep_apart(writing, second, 1, "both")


def test_staff_see_who_had_the_number_first(right: Registration, known: Learner, app: Flask) -> None:
    second = claim(right, division_code="130208")
    link = f'href="/staff/learners/{known.id}"'
    for role, sees in ((staff_accounts.ADMIN, [link, "周晓岚"]), (roles.COUNTY, ["路北区"])):
        visitor = app.test_client()
        with db.write() as session:
            roles.sync(session, app)
            account = staff_accounts.add(session, f"staff-{role}", "郝静宜", HASH, role, ["130208"])
        log_in(visitor, account)
        page = visitor.get(f"/staff/learners/{second.id}").text
        assert [text for text in sees if text not in page] == []
        assert (link in page) is (role == staff_accounts.ADMIN), "who is of another county is not named"


def test_who_closed_an_account_registers_again(right: Registration, known: Learner, app: Flask) -> None:
    with db.write() as session:
        closing.close(session, known.id, clock.now())
    with db.write() as session:
        again = service.register(session, right, clock.now())
    with db.read() as session:
        assert not session.get_one(Learner, again.id).in_doubt
        assert access.log_in(session, NUMBER, PASSWORD).id == again.account_id
        former = claims.former(session, session.get_one(Learner, again.id))
        assert former is not None
        assert former.id == known.id


def test_staff_bring_over_what_the_closed_account_held(right: Registration, known: Learner, app: Flask) -> None:
    with db.write() as session:
        credit = credits_.earn(
            session,
            learner_id=known.id,
            year=2026,
            kind="major",
            hours=1000,
            title="写作",
            source="staff",
            employer_name="",
            now=clock.now(),
        )
        closing.close(session, known.id, clock.now())
    with db.write() as session:
        again = service.register(session, right, clock.now())
        other = merging.find(session, again, NUMBER, lambda _learner: True)
        merging.join(session, again, other, 1, "came back", clock.now())
    with db.read() as session:
        assert session.get_one(Credit, credit.id).learner_id == again.id
        with pytest.raises(Refused):
            merging.find(session, session.get_one(Learner, again.id), NUMBER, lambda _learner: True)


def test_a_new_agreement_is_still_needed(client: FlaskClient, city: Agreement, known: Learner) -> None:
    assert client.post("/register/form", data=FORM).location == "/register"
