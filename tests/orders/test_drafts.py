"""Drafts: kept for their owner, never overwritten silently, forgotten in time."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.errors import Conflict
from portal.orders import drafts
from portal.orders.models import Draft
from tests.orders.shop import NOON, open_shop, register

DAYS = 30


@pytest.fixture
def owner(app: Flask) -> int:
    with db.write() as session:
        open_shop(session)
        return register(session).account_id


def _save(owner: int, version: int, value: int = 1, days: int = 0) -> int:
    with db.write() as session:
        moment = NOON + timedelta(days=days)
        return drafts.save(session, owner, "m", "k", "courses", {"v": value}, version, moment, DAYS).version


def test_a_draft_goes_on(owner: int) -> None:
    assert [_save(owner, 0), _save(owner, 1, 2), _save(owner, 2, 3)] == [1, 2, 3]
    with db.read() as session:
        draft = drafts.load(session, owner, "m", "k", NOON)
        assert draft is not None
        assert (draft.step, draft.data, draft.version) == ("courses", {"v": 3}, 3)
        assert drafts.load(session, owner, "m", "other", NOON) is None
        assert drafts.load(session, owner + 1, "m", "k", NOON) is None


@pytest.mark.parametrize("version", [0, 1, 3])
def test_an_older_window_does_not_overwrite(owner: int, version: int) -> None:
    _save(owner, 0)
    _save(owner, 1, 2)
    with pytest.raises(Conflict):
        _save(owner, version, 99)
    with db.read() as session:
        assert session.scalars(select(Draft.data)).all() == [{"v": 2}]


def test_a_draft_expires_and_a_new_one_begins(owner: int) -> None:
    _save(owner, 0)
    with db.read() as session:
        assert drafts.load(session, owner, "m", "k", NOON + timedelta(days=DAYS)) is None
    assert _save(owner, 0, 7, days=DAYS) == 1


def test_saving_prolongs(owner: int) -> None:
    _save(owner, 0)
    _save(owner, 1, 2, days=20)
    with db.read() as session:
        assert drafts.load(session, owner, "m", "k", NOON + timedelta(days=40)) is not None


def test_dropping(owner: int) -> None:
    _save(owner, 0)
    for _ in range(2):
        with db.write() as session:
            drafts.drop(session, owner, "m", "k")
    assert _save(owner, 0) == 1
