"""专业科目课程选择: compulsory courses preset, a counter per kind, refused below the rule, completed on request."""

from collections.abc import Collection
from dataclasses import replace

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.kit import MAJOR, PUBLIC, Conflict, Offer, choice, db, learner_required
from portal_enrollment import drafting
from portal_enrollment.forms import CoursesForm
from portal_enrollment.pages import blueprint
from portal_enrollment.steps import TITLES, keep
from portal_enrollment.visit import Visit, arrive

SHOWN = 8  # electives on the page before the rest is folded away


@blueprint.route("/enrol/<int:project_id>/courses", methods=["GET", "POST"])
@learner_required
def courses(project_id: int) -> ResponseReturnValue:
    """The choice. Buttons: go on, or take the cheapest courses that fill the gap; scripts may save in between."""
    visit = arrive(project_id, "courses")
    assert visit.answers is not None
    form = CoursesForm(version=visit.answers.version)
    if not form.validate_on_submit():
        return _page(visit, form, visit.chosen), 422 if form.errors else 200
    wanted = choice.preset(visit.offers) | set(form.courses.data)
    known = {offer.course.id for offer in visit.offers} & wanted
    answers = replace(visit.answers, courses=tuple(known), version=form.version.data or 0)
    if request.form.get("action") == "save":
        return _save(visit, answers, known)
    if request.form.get("action") == "fill":
        found = choice.fill(visit.offers, known, visit.rules)
        more = {offer.course.id for offer in found.offers} if found else set()
        keep(visit, replace(answers, courses=tuple(known | more), step="courses"), "courses")
        return redirect(url_for("enrollment.courses", project_id=project_id, _anchor="summary"), 303)
    standing = visit.standing(wanted)
    saved = keep(visit, replace(answers, step="courses" if standing.problems else "check"), "courses")
    if standing.problems:
        form.version.data = saved.version
        form.courses.errors = [str(problem.message) for problem in standing.problems]
        visit.answers = saved
        return _page(visit, form, known), 422
    return redirect(url_for("enrollment.check", project_id=project_id), 303)


def _save(visit: Visit, answers: drafting.Answers, known: set[int]) -> ResponseReturnValue:
    """Keeps a choice in between and gives the summary back as a fragment; 409 when another window was quicker."""
    try:
        with db.write() as session:
            visit.answers = drafting.keep(session, visit.learner, visit.project.id, answers)
    except Conflict as conflict:
        flash(str(conflict.message), "warm")  # shown when the script loads the page again
        return jsonify(message=str(conflict.message)), 409
    return render_template("enrollment/saved.html", **_summary(visit, known))


def _page(visit: Visit, form: CoursesForm, chosen: Collection[int]) -> str:
    electives = [offer for offer in visit.offers if offer.course.kind == MAJOR and not offer.compulsory]
    first = [offer for at, offer in enumerate(electives) if at < SHOWN or offer.course.id in chosen]
    return render_template(
        "enrollment/courses.html",
        form=form,
        titles=TITLES,
        compulsory=_of(visit.offers, MAJOR, compulsory=True),
        first=first,
        rest=[offer for offer in electives if offer not in first],
        public=[offer for offer in visit.offers if offer.course.kind == PUBLIC],
        **_summary(visit, chosen),
    )


def _summary(visit: Visit, chosen: Collection[int]) -> dict[str, object]:
    """What the summary shows; hours in hundredths."""
    standing = visit.standing(set(chosen))
    rules = visit.rules
    needs = {kind: rules.project_hours.get(kind) or rules.hours.get(kind, 0) for kind in (MAJOR, PUBLIC)}
    return {
        "visit": visit,
        "chosen": set(chosen),
        "standing": standing,
        "needs": needs,
        "binding": rules.project_hours,
        "preset_hours": sum(offer.course.hours for offer in _of(visit.offers, MAJOR, compulsory=True)),
        "fill": choice.fill(visit.offers, chosen, rules) if standing.missing else None,
    }


def _of(offers: list[Offer], kind: str, *, compulsory: bool) -> list[Offer]:
    return [offer for offer in offers if offer.course.kind == kind and offer.compulsory == compulsory]
