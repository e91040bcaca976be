"""Many rows at once: ids in the order given, defaults and types as the mapping has them, on both databases."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal import copying, db
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


def test_several_tables_are_filled_while_their_rows_are_made(app: Flask) -> None:
    with db.write() as session:
        session.add(PaymentEvent(**_told(1)))
        account = make_account(session)
        ids = db.reserve(session, PaymentEvent, 4500)
        with db.filling(session):
            db.fill(session, PaymentEvent, (_told(row_id + 10) | {"id": row_id} for row_id in ids))
            assert session.scalar(select(func.count()).select_from(PaymentEvent)) == 4501  # asked: it waits
            row = {"account_id": account.id, "kind": "a", "params": {"b": "\t"}, "created_at": NOON}
            db.fill(session, Message, [row])
            db.fill(session, Message, [])
    with db.read() as session:
        assert set(session.scalars(select(PaymentEvent.id))) > set(ids)
        assert session.scalars(select(Message.params)).one() == {"b": "\t"}


def test_what_the_database_forbids_while_others_are_made_is_said(app: Flask) -> None:
    with pytest.raises(IntegrityError), db.write() as session, db.filling(session):
        db.fill(session, PaymentEvent, [_told(place) | {"payment_id": 4711} for place in range(3)])
        db.fill(session, PaymentEvent, [_told(place + 3) for place in range(3)])
    with db.read() as session:
        assert session.scalar(select(PaymentEvent.id)) is None


def test_a_block_that_ends_early_leaves_no_thread_and_no_row(app: Flask) -> None:
    with pytest.raises(KeyError), db.write() as session, db.filling(session):
        db.fill(session, PaymentEvent, [_told(place) for place in range(3)])
        raise KeyError("a row that cannot be made")
    assert not [one for one in threading.enumerate() if one.name.startswith("portal-bulk")]
    with db.write() as session:
        assert session.scalar(select(PaymentEvent.id)) is None
        db.fill(session, PaymentEvent, [_told(place) for place in range(3)])


class _Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["a", "b\tc", "d\\n\n\r"], ["a", "b\\tc", "d\\\\n\\n\\r"]),
        ([1, -2, 3], ["1", "-2", "3"]),
        (["x", None, ""], ["x", "\\N", ""]),
        ([True, False, True], ["t", "f", "t"]),
        ([_Name("张\t三"), "b", _Name("c")], ["张\\t三", "b", "c"]),
        (["%s\t"] * 3, ["%s\\t"] * 3),
        ([b"\0\xff", b"", None], ["\\\\x00ff", "\\\\x", "\\N"]),
        ([1.5, Decimal("2.50"), 3], ["1.5", "2.50", "3"]),
        ([NOON, NOON.date(), None], ["2026-11-24T04:00:00+00:00", "2026-11-24", "\\N"]),
    ],
)
def test_values_are_written_as_copy_reads_them(values: list[Any], said: list[str]) -> None:
    numbers = [*range(len(values))]
    lines = [f"{one}\t{number}\n" for one, number in zip(said, numbers, strict=True)]
    assert copying.text([values, numbers]) == "".join(lines)


def test_a_value_nobody_can_write_is_an_error() -> None:
    with pytest.raises(TypeError):
        copying.text([[object(), object()]])


@pytest.mark.parametrize("wanted", [[""], ["e1,e2"], ["e1", "e2"], ["x'{}", "e1"], ["null"]])
def test_among_takes_any_text(app: Flask, wanted: list[str]) -> None:
    with db.write() as session:
        db.fill(session, PaymentEvent, [_told(place) for place in range(4)])
    with db.read() as session:
        found = session.scalars(select(PaymentEvent.event_id).where(db.among(PaymentEvent.event_id, wanted)))
        assert set(found) == {"e0", "e1", "e2", "e3"} & set(wanted)


@pytest.mark.parametrize("wanted", [[], [1], [0, 2, 4]])
def test_among_is_in(app: Flask, wanted: list[int]) -> None:
    with db.write() as session:
        db.fill(session, PaymentEvent, [_told(place) for place in range(4)])
    with db.read() as session:
        found = session.scalars(select(PaymentEvent.amount).where(db.among(PaymentEvent.amount, wanted)))
        assert set(found) == {0, 1, 2, 3} & set(wanted)
