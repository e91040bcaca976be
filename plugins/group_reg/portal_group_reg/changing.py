"""Changing a group order before it is paid: its list is open again; and another package for a list.

The order stays as it is until the list is sent anew: then one closes and the other stands, in one transaction.
"""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.kit import (
    Conflict,
    Elsewhere,
    NotFound,
    account,
    catalogue,
    changeable,
    choice,
    clerk_required,
    clock,
    db,
)
from portal_group_reg import MODE, reworking, sending, terms
from portal_group_reg.models import Batch
from portal_group_reg.pages import blueprint
from portal_group_reg.visit import here, own


@blueprint.post("/group/orders/<number>/change")
@clerk_required
def change(number: str) -> ResponseReturnValue:
    """To the list of an unpaid order: people and package can be chosen anew."""
    here()
    order = changeable(number, MODE)
    with db.write() as session:
        batch = reworking.rework(session, order.id, account().id, clock.now())
    if batch is None:
        raise NotFound(number)
    return redirect(url_for("group_reg.show", batch_id=batch.id), 303)


@blueprint.post("/group/enrol/lists/<int:batch_id>/leave")
@clerk_required
def leave(batch_id: int) -> ResponseReturnValue:
    """Thinks better of it: the order stays as it is."""
    batch = own(batch_id)
    order = sending.replaced(db.reader(), batch)
    if order is None:
        return redirect(url_for("group_reg.show", batch_id=batch_id), 303)
    try:
        with db.write() as session:
            reworking.leave(session, session.get_one(Batch, batch_id), clock.now())
    except Conflict as conflict:
        raise Elsewhere("group_reg.show", conflict.message, batch_id=batch_id) from conflict
    return redirect(url_for("orders.show", number=order.number), 303)


@blueprint.post("/group/enrol/lists/<int:batch_id>/package")
@clerk_required
def package(batch_id: int) -> ResponseReturnValue:
    """Another package for everybody in the list; what is wrong with it is said, and nothing changes."""
    batch = own(batch_id)
    project = catalogue.project(db.reader(), batch.training_class.project_id)
    courses = request.form.getlist("courses", type=int)
    standing = choice.check(terms.offers(db.reader(), project), courses, project.rule_set.rules)
    if standing.problems:
        why = " ".join(str(problem.message) for problem in standing.problems)
        raise Elsewhere("group_reg.show", why, batch_id=batch_id)
    try:
        with db.write() as session:
            mine = session.get_one(Batch, batch_id)
            version = request.form.get("version", 0, type=int)
            reworking.repack(session, mine, courses, version, lambda: terms.of_batch(session, mine), clock.now())
    except Conflict as conflict:
        raise Elsewhere("group_reg.show", conflict.message, batch_id=batch_id) from conflict
    return redirect(url_for("group_reg.show", batch_id=batch_id), 303)
