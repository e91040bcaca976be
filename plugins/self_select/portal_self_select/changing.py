"""Changing an unpaid order: its courses are back in the basket; the order stays until another takes its place."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal.kit import Order, changeable, current_learner, db, learner_required
from portal_self_select import MODE, basket
from portal_self_select.pages import blueprint


@blueprint.post("/courses/orders/<number>/change")
@learner_required
def change(number: str) -> ResponseReturnValue:
    """To the basket, filled with what was ordered or with what was changed of it already."""
    order = changeable(number, MODE)
    with db.write() as session:
        basket.reopen(session, current_learner(), order.number, _ordered(order))
    return redirect(url_for("self_select.show_basket"), 303)


@blueprint.post("/courses/basket/leave")
@learner_required
def leave() -> ResponseReturnValue:
    """Thinks better of it: the order stays as it is."""
    learner = current_learner()
    order = basket.replaced(db.reader(), learner, basket.load(db.reader(), learner))
    if order is None:
        return redirect(url_for("self_select.show_basket"), 303)
    with db.write() as session:
        basket.leave(session, learner, _ordered(order))
    return redirect(url_for("orders.show", number=order.number), 303)


def _ordered(order: Order) -> list[int]:
    return [course.course_id for line in order.lines for course in line.courses]
