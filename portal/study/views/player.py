"""The player: a lesson, what of it is credited, and the reports that credit it."""

import json
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock, db
from portal.access.guard import learner_reports, learner_required
from portal.access.visitor import current_learner, reporting
from portal.assessment import standing as tests
from portal.catalogue.models import Lesson
from portal.errors import NotFound, Refused
from portal.settings import current_settings
from portal.study import crediting, next_step, overview, paging, records, service, standing, words
from portal.study import media as files
from portal.study.models import PlanCourse
from portal.study.paging import Page
from portal.study.standing import Check, Standing
from portal.study.views import blueprint
from portal.web.sound import json_body

MOST_INTERVALS = 200
LONGEST = 10**6  # seconds; no lesson is longer


@blueprint.get("/study/<int:plan_course_id>")
@blueprint.get("/study/<int:plan_course_id>/<int:lesson_id>")
@learner_required
def player(plan_course_id: int, lesson_id: int | None = None) -> ResponseReturnValue:
    """A lesson. Without one in the address: the lesson left last, else the first that is not complete."""
    course = standing.own_course(db.reader(), current_learner().id, plan_course_id)
    stands = standing.of_course(db.reader(), course)
    if lesson_id is None:
        lesson_id = _first(course, stands)
        return redirect(url_for("study.player", plan_course_id=course.id, lesson_id=lesson_id))
    lesson = standing.lesson_of(course, lesson_id)
    return render_template(
        "study/player.html",
        **_lesson_values(course, lesson, stands),
        page=_page(lesson, stands),
        media=files.is_there(lesson),
        mimetype=files.mimetype(lesson),
    )


@blueprint.post("/study/<int:plan_course_id>/<int:lesson_id>/open")
@learner_required
def open_player(plan_course_id: int, lesson_id: int) -> ResponseReturnValue:
    """Opens a session: for the script as JSON, for a page without script as a form."""
    first_wins = current_settings().player == "first"
    with db.write() as session:
        opened = service.open_session(
            session, current_learner().id, plan_course_id, lesson_id, clock.now(), first_wins=first_wins
        )
    if _wants_json():
        return jsonify(token=opened.token, check=_check(standing.check_of(opened)))
    return redirect(url_for("study.player", plan_course_id=plan_course_id, lesson_id=lesson_id), 303)


@blueprint.get("/study/<int:plan_course_id>/<int:lesson_id>/parts")
@learner_required
def parts(plan_course_id: int, lesson_id: int) -> ResponseReturnValue:
    """The parts of the page that change, drawn by the server: asked when a report says that they have."""
    course = standing.own_course(db.reader(), current_learner().id, plan_course_id)
    values = _lesson_values(course, standing.lesson_of(course, lesson_id), standing.of_course(db.reader(), course))
    return jsonify({part: render_template(f"study/_{part}.html", **values) for part in ("coverage", "aside")})


def _sent() -> dict[str, Any]:
    """JSON from a page, a form from a page that is being left."""
    sent = json_body()
    return sent if isinstance(sent, dict) else request.form.to_dict()


def _token() -> dict[str, str]:
    token = str(_sent().get("token", ""))
    return {"token": token if token.isprintable() else ""}


@blueprint.post("/study/report")
@learner_reports(records.ALONG, _token)
def report() -> ResponseReturnValue:
    """What was played since the last report."""
    said, (learner_id, found), now = _checked(_sent()), reporting(), clock.now()
    playing = records.playing(found)
    if playing is None:
        raise NotFound("study session")
    with db.alone(write=True) as connection:
        stand = service.beat(connection, playing, said, now)
    if stand is None:
        with db.write() as session:
            stand = service.report(session, learner_id, playing[0].token, said, now)
    return jsonify(_answer(stand))


@blueprint.post("/study/present")
@learner_required
def present() -> ResponseReturnValue:
    """在场确认: the answer, from the script as JSON or from the form of a page without it."""
    token, nonce = _token()["token"], str(_sent().get("nonce", ""))
    with db.write() as session:
        stand = service.present(session, current_learner().id, token, nonce, clock.now())
    if _wants_json():
        return jsonify(_answer(stand))
    back = url_for("study.player", plan_course_id=stand.plan_course_id, lesson_id=stand.lesson_id)
    return redirect(back, 303)


@blueprint.post("/study/<int:plan_course_id>/<int:lesson_id>/read")
@learner_required
def read(plan_course_id: int, lesson_id: int) -> ResponseReturnValue:
    """我已读完, for pages without script: the reading time runs on the server. Of a document, one page."""
    page = request.form.get("page", type=int)
    with db.write() as session:
        stand = service.finish_reading(session, current_learner().id, plan_course_id, lesson_id, clock.now(), page)
    if not stand.complete:
        rest = words.spoken(stand.needed - stand.credited)
        flash(_("%(rest)s of the reading time are left; please read on.", rest=rest), "warm")
    return redirect(url_for("study.player", plan_course_id=plan_course_id, lesson_id=lesson_id, page=page), 303)


@blueprint.get("/study/media/<int:plan_course_id>/<int:lesson_id>")
@learner_required
def media(plan_course_id: int, lesson_id: int) -> Response:
    """The video or document of a lesson, in ranges, to the learner whose plan holds it."""
    course = standing.own_course(db.reader(), current_learner().id, plan_course_id)
    lesson = standing.lesson_of(course, lesson_id)
    return files.send(lesson)


@blueprint.get("/study/media/<int:plan_course_id>/<int:lesson_id>/captions/<language>")
@learner_required
def captions(plan_course_id: int, lesson_id: int, language: str) -> Response:
    """The captions of a video, to the same learner."""
    course = standing.own_course(db.reader(), current_learner().id, plan_course_id)
    return files.captions(standing.lesson_of(course, lesson_id), language)


def _first(course: PlanCourse, stands: list[Standing]) -> int:
    """Which lesson a course opens with. :raises NotFound: it has no lessons."""
    left_at = overview.resume(db.reader(), current_learner().id)
    if left_at and left_at.plan_course_id == course.id and not left_at.standing.complete:
        return left_at.lesson.id
    waiting = [stand.lesson_id for stand in stands if stand.needed and not stand.complete]
    first = next(iter([*waiting, *(stand.lesson_id for stand in stands)]), None)
    if first is None:
        raise NotFound(f"lessons of course {course.course_id}")
    return first


def _page(lesson: Lesson, stands: list[Standing]) -> Page | None:
    """Which page of a document is shown, the one in the address or that left last; None for what has no pages."""
    if not lesson.pages:
        return None
    stand = next(one for one in stands if one.lesson_id == lesson.id)
    found = paging.pages(lesson.pages, lesson.seconds, standing.drawn(stand).cover)
    return paging.opened(found, request.args.get("page", type=int), stand.position)


def _lesson_values(course: PlanCourse, lesson: Lesson, stands: list[Standing]) -> dict[str, Any]:
    """What the page and its changing parts show."""
    shown = [standing.drawn(stand) for stand in stands]
    stand = next(stand for stand in shown if stand.lesson_id == lesson.id)
    test = tests.of_course(db.reader(), course, clock.now())
    required = [one for one in shown if one.needed]
    return {
        "course": course,
        "lesson": lesson,
        "stand": stand,
        "pages": paging.pages(lesson.pages, lesson.seconds, stand.cover) if lesson.pages else [],
        "rows": list(zip(course.course.lessons, shown, strict=True)),
        "done": sum(min(one.credited, one.needed) for one in required),
        "needed": sum(one.needed for one in required),
        "test": test,
        "step": next_step.after_lesson(course, stands, lesson.id, test),
        "ticks": words.ticks(lesson.seconds) if lesson.seconds else [],
        "spoken": words.spoken,
        "why": words.why,
        "kinds": words.KINDS,
    }


def _answer(stand: Standing) -> dict[str, Any]:
    """The standing for the script: what is credited, what is missing and why, and whether to fetch `parts` anew."""
    stand = standing.drawn(stand)
    return {
        "state": stand.state,
        "why": str(words.STATES[stand.state]) if stand.state in words.STATES else "",
        "credited": stand.credited,
        "complete": stand.complete,
        "cover": stand.cover,
        "missing": [[gap.start, gap.end, words.why(gap)] for gap in stand.gaps if gap.cause != crediting.AHEAD],
        "check": _check(stand.check),
        "anew": stand.anew,
    }


def _check(asked: Check | None) -> dict[str, Any] | None:
    """在场确认 for the script: the nonce and how many seconds are left to answer in time."""
    if asked is None:
        return None
    return {"nonce": asked.nonce, "left": max(0, int((asked.until - clock.now()).total_seconds()))}


def _checked(data: dict[str, Any]) -> service.Report:
    """:raises Refused: not intervals of whole, sensible seconds; nothing is credited then."""
    played = data.get("played", [])
    try:
        if isinstance(played, str):
            played = json.loads(played)
        parts = [(_second(start), _second(end)) for start, end in played]
        position = _second(data.get("position", 0))
    except (ValueError, TypeError, OverflowError) as error:
        raise Refused(_l("This report could not be read; nothing was credited.")) from error
    if len(parts) > MOST_INTERVALS:
        raise Refused(_l("This report could not be read; nothing was credited."))
    return service.Report(parts, position, closing=bool(data.get("closing")))


def _second(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    number = float(value)
    if not 0 <= number <= LONGEST:  # NaN is not in any range
        raise ValueError
    return int(number)


def _wants_json() -> bool:
    return request.is_json or request.headers.get("Accept", "").startswith("application/json")
