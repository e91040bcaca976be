"""Looking around, open to everybody: the list, a course, and 试看."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from portal.kit import CATALOGUE, clock, current_account, db, kept, media, public, visiting_learner
from portal_self_select import basket, conditions, holdings, shelf
from portal_self_select.pages import blueprint
from portal_self_select.shelf import Wish

MOST = 10**6  # larger numbers are nobody's year, category or page, and too large for some databases


@blueprint.get("/courses")
@public
@kept(*CATALOGUE, by="page")
def index() -> str:
    """课程资源: courses that fit the filters, with what the visitor already has of them."""
    session, visitor = db.reader(), visiting_learner()
    wish, years = _wish(), shelf.years(session)
    found = shelf.find(session, wish, years)
    ids = [row.course.id for row in found.rows]
    chosen = basket.load(session, visitor) if visitor else None
    return render_template(
        "self_select/index.html",
        wish=wish,
        found=found,
        held=holdings.of(session, visitor, ids, chosen.replaces) if visitor and chosen else {},
        basket=chosen,
        categories=shelf.categories(session),
        years=years,
    )


@blueprint.get("/courses/<int:course_id>")
@public
@kept(*CATALOGUE)
def course(course_id: int) -> str:
    """One course: what it is about, its lessons, what it costs, 试看 and 选课学习."""
    session, visitor = db.reader(), visiting_learner()
    found = shelf.course(session, course_id)
    chosen = basket.load(session, visitor) if visitor else None
    held = holdings.of(session, visitor, [course_id], chosen.replaces) if visitor and chosen else {}
    return render_template(
        "self_select/course.html",
        course=found,
        over=conditions.over([found], clock.now()).get(course_id),
        tested=course_id in shelf.tested(session, [found]),
        held=held.get(course_id),
        basket=chosen,
        visitor=current_account(),
    )


@blueprint.get("/courses/<int:course_id>/preview/<int:lesson_id>")
@public
def preview(course_id: int, lesson_id: int) -> ResponseReturnValue:
    """试看: one lesson, without login. Nothing is credited here."""
    lesson = shelf.preview(db.reader(), course_id, lesson_id)
    return render_template(
        "self_select/preview.html",
        course=lesson.course,
        lesson=lesson,
        has_file=media.is_there(lesson),
        mimetype=media.mimetype(lesson),
    )


@blueprint.get("/courses/<int:course_id>/preview/<int:lesson_id>/file")
@public
def preview_file(course_id: int, lesson_id: int) -> Response:
    """The file of a lesson that everybody may see; of no other."""
    return media.send(shelf.preview(db.reader(), course_id, lesson_id))


@blueprint.get("/courses/<int:course_id>/preview/<int:lesson_id>/captions/<language>")
@public
def preview_captions(course_id: int, lesson_id: int, language: str) -> Response:
    """The captions of such a lesson."""
    return media.captions(shelf.preview(db.reader(), course_id, lesson_id), language)


def _wish() -> Wish:
    def number(name: str) -> int:
        return min(max(0, request.args.get(name, 0, type=int)), MOST)

    kind = request.args.get("kind", "")
    return Wish(
        words=request.args.get("q", "").strip()[:40],
        kind=kind if kind in shelf.KINDS else "",
        category_id=number("category"),
        year=number("year"),
        page=max(1, number("page")),
    )
