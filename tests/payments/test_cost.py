"""What placing and paying costs in SQL statements: a small number, however large the group."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from portal import db
from portal.payments import service
from tests.orders.shop import NOON, Shop, buy, open_shop, register
from tests.payments.bank import Paper, paid

MOST = 25  # statements from the click on 提交订单 to open plans: placing, starting a payment, booking its notice


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Statements of the block, without the transactions around them."""
    said: list[str] = []

    def note(*given: object) -> None:
        if not re.match(r"BEGIN|COMMIT|ROLLBACK|SELECT pg_advisory", str(given[2])):
            said.append(str(given[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    yield said
    event.remove(db.engine(), "before_cursor_execute", note)


def _statements(shop: Shop, people: int) -> int:
    with db.write() as session:
        learners = [register(session) for _ in range(people)]
    with _counted() as said:
        with db.write() as session:
            order = buy(session, shop, *learners)
        with db.write() as session:
            payment = service.start(session, order, Paper(), NOON)
        with db.write() as session:
            assert service.confirm(session, "paper", paid(payment, str(people), reference=str(people)), NOON) == "paid"
    return len(said)


def test_a_person_costs_few_statements_and_a_group_no_more_for_being_large(app: Flask) -> None:
    with db.write() as session:
        shop = open_shop(session, seats=None)
    assert _statements(shop, 1) <= MOST
    assert _statements(shop, 3) == _statements(shop, 60) <= MOST + 2  # ids for many lines and many plans beforehand
