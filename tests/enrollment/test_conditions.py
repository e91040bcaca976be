"""Nobody gets around the rules of this mode, whoever places the order."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal import db
from portal.kit import NotFound, OrderProposal, Pick, ProposedLine, Refused, place_order
from portal.people.models import Learner
from portal_enrollment import conditions
from tests.enrollment.conftest import orders

COMPULSORY = (Pick(3, compulsory=True), Pick(8, compulsory=True))
ENOUGH = (*COMPULSORY, Pick(1), Pick(2), Pick(4), Pick(9))


@pytest.fixture
def line(learner: Learner) -> ProposedLine:
    return ProposedLine(learner.id, "2026 建筑工程", 2026, ENOUGH, "certificate", project_id=1, class_id=2)


@pytest.fixture
def session(learner: Learner) -> Iterator[Session]:
    with db.read() as session:
        yield session


def proposal(line: ProposedLine, learner: Learner) -> OrderProposal:
    return OrderProposal("enrollment", learner.account_id, "key", 1, (line,), 9500)


def fields(session: Session, line: ProposedLine, learner: Learner) -> list[str]:
    return [problem.field for problem in conditions.problems(session, proposal(line, learner))]


def test_a_proper_line_has_no_problem(session: Session, line: ProposedLine, learner: Learner) -> None:
    assert fields(session, line, learner) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"picks": (*COMPULSORY, Pick(1), Pick(2))}, "courses"),
        ({"picks": (Pick(1), Pick(2), Pick(4), Pick(9), Pick(10))}, "courses"),
        ({"picks": (*ENOUGH, Pick(11))}, "courses"),
        ({"picks": tuple(replace(pick, compulsory=False) for pick in ENOUGH)}, "courses"),
        ({"award": ""}, "courses"),
        ({"year": 2025}, "courses"),
        ({"class_id": 1}, "class_id"),
        ({"class_id": 3}, "class_id"),
        ({"class_id": None}, "class_id"),
    ],
)
def test_each_rule_holds(
    session: Session, line: ProposedLine, learner: Learner, change: dict[str, object], field: str
) -> None:
    assert field in fields(session, replace(line, **change), learner)  # type: ignore[arg-type]


def test_only_for_oneself(session: Session, line: ProposedLine, learner: Learner) -> None:
    with pytest.raises(NotFound):
        fields(session, replace(line, learner_id=999), learner)
    with pytest.raises(NotFound):
        list(conditions.problems(session, replace(proposal(line, learner), buyer_id=999)))
    with pytest.raises(NotFound):
        fields(session, replace(line, project_id=None), learner)


def test_placing_asks_this_plugin(line: ProposedLine, learner: Learner) -> None:
    with pytest.raises(Refused) as refused:
        place_order(replace(proposal(replace(line, picks=COMPULSORY), learner), expected_total=1500))
    assert [problem.field for problem in refused.value.problems] == ["courses"]
    assert orders() == []
    assert place_order(proposal(line, learner)).total == 9500
