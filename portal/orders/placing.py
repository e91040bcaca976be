"""Placing an order from a page: one transaction, every plugin asked, the site's own patience."""

from collections.abc import Iterable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db
from portal.access.visitor import buyer_id
from portal.errors import Conflict, Elsewhere, NotFound
from portal.orders import service
from portal.orders.models import Order
from portal.orders.quote import Quote
from portal.orders.states import PLACED
from portal.payments import gateways
from portal.payments import service as payments
from portal.plugins import current_plugins
from portal.settings import current_settings
from portal.types import OrderProposal, Problem

_UNDER_WAY = _l(
    "A payment for this order is under way, so it cannot be changed. Wait for its result, or cancel the order."
)


def place_order(proposal: OrderProposal) -> Order:
    """Makes a proposal an order that keeps its price and seats for `order_hours`.

    :raises Refused: with the core's and all plugins' problems at once; nothing is written.
    :raises Conflict: a class has too few seats left, or the order it replaces is paid, being paid or over.
    """
    with db.write() as session:
        return place_within(session, proposal)


def place_within(session: Session, proposal: OrderProposal) -> Order:
    """The same inside a transaction that writes more than the order."""

    def ask(proposal: OrderProposal, quote: Quote) -> Iterable[Problem]:
        # Closed: a plugin that cannot answer refuses the order.
        return current_plugins().ask("order_problems", closed=True, session=session, proposal=proposal, quote=quote)

    if proposal.replaces:
        _refuse_while_paying(session, service.find(session, proposal.replaces, proposal.buyer_id))
    return service.place(session, proposal, ask, clock.now(), current_settings().order_hours)


def changeable(number: str, mode: str) -> Order:
    """The visitor's own unpaid order, about to be chosen anew; its gateways were asked to collect no more for it.

    :raises NotFound: unknown, foreign, or of another mode.
    :raises Elsewhere: to its page, for it is paid or over, or money for it may be on its way.
    """
    order, now = service.find(db.reader(), number, buyer_id()), clock.now()
    if order.mode != mode:
        raise NotFound(number)
    gateways.settle(order, now)
    db.reader().refresh(order)
    try:
        if order.state != PLACED or order.expires_at <= now:
            raise Conflict(service.NOT_CHANGEABLE)
        _refuse_while_paying(db.reader(), order)
    except Conflict as conflict:
        raise Elsewhere("orders.show", conflict.message, number=order.number) from conflict
    return order


def placed_before(buyer_id: int, key: str) -> Order | None:
    """The buyer's order a double click or the back button has already made of a proposal of this key."""
    query = select(Order).where(Order.proposal_key == key, Order.buyer_id == buyer_id)
    found: Order | None = db.reader().scalar(query) if key else None
    return found


def to_order(order: Order) -> ResponseReturnValue:
    """To where an order goes on: 学费支付 while it waits for money, else its own page."""
    endpoint = "payments.pay" if order.state == PLACED else "orders.show"
    return redirect(url_for(endpoint, number=order.number), 303)


def _refuse_while_paying(session: Session, order: Order) -> None:
    if payments.under_way(session, order.id):
        raise Conflict(_UNDER_WAY)
