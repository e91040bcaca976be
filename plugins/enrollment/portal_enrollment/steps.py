"""The steps of 学习报名, from 开始报名 to 提交订单. Each answer is kept at once."""

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.kit import (
    Conflict,
    Elsewhere,
    Refused,
    _l,
    add_problems,
    clock,
    current_settings,
    db,
    divisions,
    learner_required,
    people,
)
from portal_enrollment import drafting
from portal_enrollment.forms import ClassForm, DetailsForm
from portal_enrollment.pages import blueprint
from portal_enrollment.visit import Visit, arrive

TITLES = (
    _l("Choose a specialty"),
    _l("You and your employer"),
    _l("Confirm the class"),
    _l("Choose courses"),
    _l("Check and pay"),
)


@blueprint.route("/enrol/<int:project_id>/details", methods=["GET", "POST"])
@learner_required
def details(project_id: int) -> ResponseReturnValue:
    """Personal and employer details: confirmed or corrected. A new employer leaves the old one in the history."""
    visit = arrive(project_id, "details")
    present = people.present_employment(visit.learner)
    form = DetailsForm(
        employer=present.employer_name if present else "",
        organisation_id=present.organisation_id if present else None,
        division_code=present.division_code if present else visit.learner.division_code,
    )
    form.division_code.choices = places(visit, present.division_code if present else "")
    if form.validate_on_submit():
        try:
            _confirm(visit, form)
            return redirect(url_for("enrollment.training_class", project_id=project_id), 303)
        except Refused as refused:
            add_problems(form, refused)
    page = render_template("enrollment/details.html", form=form, visit=visit, titles=TITLES)
    return page, 422 if form.errors else 200


def places(visit: Visit, present: str) -> list[tuple[str, object]]:
    """Divisions to choose from: the city for its own employers, its counties, its zones, and the present one."""
    home = divisions.get(visit.session, current_settings().home_division)
    found = {home.code: _l("Employers of the city itself (%(city)s)", city=home.name)}
    found |= {one.code: one.name for one in divisions.children(visit.session, home.code, visit.today)}
    if present and present not in found:
        found[present] = divisions.full_name(visit.session, present)
    return list(found.items())


def _confirm(visit: Visit, form: DetailsForm) -> None:
    """Keeps the employer and opens the draft."""
    picked = str(form.organisation_id.data or "")
    with db.write() as session:
        people.change_employer(
            session,
            visit.learner.id,
            str(form.employer.data),
            str(form.division_code.data),
            int(picked) if picked.isdigit() else None,
            clock.now(),
        )
        if visit.answers is None:
            drafting.keep(session, visit.learner, visit.project.id, drafting.fresh())


@blueprint.route("/enrol/<int:project_id>/class", methods=["GET", "POST"])
@learner_required
def training_class(project_id: int) -> ResponseReturnValue:
    """The classes of the employer's division, and why these."""
    visit = arrive(project_id, "training_class")
    assert visit.answers is not None
    form = ClassForm(class_id=visit.answers.class_id, version=visit.answers.version)
    if form.validate_on_submit():
        found = visit.classes.get(form.class_id.data)
        if found is None:
            form.class_id.errors = [str(_l("Choose one of the classes below."))]
        elif visit.free_seats(found) == 0:
            form.class_id.errors = [str(_l("All seats of %(name)s are taken. Choose another class.", name=found.name))]
        else:
            changed = replace(visit.answers, class_id=found.id, step="courses", version=form.version.data or 0)
            keep(visit, changed, "training_class")
            return redirect(url_for("enrollment.courses", project_id=project_id), 303)
    options = [(one, visit.free_seats(one)) for one in visit.classes.classes]
    page = render_template("enrollment/class.html", form=form, visit=visit, titles=TITLES, options=options)
    return page, 422 if form.errors else 200


@blueprint.post("/enrol/<int:project_id>/drop")
@learner_required
def drop(project_id: int) -> ResponseReturnValue:
    """Gives a half-done enrolment up, or a change: then the order stays as it is."""
    visit = arrive(project_id, "details")
    with db.write() as session:
        drafting.drop(session, visit.learner, project_id)
    if visit.replaces:
        return redirect(url_for("orders.show", number=visit.replaces), 303)
    return redirect(url_for("enrollment.index"), 303)


def keep(visit: Visit, answers: drafting.Answers, step: str) -> drafting.Answers:
    """Keeps answers, or shows the step again with what another window has saved.

    :raises Elsewhere: another window or device was quicker.
    """
    try:
        with db.write() as session:
            return drafting.keep(session, visit.learner, visit.project.id, answers)
    except Conflict as conflict:
        raise Elsewhere(f"enrollment.{step}", conflict.message, project_id=visit.project.id) from conflict


def back(step: str) -> str:
    """The page to return to after a correction: `?from=check` leads back to the check page."""
    return "check" if request.args.get("from") == "check" else step
