"""Files of the question bank: questions in and out as spreadsheets, and the picture of a question."""

import secrets

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, IntegerField, StringField
from wtforms.validators import InputRequired, Length

from portal import clock, db
from portal.access.visitor import account
from portal.assessment import bank, pictures
from portal.assessment.bank import Outcome
from portal.errors import NotFound, Refused
from portal.photos import papers
from portal.photos.checks import BYTES_MOST
from portal.sheets import reading, repair, writing
from portal.staff.blueprint import blueprint
from portal.staff.core.content import Questions
from portal.staff.guard import needs
from portal.staff.screens import CONSOLE, WRITE
from portal.types import Problem
from portal.web.forms import Form, add_problems

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # rows with problems on the page; the file to repair has all of them


class SheetForm(Form):
    file = FileField(_l("Spreadsheet"))


class PictureForm(Form):
    question = IntegerField(
        _l("Number of the question"),
        [InputRequired(_l("Enter a whole number."))],
        description=_l("It stands in the address of the question"),
    )
    words = StringField(_l("What the picture shows"), [Length(max=200, message=_l("At most %(max)d characters."))])
    picture = FileField(_l("Picture"))


@blueprint.get("/question-files")
@needs(Questions.key)
def question_files() -> str:
    """The bank as files; the page of a question leads here to its picture."""
    number = request.args.get("question", type=int)
    return _page(pictured=PictureForm(formdata=None, question=number) if number else None)


@blueprint.post("/question-files")
@needs(Questions.key, WRITE)
def load_questions() -> ResponseReturnValue:
    """Adds what a spreadsheet holds, or says everything that is wrong with every row; or hands these rows back."""
    form = SheetForm()
    try:
        book = reading.read(_upload("file"))
        giving_back = request.form.get("step") == "repair"
        with db.write() as session:
            outcome = bank.bring_in(session, book, account().id, dry=giving_back)
    except Refused as refused:
        add_problems(form, refused)
        return _page(form), refused.status
    if giving_back and outcome.report.bad:
        return _file(repair.workbook(outcome.report), "questions-to-repair.xlsx")
    if outcome.report.bad:
        return _page(form, outcome=outcome), 422
    said = _("%(added)s questions were added, %(known)s are here already.", added=outcome.added, known=outcome.known)
    flash(said, "ok")
    return redirect(url_for("staff.question_files"), 303)


@blueprint.get("/question-files/all.xlsx")
@needs(Questions.key)
def all_questions() -> Response:
    """The whole bank in the columns that can be read again."""
    return _file(writing.workbook("questions", bank.headings(), bank.rows(db.reader())), "questions.xlsx")


@blueprint.get("/question-files/empty.xlsx")
@needs(Questions.key)
def question_template() -> Response:
    """Headings only."""
    return _file(writing.workbook("questions", bank.headings(), ()), "questions-template.xlsx")


@blueprint.get("/question-files/<int:question_id>/picture")
@needs(Questions.key)
def question_image(question_id: int) -> Response:
    """The picture of a question as candidates see it."""
    return Response(pictures.content(db.reader(), question_id), mimetype="image/jpeg")


@blueprint.post("/question-files/picture")
@needs(Questions.key, WRITE)
def question_picture() -> ResponseReturnValue:
    """The picture of one question; a new one takes its place."""
    form = PictureForm()
    if form.validate():
        try:
            picture = papers.redraw(_upload("picture"), "picture")
            key = f"questions/{clock.now():%Y/%m}/{secrets.token_hex(16)}.jpg"
            with db.write() as session:
                pictures.set_picture(session, form.question.data or 0, key, picture.data, form.words.data, account().id)
        except Refused as refused:
            add_problems(form, refused)
        except NotFound:
            add_problems(form, Refused(problems=[Problem(_l("No question has this number."), "question")]))
        else:
            flash(_("The picture is in its place."), "ok")
            return redirect(url_for("staff.question_files"), 303)
    return _page(pictured=form), 422


def _page(form: SheetForm | None = None, pictured: PictureForm | None = None, outcome: Outcome | None = None) -> str:
    return render_template(
        "staff/question_files.html",
        form=form or SheetForm(formdata=None),
        pictured=pictured or PictureForm(formdata=None),
        outcome=outcome,
        titles={column.key: column.title for _heading, column in outcome.report.headings} if outcome else {},
        shown=SHOWN,
        screen=Questions,
        desk=CONSOLE,
    )


def _upload(name: str) -> bytes:
    """:raises Refused: no file was chosen."""
    file = request.files.get(name)
    if file is None or not file.filename:
        sentence = _l("Choose a file.")
        raise Refused(sentence, [Problem(sentence, name)])
    return file.stream.read() if name == "file" else file.stream.read(BYTES_MOST + 1)


def _file(data: bytes, name: str) -> Response:
    response = Response(data, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
