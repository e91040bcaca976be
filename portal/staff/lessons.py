"""The file of a lesson, uploaded from the content desk. Large bodies are taken from those who may write courses."""

from flask import Flask, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField

from portal import db
from portal.access.visitor import account, current_account
from portal.catalogue import files
from portal.catalogue.models import Lesson
from portal.errors import NotFound, Refused
from portal.settings import Settings, current_settings
from portal.staff import grants
from portal.staff.blueprint import blueprint
from portal.staff.core.content import Courses
from portal.staff.guard import needs
from portal.staff.pages import address
from portal.staff.screens import WRITE
from portal.storage import current_storage
from portal.study import media
from portal.web.forms import Form, add_problems

ENDPOINT = "staff.lesson_file"
AROUND = files.MEGABYTE  # what a form adds to its file


class FileForm(Form):
    """One file."""

    file = FileField(_l("Video or document"))
    captions = FileField(_l("Chinese captions"))
    captions_en = FileField(_l("English captions"))


@blueprint.route("/lessons/<int:lesson_id>/file", methods=["GET", "POST"])
@needs(Courses.key, WRITE)
def lesson_file(lesson_id: int) -> ResponseReturnValue:
    """What the lesson shows now, and the form that replaces it."""
    lesson = db.reader().get(Lesson, lesson_id)
    if lesson is None or lesson.kind == "article":
        raise NotFound(f"lesson {lesson_id}")
    form = FileForm()
    if form.validate_on_submit():
        try:
            _keep(lesson)
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash(_("The file was stored."), "ok")
            return redirect(address(Courses, "show", pk=lesson.course_id), 303)
    shown = {"lesson": lesson, "screen": Courses, "there": media.is_there(lesson), "most": current_settings().upload_mb}
    back = address(Courses, "show", pk=lesson.course_id)
    page = render_template("staff/lesson_file.html", form=form, desk="console", back=back, **shown)
    return page, 422 if form.errors else 200


def _keep(lesson: Lesson) -> None:
    """Stores before the transaction, which must not wait for a disk; a file that is then not wanted goes."""
    chosen = {field: request.files[field] for field in files.COLUMNS if request.files.get(field)}
    if not chosen:
        raise files.refused(_l("Choose a file."))
    stored: dict[str, files.Upload] = {}
    try:
        for field, sent in chosen.items():
            stored[field] = files.store(lesson, sent.stream, current_settings().upload_mb, field)
        with db.write() as session:
            for field, upload in stored.items():
                files.attach(session, lesson.id, upload, account().id, field)
    except BaseException:
        for upload in stored.values():
            current_storage().delete(upload.key)
        raise


def init_app(app: Flask, settings: Settings) -> None:
    """Before anything reads the body of a request: how large this page's may be, for whoever may write courses."""

    @app.before_request
    def allow() -> None:
        if request.method != "POST" or request.endpoint != ENDPOINT or current_account() is None:
            return
        if grants.current().may(Courses.key, WRITE):
            request.max_content_length = settings.upload_mb * files.MEGABYTE + AROUND
