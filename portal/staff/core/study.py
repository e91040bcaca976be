"""学习: plans and the ledger of hours. Read only: both are written by study and by nothing else."""

from flask_babel import lazy_gettext as _l

from portal.credits.models import Credit
from portal.staff import shapes
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, Part, Screen
from portal.staff.shapes import CLIP, DAY, HOURS, MOMENT, NUMBER, YES_NO
from portal.study.models import Plan


class Plans(Screen):
    key = "plans"
    model = Plan
    title = _l("Study plans")
    menu = "study"
    scope = "division_code"
    personal = True
    weight = 50
    columns = (
        Column("learner", _l("Name"), path="learner.name"),
        Column("title", _l("Title"), CLIP),
        Column("division", _l("Division"), path="learner.division.name"),
        Column("training_class", _l("Class"), path="training_class.name"),
        Column("year", _l("Year"), NUMBER, sort=True),
        Column("state", _l("State"), words.PLAN_STATE),
        Column("opened_at", _l("Opened"), MOMENT),
        Column("completed_at", _l("Completed"), MOMENT),
    )
    detail = (*columns, Column("study_until", _l("Study until"), DAY), Column("mode", _l("Origin"), words.MODE))
    parts = (
        Part(
            "courses",
            _l("Courses"),
            (
                Column("title", _l("Course"), CLIP),
                Column("kind", _l("Kind"), words.KIND),
                Column("year", _l("Year"), NUMBER),
                Column("hours", _l("Hours"), HOURS),
                Column("compulsory", _l("Compulsory"), YES_NO),
                Column("state", _l("State"), words.COURSE_STATE),
                Column("completed_at", _l("Completed"), MOMENT),
            ),
        ),
    )
    find = (Find("learner.name"),)
    filters = (
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("year", _l("Year"), "number"),
        Filter("state", _l("State"), choices=words.choices(words.PLAN_STATES)),
    )
    empty = _l("Plans are opened by a payment, by staff or by an import.")


class Credits(Screen):
    key = "credits"
    model = Credit
    title = _l("Credited hours")
    menu = "study"
    scope = "division_code"
    personal = True
    weight = 51
    columns = (
        Column("learner", _l("Name"), path="learner.name"),
        Column("title", _l("Course"), CLIP),
        Column("kind", _l("Kind"), words.KIND),
        Column("year", _l("Year"), NUMBER),
        Column("hours", _l("Hours"), HOURS),
        Column("source", _l("Origin"), shapes.words(words.SOURCES)),
        Column("employer_name", _l("Employer"), CLIP),
        Column("earned_at", _l("Credited"), MOMENT),
    )
    find = (Find("learner.name"),)
    filters = (
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("year", _l("Year"), "number"),
        Filter("kind", _l("Kind"), choices=words.KINDS),
        Filter("source", _l("Origin"), choices=words.SOURCES),
        Filter("earned", _l("Credited"), "days", "earned_at"),
    )
    empty = _l("Hours are credited when a course is complete.")


SCREENS = (Plans, Credits)
