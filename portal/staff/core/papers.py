"""组卷规则: how the test of a course is made up and when it may be sat, edited with its parts on the console."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assessment.models import PaperRule, Question
from portal.assessment.paper import Candidate, Part
from portal.staff import shapes
from portal.staff.core import words
from portal.staff.screens import CONSOLE, EVERYWHERE, Column, Field, Filter, Find, Inline, Screen
from portal.staff.screens import Part as Rows
from portal.staff.shapes import CLIP, DAY, NUMBER, YES_NO
from portal.types import Problem

HARDNESS = {str(key): said for key, said in words.HARDNESS.items()}
LEAST = {"questions": 1, "minutes": 1, "attempts": 1, "wait_minutes": 0}


class PaperRules(Screen):
    """Attempts that have begun keep the paper and the mark they began with; a change holds for later ones."""

    key = "paper_rules"
    model = PaperRule
    title = _l("Paper rules")
    menu = "content"
    desk = CONSOLE
    scope = EVERYWHERE
    weight = 62
    columns = (
        Column("course", _l("Course"), CLIP, path="course.title"),
        Column("questions", _l("Questions"), NUMBER),
        Column("minutes", _l("Minutes"), NUMBER),
        Column("pass_mark", _l("To pass"), NUMBER),
        Column("attempts", _l("Attempts"), NUMBER),
        Column("wait_minutes", _l("Minutes between attempts"), NUMBER),
        Column("opens_on", _l("First day"), DAY),
        Column("closes_on", _l("Last day"), DAY),
        Column("shuffle", _l("Shuffled"), YES_NO),
    )
    parts = (
        Rows(
            "parts",
            _l("Parts"),
            (
                Column("position", _l("Position"), NUMBER),
                Column("tag", _l("Tag")),
                Column("difficulty", _l("Difficulty"), shapes.words(words.HARDNESS)),
                Column("questions", _l("Questions"), NUMBER),
            ),
        ),
    )
    find = (Find("course.code", label=_l("Course number")), Find("course.title", "has"))
    filters = (Filter("course", _l("Course"), "number", "course_id"),)
    fields = (
        Field("course_id", _l("Course"), once=True),
        Field("questions", _l("Questions"), _l("Of the whole bank; parts below count instead where there are any")),
        Field("minutes", _l("Minutes")),
        Field("pass_mark", _l("To pass"), _l("Points of 100")),
        Field("attempts", _l("Attempts")),
        Field("wait_minutes", _l("Minutes between attempts"), _l("After a failed one; 0 for none")),
        Field("opens_on", _l("First day")),
        Field("closes_on", _l("Last day")),
        Field("shuffle", _l("Shuffled"), _l("Questions and answers; otherwise in the order of the bank")),
    )
    inlines = (
        Inline(
            "parts",
            _l("Part"),
            (
                Field("position", _l("Position")),
                Field("tag", _l("Tag"), _l("Empty: any")),
                Field("difficulty", _l("Difficulty"), _l("Empty: any"), choices=HARDNESS),
                Field("questions", _l("Questions")),
            ),
        ),
    )
    remove = True
    empty = _l("Courses without a rule of their own are tested by the rule set.")

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """It must be possible to sit and to pass, and the bank must have what it asks for."""
        for name, least in LEAST.items():
            if getattr(row, name) is not None and getattr(row, name) < least:
                yield Problem(_l("At least %(least)s.", least=least), name)
        if row.pass_mark is not None and not 1 <= row.pass_mark <= 100:
            yield Problem(_l("From 1 to 100."), "pass_mark")
        if row.opens_on and row.closes_on and row.closes_on < row.opens_on:
            yield Problem(_l("The last day comes before the first."), "closes_on")
        bank = _bank(session, row.course_id)
        for part in row.parts:
            if (part.questions or 0) < 1:
                yield Problem(_l("A part has at least one question."))
                continue
            there = sum(map(Part(part.questions, part.tag or "", part.difficulty).fits, bank))
            if there < part.questions:
                yield Problem(
                    _l(
                        "Part %(number)s asks for %(wanted)s questions; the bank has %(there)s.",
                        number=part.position,
                        wanted=part.questions,
                        there=there,
                    )
                )


def _bank(session: Session, course_id: int | None) -> list[Candidate]:
    query = select(Question.id, Question.tags, Question.difficulty).where(
        Question.course_id == course_id, Question.active
    )
    return [
        Candidate(row.id, (), tags=frozenset(row.tags.split()), difficulty=row.difficulty)
        for row in session.execute(query)
    ]


SCREENS = (PaperRules,)
