"""Who may join accounts, and what they are told: nothing of people out of reach, nothing without a reason."""

import pytest
from flask.testing import FlaskClient

from portal import db
from portal.people.models import Learner
from tests.merging.desk import join, look
from tests.staff.conftest import trail
from tests.staff.world import THEIRS, World


def test_another_county_is_as_unknown_as_nobody(world: World, twins: tuple[int, int], county: FlaskClient) -> None:
    kept, other = twins
    with db.write() as session:
        session.get_one(Learner, other).division_code = THEIRS
    answer = look(county, kept, other)
    assert answer.status_code == 422
    assert "没有用它登录的学员" in answer.text
    assert join(county, kept, other).status_code == 404
    assert join(county, other, kept).status_code == 404


@pytest.mark.parametrize("fact", ["name", "closed", "waiting"])
def test_nothing_is_told_of_an_account_out_of_reach(
    world: World, twins: tuple[int, int], county: FlaskClient, fact: str
) -> None:
    """Neither that its name differs nor that it is closed or in use: it is nobody's."""
    kept, other = twins
    with db.write() as session:
        learner = session.get_one(Learner, other)
        learner.division_code = THEIRS
        if fact == "name":
            learner.name = "赵明"
        elif fact == "closed":
            learner.account.active = False
        else:
            session.get_one(Learner, kept).account.must_change = True
    assert "没有用它登录的学员" in look(county, kept, other).text


def test_joining_needs_a_reason(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    kept, other = twins
    for said in ({}, {"reason": "  "}):
        answer = admin.post(f"/staff/learners/{kept}/merge/{other}", data=said)
        assert answer.status_code == 422
        assert 'id="reason-error"' in answer.text
        assert "请写明原因" in answer.text
    with db.read() as session:
        assert session.get_one(Learner, other).merged_into is None
    assert trail("merged") == []
