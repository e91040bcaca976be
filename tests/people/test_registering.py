"""学员注册 as a service: everything is kept, or nothing; all problems at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal import db
from portal.access import service as access
from portal.access import staff_accounts
from portal.audit.models import AuditRow
from portal.errors import Refused
from portal.people import agreements, registration, service
from portal.people.identity import check_digit
from portal.people.models import Account, AgreementAcceptance, Learner, LoginName
from portal.people.registration import Registration
from portal.testing import PASSWORD

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def refused(session: Session, data: Registration) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        service.register(session, data, NOW)
    return {problem.field: str(problem.message) for problem in caught.value.problems}


def count(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_learner_can_log_in_with_each_name(right: Registration, writing: Session) -> None:
    learner = service.register(writing, right, NOW)
    for name in (
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002x",
        "13831552067",
        "+86 138-3155-2067",
        "ZXL@example.cn",
    ):
        assert access.log_in(writing, name, PASSWORD).id == learner.account_id
    assert (learner.account.kind, learner.account.must_change) == ("learner", False)
    assert learner.account.password.startswith("scrypt:")


def test_numbers_are_not_readable_in_the_database(right: Registration, app: Flask) -> None:
    with db.write() as session:
        service.register(session, right, NOW)
        session.flush()
        for table in ("ab_user", "login_name", "learner", "audit", "agreement_acceptance"):
            rows = str(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608
            assert "11010519491231002X" not in rows
            assert "13831552067" not in rows
            assert "10.0.0.7" not in rows
    with db.read() as session:
        learner = session.scalars(select(Learner)).one()
        assert (learner.id_number, learner.phone) == ("11010519491231002X", "13831552067")


def test_the_accepted_text_is_kept(right: Registration, writing: Session) -> None:
    learner = service.register(writing, right, NOW)
    kept = writing.scalars(select(AgreementAcceptance)).one()
    assert (kept.account_id, kept.agreement_id, kept.accepted_at) == (learner.account_id, right.agreement_id, NOW)
    assert kept.address_digest
    service.publish_agreement(writing, "用户服务协议", "新", NOW + timedelta(days=1))
    assert agreements.in_force(writing, NOW).id == right.agreement_id  # type: ignore[union-attr]
    assert agreements.in_force(writing, NOW + timedelta(days=2)).version == 2  # type: ignore[union-attr]


def test_a_new_agreement_must_be_read_first(right: Registration, writing: Session) -> None:
    service.publish_agreement(writing, "用户服务协议", "新", NOW)
    assert "新版本" in refused(writing, right)[""]
    assert count(writing, Account) == 0


def test_all_problems_come_at_once_in_the_order_of_the_form(right: Registration, writing: Session) -> None:
    wrong = replace(
        right,
        name="",
        id_number="110105194912310021",
        phone="1383155206",
        employer="一中",
        division_code="",
        password="1",
    )
    assert list(refused(writing, wrong)) == ["name", "id_number", "phone", "division_code", "employer", "password"]
    assert count(writing, Account) == 0


def test_an_unknown_kind_of_id_is_a_problem_not_a_crash(right: Registration, writing: Session) -> None:
    assert list(refused(writing, replace(right, id_kind="driver"))) == ["id_kind"]


@pytest.mark.parametrize("field", ["phone", "email"])
def test_taken_names_are_refused_at_their_field_and_tell_no_more(
    right: Registration, writing: Session, field: str
) -> None:
    service.register(writing, right, NOW)
    other = replace(right, name="李明", phone="13900000001", email="x@example.cn")
    other = replace(other, **{field: getattr(right, field)})
    other = replace(other, id_number="13020819870312028" + check_digit("13020819870312028"))
    said = refused(writing, other)
    assert list(said) == [field]
    assert "周" not in said[field]
    assert count(writing, Learner) == 1


@pytest.mark.parametrize(
    "victim",
    ["11010519491231002X", "13831552067", "8613831552067", "91350100M000100Y43", "130208800101123"],
)
def test_nobody_takes_another_kind_of_name_as_a_passport(right: Registration, writing: Session, victim: str) -> None:
    passport = replace(right, id_kind="passport", id_number=victim, phone="13900000001", email="")
    assert "不是护照号码" in refused(writing, passport)["id_number"]


def test_a_name_of_one_kind_is_no_name_of_another(right: Registration, writing: Session) -> None:
    staff_accounts.add(writing, "e12345678", "刘主任", "x", "county_staff")
    passport = replace(right, id_kind="passport", id_number="E12345678")
    assert service.register(writing, passport, NOW).in_doubt
    staff = access.find(writing, "e12345678")
    assert staff is not None
    assert staff.kind == "staff"
    service.register(writing, replace(passport, id_number="G77788899", phone="13900000001", email=""), NOW)
    with pytest.raises(Refused):
        staff_accounts.add(writing, "g77788899", "刘主任", "x", "county_staff")


def test_where_two_kinds_of_name_meet_the_checked_one_is_meant(right: Registration, writing: Session) -> None:
    """Passports that were taken before they were looked at open and shut nobody's account."""
    learner = service.register(writing, right, NOW)
    squatter = service.register(
        writing, replace(right, id_kind="passport", id_number="G77788899", phone="13900000001", email=""), NOW
    )
    for known in (right.id_number, right.phone):
        writing.add(LoginName(account_id=squatter.account_id, kind="permit", value=registration.index("permit", known)))
        assert access.log_in(writing, known, PASSWORD).id == learner.account_id


def test_an_employer_of_the_register_brings_its_county(right: Registration, writing: Session) -> None:
    learner = service.register(writing, replace(right, employer="唐山市 第一中学", division_code="130203"), NOW)
    employment = service.present_employment(learner)
    assert employment
    assert employment.organisation_id
    assert employment.employer_name == "唐山市第一中学"
    assert learner.division_code == employment.division_code == "130208"


def test_an_employer_that_is_not_approved_is_only_text(right: Registration, writing: Session) -> None:
    learner = service.register(writing, replace(right, employer="唐山市第二中学"), NOW)
    employment = service.present_employment(learner)
    assert employment
    assert employment.organisation_id is None
    assert learner.division_code == "130203"


def test_changing_the_employer_keeps_the_history(right: Registration, writing: Session) -> None:
    learner = service.register(writing, right, NOW)
    later = NOW + timedelta(days=30)
    service.change_employer(writing, learner.id, "唐山市第一中学", "130203", None, later)
    first, second = learner.employments
    assert (first.employer_name, first.valid_to) == ("唐山市第三中学", later)
    assert (second.employer_name, second.valid_from, second.valid_to) == ("唐山市第一中学", later, None)
    assert learner.division_code == "130208"
    again = service.change_employer(writing, learner.id, "唐山市第一中学", "130203", None, later)
    assert again is second
    with pytest.raises(Refused):
        service.change_employer(writing, learner.id, "一中", "999999", None, later)
    assert len(learner.employments) == 2
    assert "employer_changed" in set(writing.scalars(select(AuditRow.verb)))


def test_a_new_password_ends_the_former_logins(right: Registration, writing: Session) -> None:
    account = service.register(writing, right, NOW).account
    before = account.credentials_version
    service.change_password(writing, account.id, "scrypt:x")
    assert account.credentials_version == before + 1


def test_the_same_number_in_two_transactions_registers_once(right: Registration, app: Flask) -> None:
    with db.write() as session:
        service.register(session, right, NOW)
    with pytest.raises(Refused), db.write() as session:
        service.register(session, right, NOW)
    with db.read() as session:
        assert count(session, Account) == count(session, Learner) == 1
        assert count(session, LoginName) == 3


def test_when_the_check_misses_a_race_the_database_refuses(
    right: Registration, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.write() as session:
        service.register(session, right, NOW)
    monkeypatch.setattr(registration, "taken", lambda *_: None)
    with pytest.raises(Refused) as caught, db.write() as session:
        service.register(session, right, NOW)
    assert caught.value.problems[0].field == "id_number"
