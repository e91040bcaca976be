"""The file of a lesson: whether it is there, what it is, and sending it in ranges. Who may have it, callers decide."""

import mimetypes

from flask import Response, send_file

from portal.catalogue.models import Lesson
from portal.errors import NotFound, PortalError
from portal.storage import current_storage


def is_there(lesson: Lesson) -> bool:
    """Whether the lesson has a file and storage still holds it."""
    if not lesson.storage_key:
        return False
    try:
        return current_storage().exists(lesson.storage_key)
    except PortalError:
        return False


def captions(lesson: Lesson, language: str) -> Response:
    """The captions of a video in one language (zh | en). :raises NotFound: it has none."""
    key = lesson.captions.get(language)
    if key is None:
        raise NotFound(f"captions of lesson {lesson.id} in {language}")
    answer = Response(current_storage().get(key), mimetype="text/vtt")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def mimetype(lesson: Lesson) -> str:
    """What kind of file it is, by its name."""
    return mimetypes.guess_type(lesson.storage_key or "")[0] or "application/octet-stream"


def send(lesson: Lesson) -> Response:
    """The file, whole or in the range that was asked for. :raises NotFound: there is none."""
    if lesson.storage_key is None or not is_there(lesson):
        raise NotFound(f"media of lesson {lesson.id}")
    answer = send_file(current_storage().path(lesson.storage_key), mimetype=mimetype(lesson), conditional=True)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
