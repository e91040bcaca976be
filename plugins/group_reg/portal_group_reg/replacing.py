"""Somebody else takes the place of a person who has not begun: nothing is paid again."""

from dataclasses import replace as changed

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import StringField

from portal.kit import (
    Conflict,
    Form,
    NotFound,
    Order,
    OrderLine,
    Organisation,
    Problem,
    Refused,
    _,
    _l,
    account,
    add_problems,
    clerk_required,
    clock,
    db,
    joining,
    orders,
)
from portal_group_reg import roster, standing, terms
from portal_group_reg.pages import blueprint
from portal_group_reg.problems import SENTENCES
from portal_group_reg.roster import Entry
from portal_group_reg.visit import here


class PersonForm(Form):
    """Who takes the place."""

    name = StringField(_l("Name"))
    id_number = StringField(_l("ID number"))
    phone = StringField(_l("Mobile number"))


@blueprint.route("/group/people/<int:line_id>/replace", methods=["GET", "POST"])
@clerk_required
def replace(line_id: int) -> ResponseReturnValue:
    """One form; what is wrong stands at its field and nothing changes."""
    organisation, session, form = here(), db.reader(), PersonForm()
    line = _own(session, organisation, line_id)
    if form.validate_on_submit():
        try:
            entry = _entry(session, organisation, line, form)
            with db.write() as writing:
                _take_place(writing, organisation, line_id, entry)
            flash(_("The place is taken over. Print a slip if the account is new."), "ok")
            return redirect(url_for("group_reg.people"), 303)
        except Refused as refused:
            add_problems(form, refused)
        except Conflict as conflict:
            form.form_errors = [*form.form_errors, str(conflict.message)]
    page = render_template("group_reg/replace.html", form=form, line=line)
    return page, 422 if form.errors else 200


def _own(session: Session, organisation: Organisation, line_id: int) -> OrderLine:
    """A line this organisation bought for a class. :raises NotFound: unknown, or another buyer's."""
    query = (
        select(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.id == line_id, Order.buyer_id == organisation.account_id, OrderLine.class_id.is_not(None))
    )
    found: OrderLine | None = session.scalar(query)
    if found is None:
        raise NotFound(f"order line {line_id}")
    return found


def _entry(session: Session, organisation: Organisation, line: OrderLine, form: PersonForm) -> Entry:
    """What was typed, judged like a row of a roster. :raises Refused: each problem at its field."""
    place = line.training_class
    assert place is not None  # only such lines are found
    typed = {
        "name": str(form.name.data or ""),
        "id_number": str(form.id_number.data or ""),
        "phone": str(form.phone.data or ""),
        "county": place.division.name,
        "class": place.name,
        "employer": organisation.name,
        "code": organisation.code,
    }
    checked = roster.again([(1, typed)], terms.of_class(session, place, organisation).rows)
    if not checked.entries:
        raise Refused(problems=list(checked.report.lines[0].problems))
    return checked.entries[0]


def _take_place(session: Session, organisation: Organisation, line_id: int, entry: Entry) -> None:
    line = session.get_one(OrderLine, line_id)
    asked = standing.Terms(organisation, frozenset([line.project_id or 0]))
    known = standing.find(session, asked, [entry]).get(entry.number)
    if known is None:
        person = changed(entry.person, employer=organisation.name)
        learner_id = joining.join(session, organisation, [person], clock.now())[person.index]
    elif known.usable and known.name == entry.person.name:
        learner_id = known.learner_id
    else:  # what it is, is not told
        raise Refused(problems=[Problem(SENTENCES["OFFICE"], "id_number")])
    orders.replace(session, line.order, line_id, learner_id, account().id)
