"""County staff see, search, sort, export, relate and write only rows of their divisions; the rest does not exist."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.catalogue.models import TrainingClass
from portal.errors import Refused
from portal.orders import places
from portal.orders.models import OrderLine
from portal.people.models import Organisation
from portal.staff import service
from portal.staff.core import SCREENS
from portal.staff.core.people import Organisations
from portal.staff.scope import Scope
from tests.staff.world import CODES, MINE, THEIRS, World

SCOPED = [one.key for one in SCREENS if one.scope and one.key != "divisions"]
NAMES = {MINE: "周晓岚", THEIRS: "何志远"}


def test_every_screen_that_could_be_scoped_is() -> None:
    """A model with a division, or with a learner, must not be open to everybody by a forgotten line."""
    open_ones = {one.key for one in SCREENS if not one.scope}
    assert open_ones == {
        *("categories", "specialties", "projects", "courses", "questions", "paper_rules"),
        *("notices", "agreements", "message_texts", "rules", "audit"),
    }


def test_lists_hold_own_rows_only(county: FlaskClient, admin: FlaskClient, world: World) -> None:
    for key in SCOPED:
        own = county.get(f"/api/v1/{key}/").json
        assert own is not None
        assert [row["id"] for row in own["result"]] == [world.mine[key].id], key
        assert own["count"] == 1, key
        assert admin.get(f"/api/v1/{key}/").json["count"] == 2, key  # type: ignore[index]
        page = county.get(f"/staff/{key}/").text
        assert f"/staff/{key}/{world.mine[key].id}" in page, key
        assert f"/staff/{key}/{world.theirs[key].id}" not in page, key
        export = county.post(f"/staff/{key}/export", data={"reason": "年检"}).text
        assert len(export.strip().splitlines()) == 2, key


def test_a_foreign_row_is_as_unknown_as_one_that_does_not_exist(county: FlaskClient, world: World) -> None:
    for key in SCOPED:
        foreign = world.theirs[key].id
        for address in (f"/staff/{key}/{foreign}", f"/api/v1/{key}/{foreign}"):
            answers = [county.get(one) for one in (address, address.replace(str(foreign), "424242"))]
            assert [one.status_code for one in answers] == [404, 404], key
            assert plain(answers[0].text) == plain(answers[1].text), key


def test_an_order_for_several_counties_is_the_citys(county: FlaskClient, admin: FlaskClient, world: World) -> None:
    """Its page, its payments and its refunds name people of all of them."""
    with db.write() as session:
        mine, foreign = world.mine["orders"], world.theirs["learners"]
        line = OrderLine(order_id=mine.id, learner_id=foreign.id, mode="enrollment", title="2026", year=2026, price=0)
        session.add(line)
        places.settle(session, [mine.id])
    for key in ("orders", "payments", "refunds", "invoices"):
        own = world.mine[key].id
        assert county.get(f"/api/v1/{key}/").json["count"] == 0, key  # type: ignore[index]
        assert county.get(f"/staff/{key}/{own}").status_code == 404, key
        assert county.get(f"/staff/{key}/?division={THEIRS}").text.count(f"/staff/{key}/{own}") == 0, key
        assert admin.get(f"/staff/{key}/{own}").status_code == 200, key


def plain(page: str) -> str:
    """What a page says: no tokens, no addresses."""
    return re.sub(r"<[^>]*>", "", page)


def test_a_foreign_row_cannot_be_written(county: FlaskClient, world: World) -> None:
    row = world.theirs["organisations"]
    assert county.get(f"/staff/organisations/{row.id}/edit").status_code == 404
    assert county.post(f"/staff/organisations/{row.id}/edit", data={"name": "新"}).status_code == 404
    assert county.put(f"/api/v1/organisations/{row.id}", json={"name": "新"}).status_code == 404
    with db.read() as session:
        assert session.get_one(Organisation, row.id).name == row.name


def test_an_own_row_cannot_be_moved_away(county: FlaskClient, world: World) -> None:
    row = world.mine["organisations"]
    form = {"name": row.name, "division_code": THEIRS}
    assert county.post(f"/staff/organisations/{row.id}/edit", data=form).status_code == 422
    assert county.put(f"/api/v1/organisations/{row.id}", json={"division_code": THEIRS}).status_code == 422
    with db.read() as session:
        assert session.get_one(Organisation, row.id).division_code == MINE


def test_no_row_can_be_added_elsewhere(county: FlaskClient, world: World) -> None:
    form = {
        "project_id": world.mine["projects"].id,
        "division_code": THEIRS,
        "name": "二班",
        "study_until": "2026-12-31",
    }
    assert county.post("/staff/classes/add", data=form).status_code == 422
    assert county.post("/api/v1/classes/", json=form).status_code == 422
    with db.read() as session:
        assert len(session.scalars(select(TrainingClass)).all()) == 2
    assert county.post("/api/v1/classes/", json={**form, "division_code": MINE}).status_code == 201


def test_the_transaction_checks_once_more(app: Flask, world: World) -> None:
    """Even a caller that forgot to look at the choices cannot write outside."""
    said = {"name": "外县单位", "code": CODES[MINE], "division_code": THEIRS}
    with pytest.raises(Refused), db.write() as session:
        session.delete(session.get_one(Organisation, world.mine["organisations"].id))
        service.add(session, Organisations, said, world.county.id, Scope(frozenset({MINE})))


def test_choices_and_filters_offer_own_divisions_only(county: FlaskClient, world: World) -> None:
    form = county.get("/staff/classes/add").text
    assert f'value="{MINE}"' in form
    assert f'value="{THEIRS}"' not in form
    assert f'value="{THEIRS}"' not in county.get("/staff/learners/").text


def test_a_filter_or_a_search_finds_nothing_elsewhere(county: FlaskClient, world: World) -> None:
    assert county.get(f"/api/v1/learners/?division={THEIRS}").json["count"] == 0  # type: ignore[index]
    found = county.post("/staff/learners/", data={"q": NAMES[THEIRS]})
    assert "没有符合条件的记录" in found.text
    assert NAMES[MINE] in county.post("/staff/learners/", data={"q": NAMES[MINE]}).text


def test_home_counts_own_rows_only(county: FlaskClient, admin: FlaskClient, world: World) -> None:
    assert "丰南区" in admin.get("/staff/").text
    assert "丰南区" not in county.get("/staff/").text
    assert "丰润区" in county.get("/staff/").text
