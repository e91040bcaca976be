"""集体注册 for everybody, and page 1 of 我要报名: county, class, its package, the template, the file."""

from collections.abc import Sequence

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from wtforms import FileField, SelectMultipleField

from portal.kit import (
    Division,
    Form,
    Organisation,
    Project,
    Refused,
    Standing,
    TrainingClass,
    _l,
    account,
    add_problems,
    catalogue,
    choice,
    clerk_required,
    clock,
    current_account,
    db,
    divisions,
    public,
)
from portal_group_reg import boarding, service, states, template, terms
from portal_group_reg.models import Batch
from portal_group_reg.pages import STEPS, blueprint
from portal_group_reg.visit import here, upload

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(Form):
    """The package and the file."""

    courses = SelectMultipleField(_l("Courses"), coerce=int, validate_choice=False)
    file = FileField(_l("Spreadsheet"))


@blueprint.get("/group/")
@public
def index() -> ResponseReturnValue:
    """What it is, for strangers; the organisation's own lists and people, for it."""
    visitor = current_account()
    if visitor is None or visitor.kind != "organisation":
        return render_template("group_reg/index.html", visitor=visitor)
    organisation, session = here(), db.reader()
    query = (
        select(Batch)
        .where(Batch.organisation_id == organisation.id, Batch.state != states.DROPPED)
        .options(joinedload(Batch.training_class).joinedload(TrainingClass.project))
        .order_by(Batch.updated_at.desc())
        .limit(20)
    )
    batches = list(session.scalars(query))
    return render_template(
        "group_reg/desk.html",
        organisation=organisation,
        batches=batches,
        counts={batch.id: service.counts(session, batch.id) for batch in batches},
        board=boarding.summary(session, organisation, clock.now()),
    )


@blueprint.get("/group/template.xlsx")
@public
def roster_template() -> Response:
    """学员集体报名模版; with `?class=` made for the classes of its project."""
    session = db.reader()
    chosen = session.get(TrainingClass, request.args.get("class", 0, type=int))
    visitor = current_account()
    organisation = here() if chosen and visitor and visitor.kind == "organisation" else None
    response = Response(template.workbook(session, chosen, organisation), mimetype=XLSX)
    response.headers["Content-Disposition"] = "attachment; filename=template.xlsx; " + template.FILENAME
    return response


@blueprint.route("/group/enrol", methods=["GET", "POST"])
@clerk_required
def enrol() -> ResponseReturnValue:
    """Page 1. Choosing county and class is a GET form; the file is sent once a class is chosen."""
    organisation, session, form = here(), db.reader(), UploadForm()
    offered = _classes(session)
    chosen = next((one for one in offered if one.id == request.args.get("class", 0, type=int)), None)
    offers = terms.offers(session, chosen.project) if chosen else []
    courses = list(form.courses.data or ()) if form.is_submitted() else _package(chosen)
    standing = choice.check(offers, courses, chosen.project.rule_set.rules) if chosen else None
    if chosen and form.validate_on_submit() and (batch := _begun(form, organisation, chosen, standing, courses)):
        return redirect(url_for("group_reg.show", batch_id=batch.id), 303)
    county = _county(session, organisation, offered, chosen)
    page = render_template(
        "group_reg/enrol.html",
        form=form,
        steps=STEPS,
        counties=list({one.division_code: one.division for one in offered}.values()),
        county=county,
        groups=_groups([one for one in offered if one.division_code == county]),
        chosen=chosen,
        free=catalogue.free_seats(chosen) if chosen else None,
        offers=offers,
        courses=set(courses) | choice.preset(offers),
        standing=standing,
    )
    return page, 422 if form.errors else 200


def _begun(
    form: UploadForm,
    organisation: Organisation,
    chosen: TrainingClass,
    standing: Standing | None,
    courses: Sequence[int],
) -> Batch | None:
    """The new roster, or None with what is wrong at its field."""
    if standing is None or standing.problems:
        form.courses.errors = [str(problem.message) for problem in standing.problems] if standing else []
        return None
    try:
        filename, key = upload()
    except Refused as refused:
        add_problems(form, refused)
        return None
    with db.write() as writing:
        return service.begin(writing, organisation, account().id, chosen, courses, filename, key, clock.now())


def _classes(session: Session) -> list[TrainingClass]:
    """Classes of all projects that take enrolments today, by county and project."""
    today = clock.today(clock.now())
    query = (
        select(TrainingClass)
        .join(Project, Project.id == TrainingClass.project_id)
        .join(Division, Division.code == TrainingClass.division_code)
        .where(Project.opens_on <= today, Project.closes_on >= today)
        .options(
            joinedload(TrainingClass.division),
            joinedload(TrainingClass.project).joinedload(Project.rule_set),
        )
        .order_by(Division.code, Project.title, TrainingClass.id)
    )
    return list(session.scalars(query))


def _county(
    session: Session, organisation: Organisation, offered: Sequence[TrainingClass], chosen: TrainingClass | None
) -> str:
    """The county shown: that of the class, the one asked for, else the nearest to the organisation's own."""
    if chosen:
        return chosen.division_code
    known = {one.division_code for one in offered}
    if (asked := request.args.get("county", "")) in known:
        return asked
    near = (one.code for one in divisions.ancestors(session, organisation.division_code))
    return next((code for code in near if code in known), min(known, default=""))


def _groups(classes: Sequence[TrainingClass]) -> dict[str, list[TrainingClass]]:
    found: dict[str, list[TrainingClass]] = {}
    for one in classes:
        found.setdefault(one.project.title, []).append(one)
    return found


def _package(chosen: TrainingClass | None) -> list[int]:
    return [course.id for course in chosen.package] if chosen else []
