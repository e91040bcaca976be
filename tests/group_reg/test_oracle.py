"""A roster tells nothing about people of other employers, and takes nothing from them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import db
from portal.messages.models import Message
from portal.orders.models import OrderLine
from portal.people.models import Learner
from portal.people.registration import index
from portal.study.models import Plan
from portal.testing import make_learner
from tests.group_reg.conftest import NOW, batch, number, orders, person, rows, send, sheet, upload


def lines() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(OrderLine)) or 0


def foreigner(n: int, name: str, paid: bool = False) -> Learner:
    """Somebody who is registered with another employer."""
    with db.write() as session:
        learner = make_learner(session, name, employer="唐山市第一中学")
        learner.id_number, learner.id_index = number(n), index("resident_id", number(n))
        if paid:
            plan = Plan(learner_id=learner.id, mode="enrollment", project_id=1, title="x", year=2026, rule_set_id=1)
            plan.opened_at, plan.state = NOW, "open"
            session.add(plan)
        return learner


@pytest.mark.parametrize(("name", "paid"), [("张二", False), ("别的名", False), ("张二", True)])
def test_an_upload_tells_nothing_about_people_of_others(clerk: FlaskClient, name: str, paid: bool) -> None:
    upload(clerk, sheet([person(1), person(2)]))
    before = clerk.get(f"/group/enrol/lists/{batch().id}").text
    foreigner(1, name, paid)
    upload(clerk, sheet([person(1), person(2)]))
    after = clerk.get(f"/group/enrol/lists/{batch().id}").text
    plain = [page.replace(str(one), "") for page, one in ((before, batch().id - 1), (after, batch().id))]
    assert plain[0].count("新学员") == plain[1].count("新学员")
    assert rows() == {2: ("good", []), 3: ("good", [])}


def test_somebody_of_another_employer_keeps_account_and_employer_and_is_told(clerk: FlaskClient) -> None:
    known = foreigner(1, "张二")
    upload(clerk, sheet([person(1), person(2)]))
    send(clerk)
    assert lines() == 2
    with db.read() as session:
        learner = session.get_one(Learner, known.id)
        assert [one.employer_name for one in learner.employments] == ["唐山市第一中学"]
        assert list(session.scalars(select(Message.kind).where(Message.account_id == learner.account_id))) == [
            "enrolled_by_employer"
        ]
    assert "张二" not in clerk.get("/organisation/slips").text


@pytest.mark.parametrize(("name", "paid"), [("别的名", False), ("张二", True)])
def test_whoever_cannot_be_enrolled_is_left_to_the_office_without_a_reason(
    clerk: FlaskClient, name: str, paid: bool
) -> None:
    foreigner(1, name, paid)
    upload(clerk, sheet([person(1), person(2)]))
    send(clerk)
    assert orders() == []
    assert rows() == {2: ("bad", ["OFFICE"]), 3: ("good", [])}
    assert send(clerk, leave=True).status_code == 303
    assert lines() == 1


def test_a_higher_price_than_was_shown_is_refused_also_where_somebody_pays_less(clerk: FlaskClient) -> None:
    foreigner(1, "张二")
    upload(clerk, sheet([person(1), person(2)]))
    send(clerk, total=1)
    assert (orders(), batch().state) == ([], "checked")
    assert "价格" in batch().refusal
