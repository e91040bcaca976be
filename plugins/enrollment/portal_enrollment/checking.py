"""Check your answers, then 提交订单: one order however often the button is pressed."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.kit import (
    Conflict,
    Elsewhere,
    OrderProposal,
    ProposedLine,
    Refused,
    _l,
    add_problems,
    current_learner,
    db,
    divisions,
    learner_required,
    people,
    photos,
    place_order,
    placed_before,
    quote,
    to_order,
)
from portal_enrollment import AWARD, MODE, conditions, drafting
from portal_enrollment.forms import CheckForm
from portal_enrollment.pages import blueprint
from portal_enrollment.steps import TITLES
from portal_enrollment.visit import Visit, arrive


@blueprint.route("/enrol/<int:project_id>/check", methods=["GET", "POST"])
@learner_required
def check(project_id: int) -> ResponseReturnValue:
    """Everything at a glance, with a way to change each answer; then the order."""
    form = CheckForm()
    buyer_id = current_learner().account_id
    if form.is_submitted() and (placed := placed_before(buyer_id, str(form.key.data))) is not None:
        return to_order(placed)
    visit = arrive(project_id, "check")
    assert visit.answers is not None
    if form.validate_on_submit():
        if form.key.data != visit.answers.key:
            raise Elsewhere("enrollment.check", CHANGED, project_id=project_id)
        try:
            return _submit(visit, int(form.expected_total.data or 0))
        except Refused as refused:
            add_problems(form, refused)
        except Conflict as conflict:
            form.form_errors = [str(conflict.message)]
    return _page(visit, form), 422 if form.errors else 200


CHANGED = _l("Your answers were changed in another window. Please check them once more.")


def proposal(visit: Visit, expected_total: int) -> OrderProposal:
    """The order these answers ask for."""
    assert visit.answers is not None
    line = ProposedLine(
        learner_id=visit.learner.id,
        title=visit.project.title,
        year=visit.project.year,
        picks=conditions.picks(visit.offers, list(visit.chosen)),
        award=AWARD,
        project_id=visit.project.id,
        class_id=visit.answers.class_id,
    )
    return OrderProposal(
        mode=MODE,
        buyer_id=visit.learner.account_id,
        key=visit.answers.key,
        rule_set_id=visit.project.rule_set_id,
        lines=(line,),
        expected_total=expected_total,
        replaces=visit.replaces,
    )


def _submit(visit: Visit, expected_total: int) -> ResponseReturnValue:
    order = place_order(proposal(visit, expected_total))
    with db.write() as session:
        drafting.drop(session, visit.learner, visit.project.id)
    return to_order(order)


def _page(visit: Visit, form: CheckForm) -> str:
    asked = quote(visit.session, proposal(visit, 0))
    present = people.present_employment(visit.learner)
    values: dict[str, Any] = {
        "line": asked.lines[0],
        "total": asked.total,
        "standing": visit.standing(visit.chosen),
        "employer": present.employer_name if present else "",
        "place": divisions.full_name(visit.session, present.division_code) if present else "",
        "photo": photos.current(visit.session, visit.learner.account_id),
    }
    # What the buyer sees is what the order must cost, also after a price has changed under an open page.
    form.expected_total.raw_data, form.expected_total.data = None, asked.total
    assert visit.answers is not None
    form.version.raw_data, form.version.data = None, visit.answers.version
    form.key.raw_data, form.key.data = None, visit.answers.key
    return render_template("enrollment/check.html", form=form, visit=visit, titles=TITLES, **values)
