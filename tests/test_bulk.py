"""Many rows at once: ids in the order given, defaults and types as the mapping has them, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal import db
from portal.messages.models import Message
from portal.payments.models import PaymentEvent
from portal.testing import make_account
from tests.orders.shop import NOON


def _told(number: int) -> dict[str, object]:
    return {
        "provider": "paper",
        "event_id": f"e{number}",
        "kind": "paid",
        "amount": number,
        "payload": {"说": number, "quote": "'\t\\"},
        "outcome": "known",
        "received_at": NOON,
    }


@pytest.mark.parametrize("number", [0, 1, 2, 50])
def test_ids_come_in_the_order_given(app: Flask, number: int) -> None:
    with db.write() as session:
        session.add(PaymentEvent(**_told(1000)))
        session.flush()
        ids = db.insert_many(session, PaymentEvent, [_told(place) for place in range(number)])
        again = db.insert_many(session, PaymentEvent, [_told(place + 100) for place in range(number)])
        session.add(PaymentEvent(**_told(1001)))  # one by one it goes on after them
    assert len({*ids, *again}) == 2 * number
    with db.read() as session:
        assert [session.get_one(PaymentEvent, row_id).amount for row_id in ids] == list(range(number))
        assert session.scalars(select(PaymentEvent.amount).order_by(PaymentEvent.id.desc())).first() == 1001


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_not_said_has_its_default_and_what_is_said_its_type(app: Flask, number: int) -> None:
    with db.write() as session:
        db.fill(session, PaymentEvent, [_told(place) for place in range(number)])
    with db.read() as session:
        for row in session.scalars(select(PaymentEvent)):
            assert (row.money, row.reference, row.payment_id) == (0, "", None)
            assert row.payload == {"说": row.amount, "quote": "'\t\\"}
            assert row.received_at == NOON


def test_an_earlier_row_of_the_same_transaction_is_there_already(app: Flask) -> None:
    with db.write() as session:
        account = make_account(session)
        session.add(first := Message(account_id=account.id, kind="first", params={}))
        rows = [{"account_id": account.id, "kind": str(place), "params": {}, "created_at": NOON} for place in range(2)]
        db.fill(session, Message, rows)
    with db.read() as session:
        assert [row.kind for row in session.scalars(select(Message).order_by(Message.id))] == [first.kind, "0", "1"]


@pytest.mark.parametrize("number", [1, 2])
def test_what_the_database_forbids_is_said_and_nothing_is_written(app: Flask, number: int) -> None:
    rows = [_told(place) | {"payment_id": 4711} for place in range(number)]
    with pytest.raises(IntegrityError), db.write() as session:
        db.fill(session, PaymentEvent, rows)
    with db.read() as session:
        assert session.scalar(select(PaymentEvent.id)) is None


def test_a_value_that_is_taken_gives_no_row(app: Flask) -> None:
    with db.write() as session:
        first = make_account(session)
        values = {"first_name": "", "last_name": "", "active": True, "kind": "staff", "username": "new"}
        assert db.insert_unless(session, type(first), "username", values | {"username": first.username}) is None
        made = db.insert_unless(session, type(first), "username", values)
        assert made is not None
        assert (made.username, made.id != first.id) == ("new", True)


@pytest.mark.parametrize("wanted", [[], [1], [0, 2, 4]])
def test_among_is_in(app: Flask, wanted: list[int]) -> None:
    with db.write() as session:
        db.fill(session, PaymentEvent, [_told(place) for place in range(4)])
    with db.read() as session:
        found = session.scalars(select(PaymentEvent.amount).where(db.among(PaymentEvent.amount, wanted)))
        assert set(found) == {0, 1, 2, 3} & set(wanted)
