"""The pages of a document, one picture each, to the learner whose plan holds it."""

from functools import lru_cache
from pathlib import Path

from flask import Response

from portal import db, pdf
from portal.access.guard import learner_required
from portal.access.visitor import current_learner
from portal.errors import NotFound
from portal.storage import current_storage
from portal.study import media as files
from portal.study import standing
from portal.study.views import blueprint

KEPT = 64  # pictures, of some hundred kilobytes: a class reads the same pages


@blueprint.get("/study/media/<int:plan_course_id>/<int:lesson_id>/<int:number>")
@learner_required
def page(plan_course_id: int, lesson_id: int, number: int) -> Response:
    """A page of a document, counted from 1."""
    course = standing.own_course(db.reader(), current_learner().id, plan_course_id)
    lesson = standing.lesson_of(course, lesson_id)
    if not 1 <= number <= lesson.pages or lesson.storage_key is None or not files.is_there(lesson):
        raise NotFound(f"page {number} of lesson {lesson.id}")
    answer = Response(_picture(current_storage().path(lesson.storage_key), number - 1), mimetype="image/webp")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@lru_cache(KEPT)
def _picture(path: Path, page: int) -> bytes:
    """Kept by path: a file that is replaced gets another name."""
    return pdf.picture(path, page, "WEBP")
