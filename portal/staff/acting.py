"""The page of an action: GET asks, POST does it once; what is refused stands beside what was typed."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal import clock, db
from portal.access.visitor import account
from portal.errors import Conflict, NotFound, Refused
from portal.staff import listing, scope, service
from portal.staff.actions import Action, Ask
from portal.staff.fields import Choice, Day, Hundredths, Moment, Upload, Whole
from portal.staff.screens import Screen
from portal.web.forms import Form, add_problems

MOVED_ON = _l("This step is no longer possible: the entry has moved on.")
FIELDS: dict[str, Any] = {
    "lines": TextAreaField,
    "line": StringField,
    "money": Hundredths,
    "hours": Hundredths,
    "number": Whole,
    "day": Day,
    "moment": Moment,
    "file": Upload,
}


def find(screen: type[Screen], key: str) -> Action:
    """The action of that key. :raises NotFound: the screen has none."""
    found = next((one for one in screen.actions if one.key == key), None)
    if found is None:
        raise NotFound(f"{screen.key} {key}")
    return found


def form_of(action: Action, row: Any) -> Any:
    """The form of what an action asks about a row, filled with what was sent."""
    return filled(action.questions(row))


def filled(asked: Iterable[Ask], values: Mapping[str, Any] | None = None, **further: Any) -> Any:
    """A form of these questions with `further` fields, filled with what was sent, else with `values`."""
    form = type("AskForm", (Form,), {one.name: _field(one) for one in asked} | further)(data=values)
    for one in asked:
        if one.kind == "choice":
            offered = [(key, str(words)) for key, words in one.choices.items()]
            present = (values or {}).get(one.name)  # one that is no longer offered stays what it is
            strange = [] if present is None or present in one.choices else [(present, str(present))]
            form[one.name].choices = [(None, ""), *offered, *strange]
    return form


def page(screen: type[Screen], action: Action, row: Any, pk: str, back: str, rows: str) -> ResponseReturnValue:
    """The question, or what came of it. `back`: the row's page, `rows`: the list."""
    form, possible = form_of(action, row), action.applies(row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                result = _do(screen, action, form, pk)
            except Refused as refused:
                add_problems(form, refused)
            except Conflict as conflict:
                form.form_errors = [*form.form_errors, str(conflict.message)]
                status = conflict.status
            else:
                if action.answer is not None:
                    return action.answer(row, result, rows)
                flash(str(action.done) or _("Saved."), "ok")
                return redirect(back if _still_there(screen, pk) else rows, 303)
    shown = {"screen": screen, "action": action, "row": row, "form": form, "back": back}
    return render_template("staff/act.html", possible=possible, moved_on=MOVED_ON, **shown), status


def _still_there(screen: type[Screen], pk: str) -> bool:
    """A step may have moved the row to a division that is not the visitor's."""
    return listing.one(db.reader(), screen, pk, scope.current()) is not None


def _do(screen: type[Screen], action: Action, form: Any, pk: str) -> Any:
    """Takes the step in one transaction, with the row as it is by then."""
    with db.write() as session:
        row = service.get(session, screen, pk, scope.current())
        if not action.applies(row):
            raise Conflict(MOVED_ON)
        said = {one.name: form[one.name].data for one in action.questions(row) if one.name in form}
        return action.run(session, row, said, account().id, clock.now())


def _field(one: Ask) -> Any:
    needed = DataRequired if one.kind in ("lines", "line") else InputRequired  # blanks are no words
    checks: list[Any] = [needed(_l("This is needed."))] if one.needed else [Optional()]
    if one.kind == "choice":
        return Choice(one.label, checks, description=one.hint, coerce=str, choices=[], validate_choice=False)
    if one.kind in ("lines", "line"):
        checks.append(Length(max=one.most, message=_l("At most %(max)d characters.")))
    if one.kind == "number":
        checks.append(NumberRange(one.least, one.most, _l("Between %(min)s and %(max)s.")))
    return FIELDS[one.kind](one.label, checks, description=one.hint)
