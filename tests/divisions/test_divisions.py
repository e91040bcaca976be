"""The tree of divisions: successors, descendants, full names."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import db
from portal.divisions import service
from portal.divisions.models import Division
from portal.errors import NotFound

TODAY = date(2026, 11, 24)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.write() as session:
        for row in (
            Division(code="130000", name="河北省", level="province"),
            Division(code="130200", name="唐山市", parent_code="130000", level="city"),
            Division(code="130208", name="丰润区", parent_code="130200", level="county"),
            Division(
                code="130209", name="曹妃甸区", parent_code="130200", level="county", valid_from=date(2012, 7, 11)
            ),
            Division(
                code="130230",
                name="唐海县",
                parent_code="130200",
                level="county",
                valid_to=date(2012, 7, 10),
                successor_code="130209",
            ),
            Division(code="130273", name="高新技术产业开发区", parent_code="130200", level="county", zone=True),
        ):
            session.add(row)
            session.flush()
    with db.read() as session:
        yield session


def test_an_old_code_leads_to_its_successor(session: Session) -> None:
    assert service.resolve(session, "130230", TODAY).code == "130209"
    assert service.resolve(session, "130230", date(2012, 7, 10)).code == "130230"
    assert service.resolve(session, "130230", date(2012, 7, 11)).code == "130209"
    assert service.resolve(session, "130208", TODAY).code == "130208"


def test_a_successor_without_a_date_counts(session: Session) -> None:
    session.add(Division(code="130221", name="丰润县", parent_code="130200", level="county", successor_code="130208"))
    session.flush()
    assert service.resolve(session, "130221", TODAY).code == "130208"


def test_a_ring_of_successors_ends(session: Session) -> None:
    session.get_one(Division, "130209").successor_code = "130230"
    session.flush()
    assert service.resolve(session, "130230", TODAY).code in {"130209", "130230"}


def test_unknown_codes(session: Session) -> None:
    with pytest.raises(NotFound):
        service.resolve(session, "999999", TODAY)
    with pytest.raises(NotFound):
        service.full_name(session, "999999")
    assert service.descendants(session, "999999") == set()


def test_full_name(session: Session) -> None:
    assert service.full_name(session, "130208") == "河北省唐山市丰润区"
    assert service.full_name(session, "130000") == "河北省"


def test_descendants_include_old_codes_and_itself(session: Session) -> None:
    assert service.descendants(session, "130200") == {"130200", "130208", "130209", "130230", "130273"}
    assert service.descendants(session, "130208") == {"130208"}


def test_children_are_those_of_the_day_zones_last(session: Session) -> None:
    assert [child.code for child in service.children(session, "130200", TODAY)] == ["130208", "130209", "130273"]
    assert [child.code for child in service.children(session, "130200", date(2010, 1, 1))] == [
        "130208",
        "130230",
        "130273",
    ]


def test_names(session: Session) -> None:
    assert service.names(session, ["130208", "000000"]) == {"130208": "丰润区"}
