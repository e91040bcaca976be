"""What the office asks a learner about, and the learner's answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import clock, db
from portal.access.guard import learner_required
from portal.access.visitor import current_learner
from portal.errors import Refused
from portal.study import suspicions, words
from portal.study.views import blueprint


@blueprint.get("/centre/explain")
@learner_required
def questions() -> str:
    """Everything the visitor was asked about, with what was seen and what was decided."""
    return _page()


@blueprint.post("/centre/explain/<int:suspicion_id>")
@learner_required
def explain(suspicion_id: int) -> ResponseReturnValue:
    """The learner's own words about it."""
    said = request.form.get("words", "")
    try:
        with db.write() as session:
            suspicions.explain(session, current_learner().id, suspicion_id, said, clock.now())
    except Refused as refused:
        return _page(suspicion_id, said, str(refused.message)), refused.status
    flash(_("Your explanation was sent. You will get a message about the decision."), "ok")
    return redirect(url_for("study.questions"), 303)


def _page(wrong: int = 0, said: str = "", problem: str = "") -> str:
    rows = suspicions.of_learner(db.reader(), current_learner().id)
    typed = {"wrong": wrong, "said": said, "problem": problem}
    return render_template("study/explain.html", rows=rows, seen=words.seen, **typed)
