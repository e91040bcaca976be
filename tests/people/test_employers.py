"""Employers are found by any part of their name, by two statements, through an index whatever the register's size."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from portal import db
from portal.people import employers
from portal.people.models import Agreement, Organisation
from tests.staff.conftest import statements


@pytest.fixture
def register(city: Agreement) -> None:
    with db.write() as session:
        for number, (name, state) in enumerate(
            [
                ("唐山市路北区实验小学", "approved"),
                ("唐山市丰润区第一中学", "approved"),
                ("唐山一中教育集团有限公司", "approved"),
                ("唐山市第一医院", "pending"),
                ("100%清洁能源（唐山）有限公司", "approved"),
            ]
        ):
            session.add(Organisation(name=name, code=f"TEST{number}", division_code="130208", state=state))


def names(typed: str) -> list[str]:
    return [one.name for one in employers.search(db.reader(), typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("实验小学", "唐山市路北区实验小学"),
        ("丰润区第一中学", "唐山市丰润区第一中学"),
        ("唐山一中", "唐山一中教育集团有限公司"),
        ("唐一中", "唐山市第一中学"),
        ("100%", "100%清洁能源（唐山）有限公司"),
        ("能源(唐山)", "100%清洁能源（唐山）有限公司"),
        ("唐山市路北区实验小学", "唐山市路北区实验小学"),
    ],
)
def test_any_part_of_a_name_finds_it(register: None, typed: str, first: str) -> None:
    assert names(typed)[0] == first


@pytest.mark.parametrize("typed", ["", "唐", "唐山市第一医院", "北京%大学", "__", "学中"])
def test_nobody_is_found(register: None, typed: str) -> None:
    assert names(typed) == []


def test_a_new_name_is_found_and_the_old_one_is_not(register: None) -> None:
    with db.write() as session:
        session.scalars(select(Organisation).where(Organisation.name == "唐山市路北区实验小学")).one().name = "凤凰小学"
    assert names("凤凰") == ["凤凰小学"]
    assert names("实验小学") == []


def test_two_statements_at_most(register: None, client: FlaskClient) -> None:
    for typed in ("唐山", "唐一中", "没有这个单位"):
        with statements() as seen:
            assert client.get("/lookup/employers", query_string={"q": typed}).status_code == 200
        assert len(seen) <= 2, seen


def test_the_register_is_never_read_through(app: Flask, register: None) -> None:
    """What the database plans to do: it searches an index; of organisations it reads those it was led to."""
    if db.engine().dialect.name != "sqlite":
        pytest.skip("the planner of PostgreSQL reads small tables through whatever the index")
    for query in (employers._together("唐山市第"), employers._scattered("唐一中")):
        said = str(query.limit(8).compile(db.engine(), compile_kwargs={"literal_binds": True}))
        plan = " ".join(row[3] for row in db.reader().execute(text("EXPLAIN QUERY PLAN " + said)))
        assert "SEARCH organisation_ending USING COVERING INDEX ix_organisation_ending_ending" in plan
        assert "SCAN organisation" not in plan.replace("SCAN organisation_ending", "")


def test_rows_that_came_past_the_mapping_are_not_forgotten(app: Flask, city: Agreement) -> None:
    """What the migration does for rows that were there, said as the same rule."""
    with db.write() as session:
        row = {"name": "曹妃甸港务局", "code": "PAST", "division_code": "130208", "state": "approved", "code_kind": "x"}
        session.execute(insert(Organisation).values(**row))
        made = session.scalar(select(Organisation.id).where(Organisation.code == "PAST"))
        rows = [{"organisation_id": made, "ending": one} for one in employers.endings("曹妃甸港务局")]
        session.execute(insert(employers.OrganisationEnding), rows)
    assert names("港务") == ["曹妃甸港务局"]
