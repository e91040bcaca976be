"""选课学习 -> basket -> 提交订单: one order however often the button is pressed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.kit import (
    Conflict,
    Course,
    Learner,
    NotFound,
    OrderProposal,
    ProposedLine,
    Refused,
    _,
    _l,
    add_problems,
    clock,
    current_learner,
    db,
    learner_required,
    place_order,
    placed_before,
    quote,
    rules,
    to_order,
)
from portal_self_select import MODE, basket, conditions, holdings, shelf
from portal_self_select.basket import Basket
from portal_self_select.forms import BasketForm
from portal_self_select.pages import blueprint

CHANGED = _l("Your basket was changed in another window. Please check it once more.")


@blueprint.post("/courses/<int:course_id>/choose")
@learner_required
def choose(course_id: int) -> ResponseReturnValue:
    """选课学习: into the basket. What the learner has already is said, not put in."""
    learner, course = current_learner(), shelf.course(db.reader(), course_id)
    changing = basket.load(db.reader(), learner).replaces
    held = holdings.of(db.reader(), learner, [course_id], changing).get(course_id)
    if held is not None:
        flash(str(conditions.HELD[held.kind] % {"title": course.title}), "warm")
        return redirect(url_for("self_select.course", course_id=course_id), 303)
    if why := conditions.over([course], clock.now()).get(course_id):
        flash(str(why), "warm")
        return redirect(url_for("self_select.course", course_id=course_id), 303)
    with db.write() as session:
        kept = basket.add(session, learner, course_id)
    if course_id not in kept.courses:
        flash(_("The basket holds %(most)s courses at most; submit this order first.", most=basket.MOST), "warm")
    return redirect(url_for("self_select.show_basket"), 303)


@blueprint.post("/courses/basket/fill")
@learner_required
def fill() -> ResponseReturnValue:
    """Several courses at once, as 学时档案 proposes them; what is held already or not offered stays out."""
    learner = current_learner()
    asked = request.form.getlist("course", type=int)[: basket.MOST]
    courses = shelf.offered(db.reader(), asked)
    over = conditions.over(courses, clock.now())
    offered = [course.id for course in courses if course.id not in over]
    held = holdings.of(db.reader(), learner, offered)
    with db.write() as session:
        basket.add(session, learner, *(course_id for course_id in offered if course_id not in held))
    return redirect(url_for("self_select.show_basket"), 303)


@blueprint.post("/courses/basket/remove")
@learner_required
def remove() -> ResponseReturnValue:
    """Takes a course out of the basket."""
    with db.write() as session:
        basket.remove(session, current_learner(), request.form.get("course", 0, type=int))
    return redirect(url_for("self_select.show_basket"), 303)


@blueprint.route("/courses/basket", methods=["GET", "POST"])
@learner_required
def show_basket() -> ResponseReturnValue:
    """What was chosen, what it costs, what to know before paying; then the order."""
    learner, form = current_learner(), BasketForm()
    if form.is_submitted() and (placed := placed_before(learner.account_id, str(form.key.data))) is not None:
        return to_order(placed)
    kept = basket.load(db.reader(), learner)
    if form.validate_on_submit():
        if form.key.data != kept.key:
            flash(str(CHANGED), "warm")
            return redirect(url_for("self_select.show_basket"), 303)
        try:
            return _submit(learner, kept, int(form.expected_total.data or 0))
        except Refused as refused:
            add_problems(form, refused)
        except Conflict as conflict:
            form.form_errors = [str(conflict.message)]
    return _page(learner, kept, form), 422 if form.errors else 200


def proposal(learner: Learner, kept: Basket, courses: list[Course], expected_total: int) -> OrderProposal:
    """The order these courses ask for: each course is a line and a plan of its own, without a certificate.

    :raises NotFound: this year has no rules yet.
    """
    now = clock.now()
    compulsory = shelf.compulsory(db.reader(), [course.id for course in courses])
    lines = tuple(
        ProposedLine(
            learner_id=learner.id,
            title=course.title,
            year=course.year,
            picks=(conditions.pick(course.id, compulsory),),
        )
        for course in courses
    )
    return OrderProposal(
        mode=MODE,
        buyer_id=learner.account_id,
        key=kept.key,
        rule_set_id=rules.in_force(db.reader(), clock.today(now).year, now).id,
        lines=lines,
        expected_total=expected_total,
        replaces=order.number if (order := basket.replaced(db.reader(), learner, kept)) else "",
    )


def _submit(learner: Learner, kept: Basket, expected_total: int) -> ResponseReturnValue:
    courses = shelf.offered(db.reader(), kept.courses)
    order = place_order(proposal(learner, kept, courses, expected_total))
    with db.write() as session:
        basket.empty(session, learner)
    return to_order(order)


def _page(learner: Learner, kept: Basket, form: BasketForm) -> str:
    session = db.reader()
    courses = shelf.offered(session, kept.courses)
    order = basket.replaced(session, learner, kept)
    try:
        total = quote(session, proposal(learner, kept, courses, 0)).total
    except NotFound:
        form.form_errors = [str(_l("The office has not published this year's rules yet; please try again later."))]
        total = sum(course.price for course in courses)
    # What the buyer sees is what the order must cost, also after a price has changed under an open page.
    form.expected_total.raw_data, form.expected_total.data = None, total
    form.key.raw_data, form.key.data = None, kept.key
    return render_template(
        "self_select/basket.html",
        form=form,
        courses=courses,
        gone=len(kept.courses) - len(courses),
        tested=shelf.tested(session, courses),
        held=holdings.of(session, learner, kept.courses, kept.replaces),
        order=order,
        total=total,
    )
