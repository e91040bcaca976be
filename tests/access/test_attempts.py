"""Thirty guesses at once are no more tries than one after the other."""

import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock, db
from portal.access import attempts
from portal.access.models import LoginAttempt
from portal.errors import TooMany
from portal.people.models import Agreement, LoginName
from portal.testing import PASSWORD, make_account, make_learner
from tests.orders.threads import together

AT_ONCE = 30
TRIED = {422, 503}  # 503: SQLite, asked to write by so many, may let one of them wait for too long


def answers(app: Flask, address: str, forms: list[dict[str, str]]) -> Counter[int]:
    """Statuses of forms sent at the same moment, each from a browser of its own."""

    def send(place: int) -> int:
        return app.test_client().post(address, data=forms[place]).status_code

    return Counter(together(app, send, len(forms)))  # type: ignore[arg-type]


def test_guesses_at_once_are_limited(app: Flask) -> None:
    with db.write() as session:
        name = make_account(session).username
    found = answers(app, "/login", [{"name": name, "password": "nope"}] * AT_ONCE)
    assert found[422] == attempts.PER_NAME
    assert set(found) <= TRIED | {429}
    assert app.test_client().post("/login", data={"name": name, "password": PASSWORD}).status_code == 429


def test_so_many_at_once_are_all_answered_when_nobody_is_guessed_at(app: Flask) -> None:
    """The control: it is the limit that stops the others, not the crowd."""
    forms = [{"name": f"nobody{place}", "password": "nope"} for place in range(AT_ONCE)]
    found = answers(app, "/login", forms)
    assert found[422] > attempts.PER_NAME
    assert set(found) <= TRIED


def test_a_check_apart_from_the_count_lets_them_all_in(app: Flask) -> None:
    """Why an attempt is counted before it is looked at: asked first, all of them find the door open."""
    looked = threading.Barrier(AT_ONCE)

    def guess(_place: int) -> bool:
        with db.read() as session:
            free = (session.scalar(select(LoginAttempt.failures)) or 0) < attempts.PER_NAME
        looked.wait()
        return free

    assert together(app, guess, AT_ONCE) == [True] * AT_ONCE

    def count(_place: int) -> bool:
        looked.wait()
        attempts.begin("somebody", "10.0.0.1", clock.now())
        return True

    counted = together(app, count, AT_ONCE)
    assert counted.count(True) == attempts.PER_NAME
    assert sum(isinstance(one, TooMany) for one in counted) == AT_ONCE - attempts.PER_NAME


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/activate", {"id_number": "number", "phone": "13900000000"}),
        ("/reset", {"account": "number", "person": "周晓岚", "code": "AAAAA-AAAAA"}),
    ],
)
def test_activation_and_recovery_are_limited_alike(app: Flask, address: str, typed: dict[str, str]) -> None:
    with db.write() as session:
        learner = make_learner(session)
        session.add(LoginName(account_id=learner.account_id, kind="resident_id", value=learner.id_index))
        session.add(Agreement(version=1, title="-", text="-", effective_at=clock.now()))
    fresh = {"password": "brown-horse-77", "again": "brown-horse-77", "agreed": "y"}
    form = {name: learner.id_number if said == "number" else said for name, said in typed.items()} | fresh
    found = answers(app, address, [form] * AT_ONCE)
    assert found[422] == attempts.PER_NAME, found
    assert set(found) <= TRIED | {429}


def test_what_was_right_does_not_count(app: Flask) -> None:
    with db.write() as session:
        name = make_account(session).username
    for _ in range(attempts.PER_NAME + 2):
        assert app.test_client().post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
    with db.read() as session:
        assert set(session.scalars(select(LoginAttempt.failures))) == {0}
