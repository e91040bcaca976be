"""考核测试: what awaits, one question a page, checking, the result."""

from datetime import datetime
from random import SystemRandom
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, db
from portal.access.guard import learner_required
from portal.access.visitor import current_learner
from portal.assessment import result as results
from portal.assessment import service, sheet, standing
from portal.assessment.models import Attempt
from portal.errors import Conflict, NotFound, Refused
from portal.study import next_step
from portal.web.sound import json_body

blueprint = Blueprint("assessment", __name__, template_folder="templates")


@blueprint.get("/test/<int:plan_course_id>")
@learner_required
def intro(plan_course_id: int) -> ResponseReturnValue:
    """What awaits: questions, minutes, mark, attempts; or why the test is not open."""
    course = service.own_course(db.reader(), current_learner().id, plan_course_id)
    stand = standing.of_course(db.reader(), course, clock.now())
    if stand.state == "none":
        raise NotFound("test")
    return render_template("assessment/intro.html", course=course, test=stand, refusals=service.REFUSALS)


@blueprint.post("/test/<int:plan_course_id>/start")
@learner_required
def start(plan_course_id: int) -> ResponseReturnValue:
    """Begins an attempt, or goes on with the running one."""
    with db.write() as session:
        attempt = service.start(session, current_learner().id, plan_course_id, clock.now(), SystemRandom())
    return redirect(url_for("assessment.sit", token=attempt.token, number=1), 303)


@blueprint.get("/test/sit/<token>/<int:number>")
@learner_required
def sit(token: str, number: int) -> ResponseReturnValue:
    """A running attempt, open at one question. The others are on the page too: a script turns them without asking."""
    attempt, now = service.find(db.reader(), current_learner().id, token), clock.now()
    if over := _over(attempt, now):
        return over
    if not 1 <= number <= len(attempt.paper):
        raise NotFound(f"question {number}")
    questions = [sheet.question(attempt, one) for one in range(1, len(attempt.paper) + 1)]
    return render_template("assessment/sit.html", number=number, questions=questions, **_paper_values(attempt, now))


@blueprint.post("/test/sit/<token>/<int:number>")
@learner_required
def answer(token: str, number: int) -> ResponseReturnValue:
    """Saves one answer: from the script as JSON, from the form with the way to go on."""
    sent = json_body()
    chosen = sent.get("chosen", []) if isinstance(sent, dict) else request.form.getlist("chosen")
    text = str(sent.get("text", "")) if isinstance(sent, dict) else request.form.get("text", "")
    flagged = bool(sent.get("flagged")) if isinstance(sent, dict) else "flagged" in request.form
    learner, now = current_learner(), clock.now()
    try:
        with db.write() as session:
            attempt = service.answer(
                session, learner.id, token, number - 1, _ids(chosen), now, text=text, flagged=flagged
            )
    except Conflict:
        if isinstance(sent, dict):
            raise
        return redirect(url_for("assessment.result", token=token), 303)
    if isinstance(sent, dict):
        return jsonify(saved=clock.local(now).strftime("%H:%M:%S"), map=_map(attempt, number))
    step = {"back": number - 1, "next": number + 1}.get(request.form.get("go", ""), 0)
    if 1 <= step <= len(attempt.paper):
        return redirect(url_for("assessment.sit", token=token, number=step), 303)
    return redirect(url_for("assessment.check", token=token), 303)


@blueprint.get("/test/sit/<token>/<int:number>/picture")
@learner_required
def picture(token: str, number: int) -> Response:
    """The picture of a question, to whoever sits the test."""
    attempt = service.find(db.reader(), current_learner().id, token)
    response = Response(sheet.picture(attempt, number), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/test/sit/<token>/check")
@learner_required
def check(token: str) -> ResponseReturnValue:
    """检查并交卷: what is not answered or marked, and handing in."""
    attempt, now = service.find(db.reader(), current_learner().id, token), clock.now()
    return _over(attempt, now) or render_template("assessment/check.html", **_paper_values(attempt, now))


@blueprint.post("/test/sit/<token>/submit")
@learner_required
def submit(token: str) -> ResponseReturnValue:
    """Hands in. Twice is once."""
    with db.write() as session:
        service.submit(session, current_learner().id, token, clock.now())
    return redirect(url_for("assessment.result", token=token), 303)


@blueprint.get("/test/result/<token>")
@learner_required
def result(token: str) -> ResponseReturnValue:
    """The score; what was wrong, once nothing can be gained by knowing; the next step."""
    session, learner = db.reader(), current_learner()
    attempt, now = service.find(session, learner.id, token), clock.now()
    if attempt.state == "open":
        return _over(attempt, now) or redirect(url_for("assessment.sit", token=token, number=1))
    course = service.own_course(session, learner.id, attempt.plan_course_id)
    stand = standing.of_course(session, course, now)
    open_book = stand.state in ("passed", "used_up")
    return render_template(
        "assessment/result.html",
        attempt=attempt,
        course=course,
        test=stand,
        wrong=results.wrong(attempt) if open_book else [],
        right=results.right_count(attempt),
        step=next_step.after_course(course, stand) if stand.state == "passed" else None,
    )


def _over(attempt: Attempt, now: datetime) -> ResponseReturnValue | None:
    """To the result when the attempt is closed; closes it first when its time has just passed."""
    if attempt.state == "open":
        if now < attempt.deadline:
            return None
        with db.write() as session:
            service.submit(session, current_learner().id, attempt.token, now)
    return redirect(url_for("assessment.result", token=attempt.token), 303)


def _paper_values(attempt: Attempt, now: datetime) -> dict[str, Any]:
    return {
        "attempt": attempt,
        "course": attempt.plan_course,
        "marks": sheet.marks(attempt),
        "seconds_left": max(0, int((attempt.deadline - now).total_seconds())),
        "deadline": clock.local(attempt.deadline).strftime("%H:%M:%S"),
    }


def _map(attempt: Attempt, number: int) -> str:
    values = {"attempt": attempt, "marks": sheet.marks(attempt), "number": number}
    return render_template("assessment/_map.html", **values)


def _ids(chosen: object) -> list[int]:
    """:raises Refused: not a list of option ids."""
    try:
        return [int(str(one)) for one in chosen]  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise Refused(service.NOT_AN_OPTION) from error
