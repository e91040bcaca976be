"""Queues of the staff: an item is taken by one, seen by all, given back, taken over, ended by its decision."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, db
from portal.access import staff_accounts
from portal.errors import Conflict
from portal.people.models import Account
from portal.staff import claims
from portal.testing import log_in
from tests.orders.threads import THREADS, together
from tests.staff.conftest import trail
from tests.staff.world import HASH, MINE, World

DECISIONS = {"organisations": "approve", "corrections": "accept"}


@pytest.fixture
def colleague(app: Flask, world: World) -> FlaskClient:
    """Somebody else of the same county."""
    with db.write() as session:
        account = staff_accounts.add(session, "colleague", "白雪", HASH, staff_accounts.COUNTY, [MINE])
    client = app.test_client()
    log_in(client, account)
    return client


def _held() -> list[tuple[str, int]]:
    with db.read() as session:
        return [(item, who) for item, who in session.execute(select(claims.Claim.item, claims.Claim.account_id))]


def _at(world: World, key: str, *, mine: bool = True) -> str:
    return f"/staff/{key}/{(world.mine if mine else world.theirs)[key].id}"


@pytest.mark.parametrize("key", DECISIONS)
def test_an_item_is_taken_by_one_and_decided_by_nobody_else(
    county: FlaskClient, colleague: FlaskClient, world: World, key: str
) -> None:
    row, step = _at(world, key), f"{_at(world, key)}/do/{DECISIONS[key]}"
    assert county.post(f"{row}/do/take").status_code == 303
    assert _held() == [(f"{key}:{world.mine[key].id}", world.county.id)]
    for page in (colleague.get(row).text, colleague.get(f"/staff/{key}/").text):
        assert "田家兴" in page
    assert step not in colleague.get(row).text
    assert [colleague.post(one).status_code for one in (step, f"{row}/do/take", f"{row}/do/give_back")] == [409] * 3
    assert county.post(step).status_code == 303
    assert _held() == []
    assert [one.actor_id for one in trail("item.taken")] == [world.county.id]


def test_what_was_given_back_is_taken_by_another(county: FlaskClient, colleague: FlaskClient, world: World) -> None:
    row = _at(world, "organisations")
    county.post(f"{row}/do/take")
    assert county.post(f"{row}/do/give_back").status_code == 303
    assert "田家兴" not in county.get("/staff/organisations/").text.partition("<main")[2]
    assert colleague.post(f"{row}/do/take").status_code == 303
    assert county.post(f"{row}/do/approve").status_code == 409
    assert len(trail("item.given_back")) == 1


def test_it_is_taken_over_knowingly(county: FlaskClient, colleague: FlaskClient, world: World) -> None:
    row = _at(world, "organisations")
    assert county.post(f"{row}/do/take_over").status_code == 409  # nobody has it
    county.post(f"{row}/do/take")
    assert county.post(f"{row}/do/take_over").status_code == 409  # from oneself
    assert colleague.post(f"{row}/do/take_over").status_code == 303
    assert county.post(f"{row}/do/approve").status_code == 409
    assert [one.after for one in trail("item.taken_over")] == [{"from": world.county.id}]
    assert colleague.post(f"{row}/do/approve").status_code == 303


def test_an_item_of_another_county_or_without_a_question_is_not_taken(county: FlaskClient, world: World) -> None:
    assert county.post(f"{_at(world, 'organisations', mine=False)}/do/take").status_code == 404
    county.post(f"{_at(world, 'organisations')}/do/approve")
    assert county.post(f"{_at(world, 'organisations')}/do/take").status_code == 409
    assert _held() == []


def test_one_of_many_takes_it(app: Flask, world: World) -> None:
    accounts = _colleagues()

    def work(place: int) -> int:
        with db.write() as session:
            claims.take(session, "organisations:1", accounts[place], clock.now())
        return accounts[place]

    answers = together(app, work)
    taken = [answer for answer in answers if isinstance(answer, int)]
    assert [who for _item, who in _held()] == taken
    assert [type(answer) for answer in answers if answer not in taken] == [Conflict] * (THREADS - 1)


def test_one_of_many_takes_it_over(app: Flask, world: World) -> None:
    accounts = _colleagues()
    with db.write() as session:
        claims.take(session, "organisations:1", world.county.id, clock.now())

    def work(place: int) -> int:
        with db.write() as session:
            claims.take_over(session, "organisations:1", world.county.id, accounts[place], clock.now())
        return accounts[place]

    answers = together(app, work)
    taken = [answer for answer in answers if isinstance(answer, int)]
    assert [who for _item, who in _held()] == taken
    assert [type(answer) for answer in answers if answer not in taken] == [Conflict] * (THREADS - 1)


@pytest.mark.parametrize("key", DECISIONS)
def test_a_queue_is_narrowed_to_what_is_mine_or_nobodys(
    county: FlaskClient, colleague: FlaskClient, world: World, key: str
) -> None:
    link = f'href="{_at(world, key)}"'

    def seen(client: FlaskClient, taken: str, words: str = "") -> bool:
        page = client.post(f"/staff/{key}/", data={"taken": taken, "q": words})
        assert page.status_code == 200
        return link in page.text

    assert (seen(county, "me"), seen(county, "nobody")) == (False, True)
    county.post(f"{_at(world, key)}/do/take")
    assert (seen(county, "me"), seen(county, "nobody")) == (True, False)
    assert (seen(colleague, "me"), seen(colleague, "nobody")) == (False, False)
    name = world.mine[key].name if key == "organisations" else world.mine["learners"].name
    assert seen(county, "me", name)
    assert not seen(colleague, "me", name)
    answer = county.get(f"/api/v1/{key}/?taken=me").json
    assert answer is not None
    assert [row["id"] for row in answer["result"]] == [world.mine[key].id]
    assert county.get(f"/staff/{key}/?taken=somebody").status_code == 400


def _colleagues() -> list[int]:
    with db.write() as session:
        made: list[Account] = [
            staff_accounts.add(session, f"clerk{place}", "白雪", HASH, staff_accounts.COUNTY, [MINE])
            for place in range(THREADS)
        ]
        return [one.id for one in made]
