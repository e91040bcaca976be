"""学时档案: the years, what closes a gap, and hours earned elsewhere."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import clock, db
from portal.access.guard import learner_required
from portal.access.visitor import current_learner
from portal.credits import outside
from portal.credits.outside import Claim
from portal.errors import Conflict, Refused
from portal.photos import papers
from portal.photos.checks import BYTES_MOST, Checked
from portal.plugins import current_plugins
from portal.rules import service as rules
from portal.rules.rules import Way
from portal.study import overview, transcript, words
from portal.study.forms import OutsideForm
from portal.study.views import blueprint
from portal.web.forms import add_problems


@blueprint.get("/centre/transcript")
@learner_required
def record() -> str:
    """All years at a glance, one of them in full."""
    session, learner, now = db.reader(), current_learner(), clock.now()
    plans = overview.plans_of(session, learner.id)
    years = transcript.of_learner(session, learner.id, plans, now)
    this_year = clock.today(now).year
    asked = request.args.get("year", this_year, type=int)
    shown = years.get(asked) or years[this_year]
    takes = next((mode.takes for mode in current_plugins().declared("selection_modes") if mode.takes), "")
    offers = transcript.closing(session, shown, plans) if takes else []
    return render_template(
        "study/transcript.html",
        years=years,
        shown=shown,
        this_year=this_year,
        offers=offers,
        price=transcript.price(offers, shown.rules),
        takes=takes,
        claims=outside.of_learner(session, learner.id),
        kinds=words.KINDS,
        sources=words.SOURCES,
        claim_states=words.CLAIMS,
    )


@blueprint.route("/centre/transcript/outside", methods=["GET", "POST"])
@learner_required
def claim() -> ResponseReturnValue:
    """申报校外学时: what it was, when, how much, and a picture that proves it."""
    form, status, ways = OutsideForm(), 200, _ways()
    form.way.choices = [(way.key, words.way(way)) for way in ways]
    if form.is_submitted():
        status = 422
        try:
            if form.validate():
                return _claimed(form)
        except Refused as refused:
            add_problems(form, refused)
        except Conflict as conflict:
            add_problems(form, Refused(conflict.message))
            status = conflict.status
    return render_template("study/outside.html", form=form, ways=ways, way_words=words.way, worth=words.worth), status


@blueprint.post("/centre/transcript/outside/<int:activity_id>/withdraw")
@learner_required
def withdraw_claim(activity_id: int) -> ResponseReturnValue:
    """Takes a claim back that nobody has decided yet."""
    with db.write() as session:
        outside.withdraw(session, current_learner().id, activity_id, clock.now())
    flash(_("The claim is withdrawn."))
    return redirect(url_for("study.record"), 303)


def _ways() -> tuple[Way, ...]:
    """What this year's rules take; what another year takes is judged when it is claimed."""
    now = clock.now()
    found = rules.of_years(db.reader(), [clock.today(now).year], now)
    return next((one.rules.ways for one in found.values()), ())


def _claimed(form: OutsideForm) -> ResponseReturnValue:
    said = Claim(
        way=str(form.way.data),
        title=str(form.title.data),
        place=str(form.place.data),
        done_on=form.done_on.data or date.min,
        amount=form.amount.data or 0,
    )
    with db.write() as session:
        kept = outside.ask(session, current_learner().id, said, _picture(), clock.now())
        year = kept.year
    flash(_("The office will look at it. You will get a message."))
    return redirect(url_for("study.record", year=year), 303)


def _picture() -> Checked | None:
    """The redrawn evidence. :raises Refused: it is no picture."""
    file = request.files.get("evidence")
    if file is None or not file.filename:
        return None
    return papers.redraw(file.stream.read(BYTES_MOST + 1), "evidence")
