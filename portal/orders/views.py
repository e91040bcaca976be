"""我的订单: a buyer's orders, one of them, and giving one up."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from portal import clock, db
from portal.access.guard import login_required
from portal.access.visitor import account, buyer_id, colleagues
from portal.errors import Conflict
from portal.orders import service, states
from portal.orders.models import Order, OrderLine
from portal.orders.summary import class_name, summarise
from portal.payments import gateways, invoice_states, ledger, refund_states, sums
from portal.payments import service as payments
from portal.payments.states import REASONS
from portal.plugins import current_plugins
from portal.web import formats
from portal.web.forms import Form

blueprint = Blueprint("orders", __name__, template_folder="templates")

KINDS = {"major": _l("Professional subjects"), "public": _l("Public subjects")}
# State -> kind of tag and word.
STATES: dict[str, tuple[str, object]] = {
    states.PLACED: ("wait", _l("To be paid")),
    states.PAID: ("ok", _l("Paid")),
    states.CANCELLED: ("plain", _l("Cancelled")),
    states.EXPIRED: ("plain", _l("Expired")),
    states.REFUNDED: ("plain", _l("Refunded")),
}

REFUND_STATES: dict[str, tuple[str, object]] = {
    refund_states.PROPOSED: ("wait", _l("Being decided")),
    refund_states.APPROVED: ("run", _l("On its way")),
    refund_states.FAILED: ("run", _l("On its way")),  # the office sends it again or pays it itself
    refund_states.DONE: ("ok", _l("Sent back")),
    refund_states.REFUSED: ("plain", _l("Refund refused")),
    refund_states.WITHDRAWN: ("plain", _l("Withdrawn")),
}

INVOICE_STATES: dict[str, tuple[str, object]] = {
    invoice_states.ASKED: ("wait", _l("Asked for")),
    invoice_states.ISSUED: ("ok", _l("Issued")),
    invoice_states.RED_DUE: ("wait", _l("Being cancelled")),
    invoice_states.RED: ("plain", _l("Cancelled")),
}


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """Names other rooms' pages about orders use too."""
    return {"order_states": STATES, "course_kinds": KINDS, "class_name": class_name, "in_words": in_words}


def in_words(moment: datetime) -> str:
    """A moment inside a sentence: 2026 年 11 月 25 日 10:46."""
    return f"{formats.day(moment)} {clock.local(moment):%H:%M}"


@blueprint.get("/orders")
@login_required
def mine() -> ResponseReturnValue:
    """The newest orders, what is unpaid with its deadline, and every fen of all of them."""
    rows = service.of_buyer(db.reader(), buyer_id())
    people = func.count(OrderLine.learner_id.distinct())
    query = select(OrderLine.order_id, func.min(OrderLine.title), people, func.count()).group_by(OrderLine.order_id)
    lines = db.reader().execute(query.where(OrderLine.order_id.in_([order.id for order in rows])))
    what = {order_id: (title, heads, plans) for order_id, title, heads, plans in lines}
    money = sums.of_buyer(db.reader(), buyer_id())
    return render_template(
        "orders/mine.html",
        rows=rows,
        what=what,
        money=money,
        in_all=sum(money.values(), sums.Sums()),
        invoices=sums.invoices(db.reader(), buyer_id()),
        invoice_states=INVOICE_STATES,
        now=clock.now(),
    )


@blueprint.get("/orders/<number>")
@login_required
def show(number: str) -> ResponseReturnValue:
    """One order: what was bought, at which price, and what can be done about it."""
    order = service.find(db.reader(), number, buyer_id())
    return render_template(
        "orders/show.html",
        order=order,
        summary=summarise(db.reader(), order),
        payment=payments.latest(db.reader(), order),
        money=ledger.entries(db.reader(), order.id),
        invoice=payments.invoices.newest(db.reader(), order.id),
        net=payments.invoices.net(db.reader(), order),
        refund_states=REFUND_STATES,
        invoice_states=INVOICE_STATES,
        reasons=REASONS,
        ours=colleagues(),
        changes=_changes(order),
        now=clock.now(),
        form=Form(),
    )


@blueprint.post("/orders/<number>/cancel")
@login_required
def cancel(number: str) -> ResponseReturnValue:
    """Gives an unpaid order up, after asking the gateway: money already on its way wins."""
    order = service.find(db.reader(), number, buyer_id())
    gateways.ask_about(order, clock.now())
    try:
        with db.write() as session:
            service.cancel(session, service.find(session, number, buyer_id()), clock.now(), account().id)
            payments.propose_strays(session, order.id, clock.now())
        flash(_("The order is cancelled. Nothing was charged."), "ok")
    except Conflict as conflict:
        flash(str(conflict.message), "warm")
    else:
        gateways.close_about(order, clock.now())
    return redirect(url_for("orders.show", number=order.number), 303)


def _changes(order: Order) -> str:
    """Where an order is chosen anew: the mode it came from says so, if it lets people at all."""
    modes = {mode.key: mode for mode in current_plugins().declared("selection_modes")}
    return modes[order.mode].changes if order.mode in modes else ""
