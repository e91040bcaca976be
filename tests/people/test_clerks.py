"""Several people act for one organisation: roles, slips, removal, hand-over, and a new owner put in place by staff."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal import clock, db
from portal.audit.models import AuditRow
from portal.errors import Conflict, NotFound, Refused
from portal.people import clerks, registration
from portal.people.models import Account, Agreement, Clerk, LoginName, Organisation
from portal.testing import PASSWORD, log_in, make_account
from tests.people.conftest import NOW

CODE = "91130208MA00000090"
PAGE = "/organisation/clerks"


@pytest.fixture
def organisation(city: Agreement) -> Organisation:
    """An approved organisation whose owner logs in with the code."""
    with db.write() as session:
        account = make_account(session, "organisation", "唐山市燕山设计院")
        found = Organisation(account_id=account.id, name="唐山市燕山设计院", code=CODE, division_code="130208")
        found.state = "approved"
        session.add(found)
        value = registration.index("credit_code", CODE)
        session.add(LoginName(account_id=account.id, kind="credit_code", value=value))
        session.flush()
        return found


def entered(app: Flask, account_id: int) -> FlaskClient:
    client = app.test_client()
    with db.read() as session:
        log_in(client, session.get_one(Account, account_id))
    return client


@pytest.fixture
def boss(app: Flask, organisation: Organisation) -> FlaskClient:
    return entered(app, organisation.account_id or 0)


def everybody(organisation: Organisation) -> dict[str, tuple[str, int]]:
    """Role and number by name."""
    with db.read() as session:
        return {str(one): (one.role, one.number) for one in clerks.everybody(session, organisation.id)}


def clerk(name: str) -> Clerk:
    with db.read() as session:
        query = select(Clerk).join(Account, Account.id == Clerk.account_id).where(Account.first_name == name)
        return session.scalars(query).one()


def invite(boss: FlaskClient, name: str = "李芳", role: str = "clerk") -> str:
    """The code on the slip."""
    slip = boss.post(PAGE, data={"name": name, "role": role})
    assert slip.status_code == 200, slip.text
    found = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", slip.text)
    assert found
    return found[0]


def opened(app: Flask, code: str, user: str, name: str = "李芳") -> FlaskClient:
    """A browser in which a slip was used."""
    client = app.test_client()
    form = {"account": user, "person": name, "code": code, "password": PASSWORD, "again": PASSWORD, "agreed": "y"}
    answer = client.post("/reset", data=form)
    assert answer.status_code == 303, answer.text
    return client


def logs_in(app: Flask, user: str, password: str = PASSWORD) -> bool:
    return bool(app.test_client().post("/login", data={"name": user, "password": password}).status_code == 303)


def verbs() -> list[str]:
    with db.read() as session:
        query = select(AuditRow.verb).where(AuditRow.object_type == "organisation_clerk").order_by(AuditRow.id)
        return list(session.scalars(query))


# --- inviting -----------------------------------------------------------------------------------------------------


def test_a_colleague_gets_a_login_of_their_own_by_a_slip(
    app: Flask, boss: FlaskClient, organisation: Organisation
) -> None:
    code = invite(boss)
    assert everybody(organisation)["李芳"] == ("clerk", 2)
    assert not logs_in(app, f"{CODE}-2", "!")
    theirs = opened(app, code, f"{CODE}-2")
    assert "李芳" in theirs.get(PAGE).text
    assert "添加经办人员" not in theirs.get(PAGE).text  # clerks do not manage
    assert logs_in(app, f"{CODE.lower()}-2")
    again = app.test_client().post(
        "/reset",
        data={
            "account": f"{CODE}-2",
            "person": "李芳",
            "code": code,
            "password": "x" * 9,
            "again": "x" * 9,
            "agreed": "y",
        },
    )
    assert again.status_code == 422  # a slip counts once
    assert verbs() == ["clerk.invited"]


@pytest.mark.parametrize(
    ("changes", "field"), [({"name": "9"}, "name"), ({"role": "owner"}, "role"), ({"role": ""}, "role")]
)
def test_what_is_wrong_stands_at_its_field(
    boss: FlaskClient, organisation: Organisation, changes: dict[str, str], field: str
) -> None:
    answer = boss.post(PAGE, data={"name": "李芳", "role": "clerk", **changes})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert len(everybody(organisation)) == 1


def test_there_is_an_end_to_the_logins(boss: FlaskClient, organisation: Organisation) -> None:
    for _ in range(clerks.MOST - 1):
        invite(boss)
    assert boss.post(PAGE, data={"name": "李芳", "role": "clerk"}).status_code == 422
    with db.read() as session:
        assert len(clerks.everybody(session, organisation.id)) == clerks.MOST


def test_a_user_name_that_is_somebodys_passport_number_is_passed_over(boss: FlaskClient) -> None:
    """Dashes are forgiven, so the two are one name at the log-in, which must lead to one account."""
    with db.write() as session:
        other = make_account(session, "learner", "Ana")
        session.add(LoginName(account_id=other.id, kind="permit", value=registration.index("permit", f"{CODE}2")))
    invite(boss)
    with db.read() as session:
        assert registration.taken(session, f"{CODE}-2") == other.id
        assert registration.taken(session, f"{CODE}-3") == clerk("李芳").account_id
    assert clerk("李芳").number == 3


def test_a_second_slip_ends_the_first(app: Flask, boss: FlaskClient) -> None:
    first = invite(boss)
    second = boss.post(f"{PAGE}/{clerk('李芳').id}/slip")
    assert second.status_code == 200
    form = {"account": f"{CODE}-2", "person": "李芳", "password": PASSWORD, "again": PASSWORD, "agreed": "y"}
    assert app.test_client().post("/reset", data={**form, "code": first}).status_code == 422
    found = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", second.text)
    assert found
    opened(app, found[0], f"{CODE}-2")


# --- roles --------------------------------------------------------------------------------------------------------


def test_who_may_manage(app: Flask, boss: FlaskClient) -> None:
    for number, name, role in ((2, "李芳", "clerk"), (3, "王静", "viewer")):
        theirs = opened(app, invite(boss, name, role), f"{CODE}-{number}", name)
        assert theirs.get(PAGE).status_code == 200
        for path in ("", f"/{clerk(name).id}/slip", f"/{clerk(name).id}/role/viewer", "/owner"):
            assert theirs.post(PAGE + path, data={"name": "赵四", "role": "clerk"}).status_code == 403
        assert theirs.post(f"{PAGE}/{clerk('李芳').id}/remove").status_code == 403


def test_a_new_role_ends_the_logins_of_before(app: Flask, boss: FlaskClient, organisation: Organisation) -> None:
    theirs = opened(app, invite(boss), f"{CODE}-2")
    assert boss.post(f"{PAGE}/{clerk('李芳').id}/role/viewer").status_code == 303
    assert everybody(organisation)["李芳"] == ("viewer", 2)
    assert "/login" in theirs.get(PAGE).location
    assert boss.post(f"{PAGE}/{clerk('李芳').id}/role/owner").status_code == 422


def test_whoever_is_removed_gets_in_no_more_and_leaves_the_name_behind(
    app: Flask, boss: FlaskClient, organisation: Organisation
) -> None:
    theirs = opened(app, invite(boss), f"{CODE}-2")
    assert boss.post(f"{PAGE}/{clerk('李芳').id}/remove").status_code == 303
    assert "/login" in theirs.get(PAGE).location
    assert not logs_in(app, f"{CODE}-2")
    assert boss.post(f"{PAGE}/{clerk('李芳').id}/remove").status_code == 404
    invite(boss, "王静")
    assert everybody(organisation)["王静"] == ("clerk", 3)  # numbers are not given twice
    assert verbs() == ["clerk.invited", "clerk.removed", "clerk.invited"]


def test_the_owner_is_not_removed_and_gets_no_slip_here(boss: FlaskClient, organisation: Organisation) -> None:
    own = clerk("唐山市燕山设计院").id
    boss.post(f"{PAGE}/{own}/remove")
    assert boss.post(f"{PAGE}/{own}/slip").status_code == 404
    assert list(everybody(organisation).values()) == [("owner", 1)]


# --- handing over -------------------------------------------------------------------------------------------------


def test_the_ownership_passes_to_a_colleague(app: Flask, boss: FlaskClient, organisation: Organisation) -> None:
    theirs = opened(app, invite(boss), f"{CODE}-2")
    sent = {"taker": str(clerk("李芳").id)}
    assert boss.post(f"{PAGE}/owner", data=sent).status_code == 422  # not ticked
    done = boss.post(f"{PAGE}/owner", data={**sent, "sure": "y"})
    assert done.location == "/login"
    assert f"{CODE}-1" in boss.get("/login").text
    assert everybody(organisation) == {"唐山市燕山设计院": ("clerk", 1), "李芳": ("owner", 2)}
    assert "/login" in theirs.get(PAGE).location  # they show another role now
    assert logs_in(app, CODE)
    assert not logs_in(app, f"{CODE}-2")
    assert logs_in(app, f"{CODE}-1")
    new = app.test_client()
    new.post("/login", data={"name": CODE, "password": PASSWORD})
    assert "负责人账号已移交" in new.get("/messages").text
    assert new.post(f"{PAGE}/{clerk('唐山市燕山设计院').id}/remove").status_code == 303
    assert list(everybody(organisation)) == ["李芳"]
    assert verbs() == ["clerk.invited", "clerk.handed_over", "clerk.removed"]


def test_nobody_becomes_owner_before_opening_the_login(boss: FlaskClient, organisation: Organisation) -> None:
    invite(boss)
    answer = boss.post(f"{PAGE}/owner", data={"taker": str(clerk("李芳").id), "sure": "y"})
    assert answer.status_code == 422
    assert everybody(organisation)["李芳"] == ("clerk", 2)
    assert boss.post(f"{PAGE}/owner", data={"taker": "99", "sure": "y"}).status_code == 404


def test_there_is_one_owner_whatever_happens(app: Flask, boss: FlaskClient, organisation: Organisation) -> None:
    opened(app, invite(boss), f"{CODE}-2")
    with db.write() as session:
        giver, taker = (session.get_one(Clerk, clerk(name).id) for name in ("唐山市燕山设计院", "李芳"))
        clerks.hand_over(session, giver, taker, giver.account_id, clock.now())
    with pytest.raises(Conflict), db.write() as session:  # the window of before
        giver, taker = (session.get_one(Clerk, clerk(name).id) for name in ("唐山市燕山设计院", "李芳"))
        clerks.hand_over(session, giver, taker, giver.account_id, clock.now())
    with pytest.raises(IntegrityError), db.write() as session:
        session.get_one(Clerk, clerk("唐山市燕山设计院").id).role = "owner"


# --- the only clerk has left --------------------------------------------------------------------------------------


def test_staff_put_a_new_owner_in_the_place_of_one_who_left(
    app: Flask, boss: FlaskClient, organisation: Organisation
) -> None:
    with db.write() as session:
        staff = make_account(session, "staff")
        mine = session.get_one(Organisation, organisation.id)
        with pytest.raises(Refused) as refused:
            clerks.appoint(session, mine, "周", "1", "", staff.id, NOW)
        assert {one.field for one in refused.value.problems} == {"name", "phone", "reason"}
        _clerk, code = clerks.appoint(session, mine, "周晓岚", "138 3155 2067", "加盖公章的说明", staff.id, NOW)
    assert everybody(organisation) == {"周晓岚": ("owner", 2)}
    assert "/login" in boss.get(PAGE).location
    theirs = opened(app, code, CODE, "周晓岚")
    assert "周晓岚" in theirs.get(PAGE).text
    with db.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.verb == "clerk.appointed")).one()
        assert (row.actor_id, row.reason) == (staff.id, "加盖公章的说明")
        assert session.get_one(Organisation, organisation.id).contact_phone == "13831552067"


def test_an_employer_without_an_account_has_no_owner_to_replace(city: Agreement) -> None:
    with db.write() as session:
        school = session.scalars(select(Organisation).where(Organisation.name == "唐山市第一中学")).one()
        staff = make_account(session, "staff")
        with pytest.raises(Conflict):
            clerks.appoint(session, school, "周晓岚", "13831552067", "说明", staff.id, NOW)
        with pytest.raises(NotFound):
            clerks.owner_slip(session, school, staff.id, "forgotten", NOW)


# --- others -------------------------------------------------------------------------------------------------------


def test_clerks_of_others_are_unknown(app: Flask, boss: FlaskClient, organisation: Organisation) -> None:
    with db.write() as session:
        account = make_account(session, "organisation", "唐山市另一家公司")
        session.add(
            Organisation(
                account_id=account.id, name="唐山市另一家公司", code="X-1", division_code="130208", state="approved"
            )
        )
    stranger = entered(app, account.id)
    invite(boss)
    for path in ("slip", "role/viewer", "remove"):
        assert stranger.post(f"{PAGE}/{clerk('李芳').id}/{path}").status_code == 404
    assert stranger.post(f"{PAGE}/owner", data={"taker": str(clerk("李芳").id), "sure": "y"}).status_code == 404
    assert "李芳" not in stranger.get(PAGE).text
