"""报名: what can be enrolled in, and where."""

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.catalogue.models import Category, Project, Specialty, TrainingClass
from portal.staff.screens import EVERYWHERE, Column, Field, Filter, Find, Screen
from portal.staff.shapes import CLIP, CODE, DAY, NUMBER
from portal.types import Problem

KEY_HINT = _l("Small letters, for addresses; it cannot be changed later")
KEY = re.compile(r"[a-z][a-z0-9-]{1,29}")


def _key_problems(row: Any) -> Iterable[Problem]:
    if not KEY.fullmatch(row.key):
        yield Problem(_l("Two to thirty small letters a to z, digits and hyphens, beginning with a letter."), "key")


class Categories(Screen):
    key = "categories"
    model = Category
    title = _l("Training categories")
    menu = "enrolment"
    scope = EVERYWHERE
    weight = 30
    columns = (
        Column("name", _l("Designation")),
        Column("key", _l("Key"), CODE, sort=True),
        Column("weight", _l("Position"), NUMBER),
    )
    find = (Find("name", "has"),)
    fields = (
        Field("name", _l("Designation")),
        Field("key", _l("Key"), KEY_HINT, once=True),
        Field("weight", _l("Position"), _l("Smaller ones come first")),
    )
    remove = True

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """The key stands in addresses."""
        return _key_problems(row)


class Specialties(Screen):
    key = "specialties"
    model = Specialty
    title = _l("Specialties")
    menu = "enrolment"
    scope = EVERYWHERE
    weight = 31
    columns = (
        Column("name", _l("Designation")),
        Column("category", _l("Category"), path="category.name"),
        Column("summary", _l("Summary"), CLIP),
        Column("key", _l("Key"), CODE, sort=True),
        Column("weight", _l("Position"), NUMBER),
    )
    find = (Find("name", "has"),)
    filters = (Filter("category", _l("Category"), "number", "category_id"),)
    fields = (
        Field("category_id", _l("Category")),
        Field("name", _l("Designation")),
        Field("key", _l("Key"), KEY_HINT, once=True),
        Field("summary", _l("Summary"), kind="lines"),
        Field("weight", _l("Position"), _l("Smaller ones come first")),
    )
    remove = True

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """The key stands in addresses."""
        return _key_problems(row)


class Projects(Screen):
    key = "projects"
    model = Project
    title = _l("Projects")
    menu = "enrolment"
    scope = EVERYWHERE
    weight = 32
    columns = (
        Column("title", _l("Title"), CLIP),
        Column("specialty", _l("Specialty"), path="specialty.name"),
        Column("year", _l("Year"), NUMBER, sort=True),
        Column("rule_set", _l("Rules"), CLIP, path="rule_set.title"),
        Column("opens_on", _l("Opens"), DAY),
        Column("closes_on", _l("Closes"), DAY),
    )
    find = (Find("title", "has"),)
    filters = (Filter("year", _l("Year"), "number"),)
    fields = (
        Field("specialty_id", _l("Specialty"), once=True),
        Field("year", _l("Year"), once=True),
        Field("title", _l("Title")),
        Field("rule_set_id", _l("Rules"), _l("Orders keep the rules they were placed under"), once=True),
        Field("opens_on", _l("Opens")),
        Field("closes_on", _l("Closes")),
    )

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """It must not close before it opens."""
        if row.closes_on < row.opens_on:
            yield Problem(_l("The last day lies before the first one."), "closes_on")


class Classes(Screen):
    key = "classes"
    model = TrainingClass
    title = _l("Classes")
    menu = "enrolment"
    scope = "division_code"
    weight = 33
    columns = (
        Column("project", _l("Project"), CLIP, path="project.title"),
        Column("division", _l("Division"), path="division.name"),
        Column("name", _l("Class")),
        Column("seats", _l("Seats"), NUMBER),
        Column("taken", _l("Taken"), NUMBER),
        Column("study_until", _l("Study until"), DAY),
    )
    find = (Find("project.title", "has"),)
    filters = (
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("year", _l("Year"), "number", "project.year"),
    )
    fields = (
        Field("project_id", _l("Project"), once=True),
        Field("division_code", _l("Division"), once=True),
        Field("name", _l("Class")),
        Field("seats", _l("Seats"), _l("Empty: as many as come")),
        Field("study_until", _l("Study until")),
    )

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """Taken seats stay."""
        if row.seats is not None and row.seats < (row.taken or 0):
            yield Problem(_l("%(count)s seats are taken already.", count=row.taken), "seats")


SCREENS = (Categories, Specialties, Projects, Classes)
