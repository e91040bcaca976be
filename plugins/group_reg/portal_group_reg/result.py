"""Page 2: what a roster says, what is wrong with it, repairing it here or in 待修正.xlsx, and 提交信息."""

import re
from collections.abc import Mapping
from functools import cache

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import BooleanField, IntegerField
from wtforms.widgets import HiddenInput

from portal.kit import (
    Conflict,
    Elsewhere,
    Form,
    Job,
    Order,
    PortalError,
    Refused,
    _,
    _l,
    account,
    add_problems,
    catalogue,
    clerk_required,
    clock,
    current_storage,
    db,
    organisation_required,
    repair_workbook,
)
from portal_group_reg import keeping, problems, repairing, sending, service, states, terms
from portal_group_reg.models import Batch, RosterRow
from portal_group_reg.pages import STEPS, blueprint
from portal_group_reg.roster import LAYOUT, TEMPLATE
from portal_group_reg.visit import own, upload

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 20  # good rows of a page
_TYPED = re.compile(r"r(\d+)-(\w+)")


class SendForm(Form):
    """提交信息: for which state of the list and which amount it was pressed."""

    version = IntegerField(widget=HiddenInput())
    total = IntegerField(widget=HiddenInput())
    leave = BooleanField(_l("Send the others now; the rows to repair stay here as a list of their own"))


@blueprint.get("/group/enrol/lists/<int:batch_id>")
@organisation_required
def show(batch_id: int) -> ResponseReturnValue:
    """A roster in whatever state: being worked on, refused, to be checked, or an order."""
    batch = own(batch_id)
    if batch.state in states.WORKING:
        return render_template("group_reg/working.html", batch=batch, steps=STEPS, job=_job(batch))
    if batch.state == states.SENT:
        return _sent(batch)
    if batch.state == states.REFUSED:
        return _refused(batch)
    return _page(batch, SendForm())


@blueprint.get("/group/enrol/lists/<int:batch_id>/progress")
@organisation_required
def progress(batch_id: int) -> ResponseReturnValue:
    """How far the work is, for the script of the waiting page."""
    batch = own(batch_id)
    job = _job(batch)
    done, of = (job.done_steps, job.all_steps) if job else (0, 0)
    return jsonify(working=batch.state in states.WORKING, done=done, of=of)


@blueprint.post("/group/enrol/lists/<int:batch_id>/rows")
@clerk_required
def correct(batch_id: int) -> ResponseReturnValue:
    """Takes what was typed into failing rows and checks the whole list again."""
    batch = own(batch_id)
    edits: dict[int, dict[str, str]] = {}
    for name, said in request.form.items():
        if found := _TYPED.fullmatch(name):
            edits.setdefault(int(found[1]), {})[found[2]] = said.strip()[:1000]
    if request.form.get("action") == "own":
        edits = repairing.own_name(db.reader(), batch, edits)
    dropped = {int(number) for number in request.form.getlist("drop") if number.isascii() and number.isdigit()}
    with_terms = terms.of_batch(db.reader(), batch)
    try:
        with db.write() as session:
            mine = session.get_one(Batch, batch_id)
            version = request.form.get("version", 0, type=int)
            service.correct(session, mine, edits, dropped, version, with_terms, clock.now())
    except Conflict as conflict:
        raise Elsewhere("group_reg.show", conflict.message, batch_id=batch_id) from conflict
    return redirect(url_for("group_reg.show", batch_id=batch_id), 303)


@blueprint.post("/group/enrol/lists/<int:batch_id>/file")
@clerk_required
def another(batch_id: int) -> ResponseReturnValue:
    """重新上传: a repaired file is merged, any other replaces the list."""
    batch = own(batch_id)
    try:
        filename, key = upload()
        with db.write() as session:
            service.replace_file(session, session.get_one(Batch, batch.id), filename, key, account().id, clock.now())
    except PortalError as error:
        raise Elsewhere("group_reg.show", error.message, batch_id=batch_id) from error
    return redirect(url_for("group_reg.show", batch_id=batch_id), 303)


@blueprint.post("/group/enrol/lists/<int:batch_id>/columns")
@clerk_required
def columns(batch_id: int) -> ResponseReturnValue:
    """Which heading of the file stands for which column it lacks; then it is read again."""
    batch = own(batch_id)
    said = {key: request.form.get(f"c-{key}", "") for key in batch.lacks}
    try:
        with db.write() as session:
            service.map_columns(session, session.get_one(Batch, batch.id), said, account().id, clock.now())
    except Refused as refused:
        return _refused(batch, said, {problem.field: problem.message for problem in refused.problems}), 422
    except Conflict as conflict:
        raise Elsewhere("group_reg.show", conflict.message, batch_id=batch_id) from conflict
    return redirect(url_for("group_reg.show", batch_id=batch_id), 303)


@blueprint.get("/group/enrol/lists/<int:batch_id>/repair.xlsx")
@clerk_required
def repair(batch_id: int) -> Response:
    """待修正.xlsx: the failing rows only, each with what to change."""
    batch, session = own(batch_id), db.reader()
    report = repairing.report(session, batch, terms.of_batch(session, batch))
    response = Response(repair_workbook(report, batch.token), mimetype=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=repair.xlsx; {repairing.FILENAME}"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/group/enrol/lists/<int:batch_id>/send")
@clerk_required
def send(batch_id: int) -> ResponseReturnValue:
    """提交信息: queues the order; pressed again, the same one."""
    batch, form = own(batch_id), SendForm()
    if batch.state in (states.SENDING, states.SENT):
        return redirect(url_for("group_reg.show", batch_id=batch_id), 303)
    try:
        with db.write() as session:
            service.send(
                session,
                session.get_one(Batch, batch_id),
                form.version.data or 0,
                bool(form.leave.data),
                form.total.data or 0,
                account().id,
                clock.now(),
            )
    except Refused as refused:
        add_problems(form, refused)
        return _page(batch, form), 422
    except Conflict as conflict:
        raise Elsewhere("group_reg.show", conflict.message, batch_id=batch_id) from conflict
    return redirect(url_for("group_reg.show", batch_id=batch_id), 303)


@blueprint.post("/group/enrol/lists/<int:batch_id>/drop")
@clerk_required
def drop(batch_id: int) -> ResponseReturnValue:
    """Gives a list up: its rows are removed."""
    batch = own(batch_id)
    try:
        with db.write() as session:
            key = service.drop(session, session.get_one(Batch, batch.id), account().id, clock.now())
    except Conflict as conflict:
        raise Elsewhere("group_reg.show", conflict.message, batch_id=batch_id) from conflict
    if key:
        current_storage().delete(key)
    raise Elsewhere("group_reg.index", _("The list is removed."))


def _job(batch: Batch) -> Job | None:
    return db.reader().get(Job, batch.job_id) if batch.job_id else None


def _refused(batch: Batch, said: Mapping[str, str] | None = None, errors: Mapping[str, object] | None = None) -> str:
    titles = {column.key: column.title for column in LAYOUT.columns}
    known = {"titles": titles, "said": said or {}, "errors": errors or {}}
    return render_template("group_reg/refused.html", batch=batch, steps=STEPS, form=SendForm(), **known)


def _sent(batch: Batch) -> ResponseReturnValue:
    """Page 3 is the payment page; what is paid stands on the order's page."""
    order = db.reader().get_one(Order, batch.order_id)
    endpoint = "payments.pay" if order.state == "placed" else "orders.show"
    return redirect(url_for(endpoint, number=order.number), 303)


def _page(batch: Batch, form: SendForm) -> str:
    session = db.reader()
    project = catalogue.project(session, batch.training_class.project_id)
    offers = terms.offers(session, project)
    found = keeping.counts(session, batch.id)
    good, spared = found.get(keeping.GOOD, 0), repairing.spared(session, batch.id)
    fee = cache(lambda had: terms.price(offers, batch.courses, project, had))
    total = (good - len(spared)) * fee(()) + sum(map(fee, spared))
    shown = max(request.args.get("page", 1, type=int), 1)
    form.version.raw_data, form.version.data = None, batch.version
    form.total.raw_data, form.total.data = None, total
    return render_template(
        "group_reg/result.html",
        batch=batch,
        steps=STEPS,
        form=form,
        good=good,
        bad=found.get(keeping.BAD, 0),
        enrolled=found.get(keeping.ENROLLED, 0),
        known=repairing.own_people(session, batch.id),
        groups=problems.groups(session, batch.id, terms.of_batch(session, batch)),
        own_name=problems.OWN_NAME,
        rows=_rows(session, batch.id, shown),
        shown=shown,
        pages=-(-(good + found.get(keeping.ENROLLED, 0)) // PAGE),
        each=fee(()),
        fee=fee,
        total=total,
        spared=len(spared),
        current=TEMPLATE["version"],
        titles={column.key: column.title for column in LAYOUT.columns},
        hours=sum(offer.course.hours for offer in offers if offer.course.id in set(batch.courses)),
        free=catalogue.free_seats(batch.training_class),
        offers=offers,
        order=sending.replaced(session, batch),
    )


def _rows(session: Session, batch_id: int, page: int) -> list[repairing.Shown]:
    query = (
        select(RosterRow)
        .where(RosterRow.batch_id == batch_id, RosterRow.state.in_((keeping.GOOD, keeping.ENROLLED)))
        .order_by(RosterRow.number)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [repairing.shown(row) for row in session.scalars(query)]
