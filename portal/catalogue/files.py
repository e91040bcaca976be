"""Files of lessons: told by their content, stored under names of ours, replaced without taking one others still use."""

import os
import re
import secrets
from dataclasses import dataclass
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import pdf
from portal.audit import service as audit
from portal.catalogue.models import Lesson
from portal.errors import NotFound, Refused
from portal.storage import current_storage, delete_after
from portal.types import Problem

FIELD = "file"
CAPTIONS = {"captions": Lesson.captions_key, "captions_en": Lesson.captions_en_key}
COLUMNS = {FIELD: Lesson.storage_key} | CAPTIONS  # by the field of the form that fills them
MEGABYTE = 1024 * 1024
CAPTIONS_MOST = MEGABYTE
TAIL = 2048  # bytes at the end of a PDF in which its last mark stands
NEEDED = {
    "video": _l("This is no MP4 or WebM video. Export it as MP4 and upload it again."),
    "document": _l("This is no whole PDF. Save it as PDF again and upload it."),
}


@dataclass(frozen=True)
class Upload:
    """A file that was checked and stored, not yet given to its lesson."""

    key: str
    sha256: str
    size: int  # bytes
    pages: int = 0  # of a document


def store(lesson: Lesson, stream: IO[bytes], megabytes: int, field: str = FIELD) -> Upload:
    """Checks a file by its content and stores it. Whoever then gives up deletes it.

    :param megabytes: how large it may be; captions have a limit of their own
    :param field: one of COLUMNS
    :raises Refused: empty, too large, or of another kind than the lesson.
    """
    if field in CAPTIONS:
        return _store_captions(lesson, stream, field)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if not size:
        raise refused(_l("Choose a file."))
    if size > megabytes * MEGABYTE:
        raise refused(_l("The file is larger than %(count)s MB. Make it smaller and upload it again.", count=megabytes))
    suffix = _suffix(stream, size)
    fits = {"video": ("mp4", "webm"), "document": ("pdf",)}.get(lesson.kind, ())
    if suffix not in fits:
        raise refused(NEEDED.get(lesson.kind, _l("An article has no file; its text stands on the form of the course.")))
    pages = pdf.count(stream) if suffix == "pdf" else 0
    if suffix == "pdf" and not pages:
        raise refused(NEEDED["document"])
    stream.seek(0)
    key = f"lessons/{lesson.course_id}/{secrets.token_hex(12)}.{suffix}"
    return Upload(key, current_storage().take(key, stream), size, pages)


def _store_captions(lesson: Lesson, stream: IO[bytes], field: str) -> Upload:
    data = stream.read(CAPTIONS_MOST + 1)
    if lesson.kind != "video" or len(data) > CAPTIONS_MOST or not _is_webvtt(data):
        raise refused(_l("Captions are a WebVTT file in UTF-8 of at most 1 MB, for a video."), field)
    key = f"lessons/{lesson.course_id}/{secrets.token_hex(12)}.vtt"
    return Upload(key, current_storage().put(key, data), len(data))


def attach(session: Session, lesson_id: int, upload: Upload, actor_id: int, field: str = FIELD) -> None:
    """Gives a stored file to its lesson; the one before goes when nobody else shows it.

    :param field: one of COLUMNS
    :raises NotFound: no lesson.
    """
    lesson = session.get(Lesson, lesson_id)
    if lesson is None:
        raise NotFound(f"lesson {lesson_id}")
    column = COLUMNS[field]
    before = getattr(lesson, column.key)
    setattr(lesson, column.key, upload.key)
    if field == FIELD:
        lesson.pages = upload.pages
    session.flush()
    after = {"key": upload.key, "sha256": upload.sha256, "size": upload.size}
    audit.record(
        session, actor_id, "lesson.file_attached", lesson, before={"key": before} if before else None, after=after
    )
    if before and not session.scalar(select(func.count()).select_from(Lesson).where(column == before)):
        delete_after(session, [before])


def _is_webvtt(data: bytes) -> bool:
    try:
        return bool(re.match(r"WEBVTT([ \t\n]|$)", data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return False


def _suffix(stream: IO[bytes], size: int) -> str:
    """What the content is: mp4 | webm | pdf | "". The stream is at its beginning afterwards."""
    head = stream.read(16)
    stream.seek(max(size - TAIL, 0))
    tail = stream.read(TAIL)
    stream.seek(0)
    if head[4:8] == b"ftyp":
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    return "pdf" if head.startswith(b"%PDF-") and b"%%EOF" in tail else ""


def refused(message: object, field: str = FIELD) -> Refused:
    """A reason at the field of the file."""
    return Refused(message, [Problem(message, field)])
