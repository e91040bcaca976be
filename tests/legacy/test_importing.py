"""Learners of the old platform come over once, whole, with their hours, and whatever is wrong is said at once."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal import db
from portal.access import service as access
from portal.audit.models import AuditRow
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.errors import Refused
from portal.legacy import importing
from portal.legacy.importing import Outcome
from portal.people import passwords
from portal.people.models import Account, Employment, Learner, LoginName, Organisation
from portal.people.registration import index, taken
from portal.rules.rules import MAJOR, PUBLIC
from portal.sheets import reading
from portal.testing import make_account
from tests.legacy.conftest import LONG, NOW, number, person, register

Bring = Callable[..., Outcome]


def counts() -> tuple[int, ...]:
    with db.read() as session:
        tables = (Account, Learner, Employment, LoginName, Credit, AuditRow)
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def learner(serial: int) -> Learner:
    with db.read() as session:
        found = {one.id_number: one for one in session.scalars(select(Learner))}[number(serial)]
        assert found.employments
        return found


def test_everything_comes_along(bring: Bring) -> None:
    outcome = bring(register(person(1), person(2, division="滦县", employer="滦州市第二中学", next=12.5)))
    assert (outcome.added, outcome.known, outcome.credits, outcome.report.bad) == (2, 0, 5, [])
    one, two = learner(1), learner(2)
    assert (one.name, one.phone, one.source) == ("何志远", "13900000001", "import")
    assert one.division_code == "130203", "the register of employers knows better than the file"
    assert two.division_code == "130284", "an old name leads to who took over"
    assert one.employments[0].organisation_id is not None
    with db.read() as session:
        assert session.get_one(Account, one.account_id).must_change
        assert credits_.by_year(session, one.id)[0] == {2024: {MAJOR: 6000, PUBLIC: 3000}}
        assert credits_.by_year(session, two.id)[0] == {2024: {MAJOR: 6000, PUBLIC: 3000}, 2025: {MAJOR: 1250}}
        entries = credits_.live(session, one.id)
        assert {(e.source, e.reference, e.employer_name) for e in entries} == {
            ("import", "TS202400001", "唐山市第一中学")
        }


def test_where_the_employers_county_is_unknown_their_own_counts(bring: Bring) -> None:
    headings = (*LONG, "区县", "居住地")
    rows = [
        ["何志远", number(serial), f"1390000000{serial}", "外地单位有限公司", 2024, 60, None, None, *places]
        for serial, places in enumerate([("", "滦州市"), ("丰润区", "滦州市"), ("", "")], 1)
    ]
    assert bring(register(*rows, headings=headings)).added == 3
    assert [learner(serial).division_code for serial in (1, 2, 3)] == ["130284", "130208", "130200"]
    rows[0][-1] = "火星"
    assert [p.field for line in bring(register(*rows, headings=headings)).report.bad for p in line.problems] == [
        "residence"
    ]


def test_one_row_per_year_is_read_as_well(bring: Bring) -> None:
    row = ["何志远", number(1), "13900000001", "唐山市第一中学"]
    outcome = bring(register([*row, "2023年度", "60学时", 30, "A1"], [*row, 2024, 50, None, None], headings=LONG))
    assert (outcome.people, outcome.credits, outcome.report.bad) == (1, 3, [])
    with db.read() as session:
        live = {(e.year, e.kind): (e.hours, e.reference) for e in credits_.live(session, learner(1).id)}
    assert live == {(2023, MAJOR): (6000, "A1"), (2023, PUBLIC): (3000, "A1"), (2024, MAJOR): (5000, None)}


def test_a_dry_run_counts_the_same_and_writes_nothing(bring: Bring) -> None:
    before = counts()
    dry = bring(register(person(1), person(2)), dry=True)
    assert counts() == before
    wet = bring(register(person(1), person(2)))
    assert (dry.people, dry.added, dry.known, dry.credits) == (wet.people, wet.added, wet.known, wet.credits)


def test_the_second_time_nothing_changes(bring: Bring) -> None:
    bring(register(person(1), person(2)))
    before = counts()
    again = bring(register(person(1), person(2)))
    assert (again.added, again.known, again.credits) == (0, 2, 0)
    assert counts() == before


def test_what_was_cut_off_is_completed(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    data = register(*(person(serial) for serial in range(1, 6)))

    class PowerCut(Exception):
        pass

    def cut(done: int, _of: int) -> None:
        if done == 4:
            raise PowerCut

    with pytest.raises(PowerCut):
        importing.bring_over(reading.read(data), "130200", NOW, dry=False, progress=cut)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Learner)) == 4
    outcome = bring(data)
    assert (outcome.added, outcome.known, outcome.credits) == (1, 4, 2)


def test_every_fault_of_every_row_is_named_and_nothing_written(bring: Bring) -> None:
    before = counts()
    outcome = bring(
        register(
            person(1),
            person(2, id=number(2)[:-1], phone="1390000", division="火星"),
            person(3, name="=1+1", major="六十", id=130208198207260000),
            person(4, employer="", name="X"),
            person(1, name="别人"),
            person(1, major="", public="", certificate=""),
            person(6, major="", public=""),
            person(7, next=10),
        )
    )
    found = {line.number: [problem.field for problem in line.problems] for line in outcome.report.bad}
    assert found == {
        3: ["id_number", "phone", "division"],
        4: ["name", "id_number", "hours"],
        5: ["employer", "name"],
        6: ["id_number"],
        7: ["id_number"],
        8: ["certificates"],
    }
    assert counts() == before
    assert bring(register(person(9), person(10, phone="1")), anyway=True).added == 1


def test_hours_of_a_year_to_come_are_a_slip(bring: Bring) -> None:
    row = ["何志远", number(1), "", "唐山市第一中学", 2062, 60, 30, None]
    assert [p.field for p in bring(register(row, headings=LONG)).report.bad[0].problems] == ["year"]


def test_others_hours_and_names_in_the_ledger_are_not_overwritten(bring: Bring) -> None:
    bring(register(person(1)))
    before = counts()
    other = bring(register(person(1, major=61)))
    assert [p.field for p in other.report.bad[0].problems] == ["hours"]
    name = bring(register(person(1, name="别人")), anyway=True)
    assert [p.field for p in name.report.bad[0].problems] == ["id_number"]
    assert counts() == before


def test_who_registered_anew_gets_the_hours_and_keeps_the_account(bring: Bring) -> None:
    from portal.people import service
    from portal.people.registration import Registration

    with db.write() as session:
        agreement = service.ensure_agreement(session, NOW)
        data = Registration(
            "何志远",
            "resident_id",
            number(1),
            "13811112222",
            "",
            "130203",
            "唐山市第三中学",
            "right-horse-9",
            agreement.id,
        )
        service.register(session, data, NOW)
    outcome = bring(register(person(1)))
    assert (outcome.added, outcome.known, outcome.credits) == (0, 1, 2)
    assert (learner(1).phone, learner(1).source) == ("13811112222", "registered")


def test_people_without_a_phone_of_their_own_are_listed(bring: Bring) -> None:
    outcome = bring(
        register(person(1, phone=""), person(2, phone="13877778888"), person(3, phone="138 7777 8888"), person(4))
    )
    assert [line.number for line in outcome.unproved] == [2, 3, 4]
    assert [learner(serial).phone for serial in (1, 2, 3, 4)] == [None, None, None, "13900000004"]
    listed = importing.unproved(outcome)
    assert [line.number for line in listed.bad] == [2, 3, 4]


def test_a_phone_that_is_a_user_name_here_is_nobodys_login(bring: Bring) -> None:
    with db.write() as session:
        staff = make_account(session)
        session.add(LoginName(account_id=staff.id, kind="user_name", value=index("user_name", "13900000003")))
    bring(register(person(3)))
    assert learner(3).phone is None
    with db.read() as session:
        assert taken(session, "13900000003") == staff.id


def test_a_phone_of_somebody_here_proves_nobody_else(bring: Bring) -> None:
    bring(register(person(1)))
    bring(register(person(2, phone="13900000001")))
    assert learner(2).phone is None


def test_the_account_waits_for_activation_and_one_hash_serves_all(
    bring: Bring, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    digest = passwords.digest
    monkeypatch.setattr(passwords, "digest", lambda password: made.append(password) or digest(password))
    bring(register(*(person(serial) for serial in range(1, 30))))
    assert made == [passwords.COMMON_INITIAL]
    answer = client.post("/login", data={"name": number(7), "password": passwords.COMMON_INITIAL})
    assert answer.location == "/activate"
    fresh = {
        "id_number": number(7),
        "phone": "13900000007",
        "password": "a new horse 7",
        "again": "a new horse 7",
        "agreed": "y",
    }
    assert client.post("/activate", data=fresh).location == "/me"
    with db.read() as session, pytest.raises(Refused):
        access.log_in(session, number(7), passwords.COMMON_INITIAL)


def test_statements_do_not_grow_with_the_people(bring: Bring) -> None:
    def statements(*rows: list[object]) -> int:
        seen: list[str] = []
        engine = db.engine()
        listener = lambda _c, _cursor, text, *_rest: seen.append(text)  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        bring(register(*rows))
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    few = statements(*(person(serial) for serial in range(1, 4)))
    assert statements(*(person(serial) for serial in range(10, 160))) <= few + 2


def test_a_file_that_is_no_register_is_refused(bring: Bring, app: Flask) -> None:
    with pytest.raises(Refused):
        bring(register(["a", "b"], headings=("天气", "温度")))


def test_an_employer_of_two_registers_is_nobodys(bring: Bring) -> None:
    with db.write() as session:
        session.add(Organisation(name="唐山市第一中学", code="51420000MJH200408C", division_code="130208"))
    bring(register(person(1)))
    assert learner(1).employments[0].organisation_id is None
