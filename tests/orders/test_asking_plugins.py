"""The hook order_problems: every plugin is asked before an order is written."""

import pytest
from sqlalchemy import func, select

from portal import db
from portal.errors import Refused
from portal.orders.models import Order
from portal.orders.placing import place_order
from portal.orders.quote import Quote
from portal.types import OrderProposal, Problem
from tests.orders.shop import open_shop, propose, register
from tests.strangers import Start
from tests.strangers import start as start


def _proposal(mode: str = "s") -> OrderProposal:
    with db.write() as session:
        found = propose(open_shop(session), register(session))
    return OrderProposal(mode, found.buyer_id, found.key, found.rule_set_id, found.lines, found.expected_total)


def _orders() -> int | None:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Order))


def test_hook_order_problems(start: Start) -> None:
    asked: list[int] = []

    def order_problems(proposal: OrderProposal, quote: Quote) -> list[Problem]:
        asked.append(quote.total)
        return [Problem("Not on a Friday.", "courses")]

    start(order_problems=order_problems)
    with pytest.raises(Refused) as refused:
        place_order(_proposal())
    assert [(problem.message, problem.field) for problem in refused.value.problems] == [("Not on a Friday.", "courses")]
    assert asked == [4800]
    assert _orders() == 0


def test_a_plugin_that_cannot_answer_refuses(start: Start) -> None:
    def order_problems() -> list[Problem]:
        raise ValueError("broken")

    start(order_problems=order_problems)
    with pytest.raises(ValueError, match="broken"):
        place_order(_proposal())
    assert _orders() == 0


def test_without_objections_the_order_is_placed(start: Start) -> None:
    start(order_problems=[])
    assert place_order(_proposal()).total == 4800
    assert _orders() == 1
