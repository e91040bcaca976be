"""内容工作台: courses with their lessons, questions with their answers. On the console, because rows have rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.assessment.models import FILL, Question
from portal.catalogue.models import Course, Lesson
from portal.staff import grants, shapes
from portal.staff.core import words
from portal.staff.screens import (
    CONSOLE,
    EVERYWHERE,
    WRITE,
    Column,
    Field,
    Filter,
    Find,
    Inline,
    Part,
    RowColumn,
    Screen,
)
from portal.staff.shapes import CLIP, CODE, HOURS, MONEY, NUMBER, YES_NO
from portal.types import Problem

YES = {"true": _l("Yes"), "false": _l("No")}


@dataclass(frozen=True)
class File(Column):
    """Whether a lesson has its file, leading to where it is uploaded for whoever may."""

    def value(self, row: Any) -> Any:
        """The row itself: the link needs its number. Nothing for an article."""
        return None if row.kind == "article" else row


def _file(row: Lesson) -> object:
    said = _("Stored") if row.storage_key else _("Missing")
    if not grants.current().may(Courses.key, WRITE):
        return said
    url = url_for("staff.lesson_file", lesson_id=row.id)
    return Markup('{} · <a href="{}">{}</a>').format(said, url, _("Upload"))


@dataclass(frozen=True)
class Pages(Column):
    """How many pages a document has; nothing for what has none."""

    def value(self, row: Any) -> Any:
        return row.pages or None


def _picture(row: Question) -> object:
    """To the picture, and to where it is uploaded for whoever may."""
    address = url_for("staff.question_image", question_id=row.id)
    link = Markup('<a href="{}">{}</a>').format(address, _("Look at the picture"))
    said = link if row.image_key else _("no picture")
    if not grants.current().may(Questions.key, WRITE):
        return said
    url = url_for("staff.question_files", question=row.id, _anchor="picture")
    return Markup('{} · <a href="{}">{}</a>').format(said, url, _("Upload"))


class Courses(Screen):
    """Orders and plans keep the hours and the price they were placed with; a change holds for later ones."""

    key = "courses"
    model = Course
    title = _l("Courses")
    menu = "content"
    desk = CONSOLE
    scope = EVERYWHERE
    weight = 60
    columns = (
        Column("code", _l("Number"), CODE, sort=True),
        Column("title", _l("Title"), CLIP),
        Column("kind", _l("Kind"), words.KIND),
        Column("year", _l("Year"), NUMBER, sort=True),
        Column("hours", _l("Hours"), HOURS),
        Column("price", _l("Price"), MONEY),
        Column("teacher", _l("Teacher")),
        Column("published", _l("On offer"), YES_NO),
    )
    parts = (
        Part(
            "lessons",
            _l("Lessons"),
            (
                Column("position", _l("Position"), NUMBER),
                Column("title", _l("Title"), CLIP),
                Column("kind", _l("Kind"), shapes.words(words.LESSONS)),
                Column("seconds", _l("Seconds"), NUMBER),
                Pages("pages", _l("Pages of the document"), NUMBER),
                Column("preview", _l("Free preview"), YES_NO),
                File("file", _l("File"), shapes.Shape(_file), path="storage_key"),
            ),
        ),
    )
    find = (Find("title", "has"), Find("code"))
    filters = (
        Filter("year", _l("Year"), "number"),
        Filter("kind", _l("Kind"), choices=words.KINDS),
        Filter("published", _l("On offer"), choices=YES),
    )
    fields = (
        Field("code", _l("Number"), _l("It cannot be changed later"), once=True),
        Field("title", _l("Title")),
        Field("kind", _l("Kind"), choices=words.KINDS),
        Field("year", _l("Year"), _l("The year its hours count for")),
        Field("hours", _l("Hours"), kind="hours"),
        Field("price", _l("Price in yuan"), kind="money"),
        Field("teacher", _l("Teacher")),
        Field("summary", _l("Summary"), kind="lines"),
        Field("published", _l("On offer")),
        Field("weight", _l("Position"), _l("Smaller ones come first")),
    )
    inlines = (
        Inline(
            "lessons",
            _l("Lesson"),
            (
                Field("position", _l("Position")),
                Field("title", _l("Title")),
                Field("kind", _l("Kind"), choices=words.LESSONS),
                Field(
                    "seconds",
                    _l("Seconds"),
                    _l("Length of the video, or the shortest reading time; the pages of a document share it"),
                ),
                Field("body", _l("Text"), kind="lines"),
                Field("preview", _l("Free preview"), _l("Everybody may look at this lesson without paying")),
            ),
        ),
    )

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """Hours and lessons must be there before anybody can choose it."""
        if row.hours < 1:
            yield Problem(_l("A course has hours."), "hours")
        if row.published and not row.lessons:
            yield Problem(_l("A course on offer has at least one lesson."), "published")


class Questions(Screen):
    key = "questions"
    model = Question
    title = _l("Question bank")
    menu = "content"
    desk = CONSOLE
    scope = EVERYWHERE
    weight = 61
    columns = (
        Column("stem", _l("Question"), CLIP),
        Column("course", _l("Course"), CLIP, path="course.title"),
        Column("kind", _l("Kind"), shapes.words(words.QUESTIONS)),
        Column("difficulty", _l("Difficulty"), shapes.words(words.HARDNESS)),
        Column("tags", _l("Tags")),
        Column("active", _l("In use"), YES_NO),
    )
    detail = (
        *columns,
        Column("explanation", _l("Explanation")),
        RowColumn("picture", _l("Picture"), shapes.Shape(_picture), path="image_key"),
        Column("image_words", _l("What the picture shows")),
    )
    parts = (
        Part(
            "options",
            _l("Answers"),
            (
                Column("position", _l("Position"), NUMBER),
                Column("text", _l("Answer")),
                Column("correct", _l("Right"), YES_NO),
            ),
        ),
    )
    find = (Find("stem", "has"), Find("tags", "has"), Find("course.code", label=_l("Course number")))
    filters = (
        Filter("kind", _l("Kind"), choices=words.QUESTIONS),
        Filter("course", _l("Course"), "number", "course_id"),
        Filter("active", _l("In use"), choices=YES),
    )
    fields = (
        Field("course_id", _l("Course"), once=True),
        Field("kind", _l("Kind"), choices=words.QUESTIONS),
        Field("stem", _l("Question"), kind="lines"),
        Field("explanation", _l("Explanation"), _l("Shown after the test"), kind="lines"),
        Field("difficulty", _l("Difficulty"), choices={str(key): said for key, said in words.HARDNESS.items()}),
        Field("tags", _l("Tags"), _l("Words with blanks between them; papers draw by them")),
        Field("image_words", _l("What the picture shows"), _l("Read out to those who cannot see it")),
        Field("active", _l("In use")),
    )
    inlines = (
        Inline(
            "options",
            _l("Answer"),
            (
                Field("position", _l("Position")),
                Field("text", _l("Answer")),
                Field("correct", _l("Right")),
            ),
            blank=4,
        ),
    )

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """It must be answerable."""
        right = sum(bool(option.correct) for option in row.options)
        if row.kind == FILL:
            if not right or right < len(row.options):
                yield Problem(_l("Of a question to fill in, every answer stands for one that is accepted."))
            return
        if len(row.options) < 2:
            yield Problem(_l("A question has at least two answers."))
        if row.kind == "multiple" and right < 2:
            yield Problem(_l("At least two answers must be right."))
        if row.kind != "multiple" and right != 1:
            yield Problem(_l("Exactly one answer must be right."))


SCREENS = (Courses, Questions)
