"""Changing an unpaid order: what was chosen is opened again; the order stays until another takes its place."""

from dataclasses import replace

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal.kit import OrderLine, changeable, current_learner, db, learner_required
from portal_enrollment import MODE, drafting
from portal_enrollment.pages import blueprint


@blueprint.post("/enrol/orders/<number>/change")
@learner_required
def change(number: str) -> ResponseReturnValue:
    """To the choice of courses, filled with what was ordered or with what was changed of it already."""
    (line,) = changeable(number, MODE).lines
    learner, project_id = current_learner(), line.project_id or 0
    kept = drafting.load(db.reader(), learner, project_id)
    if kept is None or kept.replaces != line.order.number:
        with db.write() as session:
            drafting.keep(session, learner, project_id, _as_ordered(line, kept.version if kept else 0))
    return redirect(url_for("enrollment.courses", project_id=project_id), 303)


def _as_ordered(line: OrderLine, version: int) -> drafting.Answers:
    return replace(
        drafting.fresh(),
        class_id=line.class_id,
        courses=tuple(course.course_id for course in line.courses),
        step="courses",
        version=version,
        replaces=line.order.number,
    )
