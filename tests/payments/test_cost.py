"""What placing and paying costs in SQL statements: a number for one learner, the same number for a large group."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from portal import db
from portal.payments import service
from tests.orders.shop import NOON, Shop, buy, open_shop, register
from tests.payments.bank import Paper, paid

MOST = 50  # statements from the click on 提交订单 to open plans: placing, starting a payment, booking its notice


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


def test_a_group_costs_as_many_statements_as_one_person(app: Flask) -> None:
    with db.write() as session:
        shop = open_shop(session, seats=None)
    alone = _statements(shop, 1)
    assert _statements(shop, 60) == alone
    assert alone <= MOST
