"""信息更正: a learner asks for a correction with evidence, and sees what was decided and why."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import clock, db
from portal.access.guard import learner_required
from portal.access.visitor import current_learner
from portal.errors import Conflict, Refused
from portal.people import corrections, forms, service
from portal.people.corrections import Wanted
from portal.people.forms import CorrectionForm
from portal.people.models import Learner
from portal.people.pages import blueprint, current_settings
from portal.photos import papers
from portal.photos.checks import BYTES_MOST, Checked
from portal.web.forms import Form, add_problems


@blueprint.get("/me/corrections", endpoint="corrections")
@learner_required
def requests() -> str:
    """All requests of the visitor."""
    found = corrections.of_learner(db.reader(), current_learner().id)
    return render_template("people/corrections.html", requests=found, form=Form())


@blueprint.route("/me/corrections/new", methods=["GET", "POST"])
@learner_required
def correct() -> ResponseReturnValue:
    """A new request: what should stand on file, why, and a picture that proves it."""
    learner, form, status = current_learner(), CorrectionForm(), 200
    today = clock.today(clock.now())
    form.id_kind.choices = forms.id_kind_choices()
    form.division_code.choices = forms.county_choices(db.reader(), current_settings().home_division, today)
    if form.is_submitted():
        status = 422
        try:
            if form.validate():
                return _asked(learner, form)
        except Refused as refused:
            add_problems(form, refused)
        except Conflict as conflict:
            add_problems(form, Refused(conflict.message))
            status = conflict.status
    else:
        _fill(form, learner)
    return render_template("people/correct.html", form=form, learner=learner), status


def _fill(form: CorrectionForm, learner: Learner) -> None:
    form.name.data, form.id_kind.data = learner.name, learner.id_kind
    if present := service.present_employment(learner):
        form.employer.data, form.division_code.data = present.employer_name, present.division_code


def _asked(learner: Learner, form: CorrectionForm) -> ResponseReturnValue:
    wanted = Wanted(
        name=str(form.name.data or ""),
        id_kind=str(form.id_kind.data or ""),
        id_number=str(form.id_number.data or ""),
        employer=str(form.employer.data or ""),
        division_code=form.county(),
    )
    pictures = _pictures()
    with db.write() as writing:
        corrections.ask(writing, learner.id, wanted, pictures, str(form.note.data or "").strip(), clock.now())
    flash(_("The office will look at it. You will get a message."))
    return redirect(url_for("people.corrections"), 303)


def _pictures() -> list[Checked]:
    """The redrawn evidence. :raises Refused: a file is no picture."""
    files = [file for file in request.files.getlist("evidence") if file.filename][: corrections.PICTURES_MOST]
    return [papers.redraw(file.stream.read(BYTES_MOST + 1), "evidence") for file in files]


@blueprint.post("/me/corrections/<int:correction_id>/withdraw")
@learner_required
def withdraw_correction(correction_id: int) -> ResponseReturnValue:
    """Takes an open request back."""
    with db.write() as writing:
        corrections.withdraw(writing, current_learner().id, correction_id, clock.now())
    flash(_("The request is withdrawn."))
    return redirect(url_for("people.corrections"), 303)
