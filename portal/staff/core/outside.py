"""校外学时: claims of hours earned elsewhere, beside their evidence, and the decision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.credits import outside
from portal.credits.models import OutsideActivity
from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.claims import column, reviewed, taken
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, RowColumn, Screen
from portal.staff.shapes import CLIP, DAY, HOURS, MOMENT, NUMBER, Shape
from portal.study.words import WAYS, worth

STATES = {
    "open": (_l("To be decided"), "wait"),
    "credited": (_l("Credited"), "ok"),
    "refused": (_l("Not credited"), "bad"),
    "withdrawn": (_l("Withdrawn"), "plain"),
}


def _picture(row: OutsideActivity) -> object:
    if row.shredded_at is not None:
        return _("Destroyed after the decision")
    url = url_for("staff.outside_evidence", activity_id=row.id)
    return Markup('<a href="{}">{}</a>').format(url, _("Look at the picture"))


def _way(row: OutsideActivity) -> str:
    """What it was, and how the rules of its year convert it."""
    found = row.rule_set.rules.way(row.way)
    said = found.title if found and found.title else str(WAYS.get(row.way, row.way))
    return f"{said} · {worth(found)}" if found else said


def _open(row: OutsideActivity) -> bool:
    return row.state == outside.OPEN


def _agree(session: Session, row: OutsideActivity, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    outside.agree(session, row.id, actor_id, now)


def _refuse(session: Session, row: OutsideActivity, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    outside.refuse(session, row.id, actor_id, said["reason"], now)


class OutsideActivities(Screen):
    """Claims and their evidence; decided ones stay, so that it can be answered where hours come from."""

    key = "outside_activities"
    model = OutsideActivity
    title = _l("Hours from elsewhere")
    menu = "study"
    scope = "division_code"
    personal = True
    weight = 53
    columns = (
        Column("learner", _l("Name"), path="learner.name"),
        Column("division", _l("Division"), path="learner.division.name"),
        Column("title", _l("Title"), CLIP),
        Column("done_on", _l("Last day of it"), DAY),
        Column("hours", _l("Hours"), HOURS),
        Column("state", _l("State"), shapes.states(STATES)),
        column(model, key),
        Column("created_at", _l("Asked"), MOMENT),
    )
    detail = (
        *columns,
        Column("place", _l("Who held it")),
        RowColumn("way", _l("What it was"), Shape(_way, _way, lambda row: row.way)),
        Column("amount", _l("How much"), NUMBER),
        Column("year", _l("Year"), NUMBER),
        Column("kind", _l("Kind"), words.KIND),
        RowColumn("evidence", _l("Evidence"), Shape(_picture, lambda _row: "", lambda _row: None), path="id"),
        Column("decided_at", _l("Decided on"), MOMENT),
        Column("reason", _l("Why it is not credited"), CLIP),
    )
    find = (Find("learner.name"),)
    filters = (
        Filter("state", _l("State"), choices=words.choices(STATES)),
        Filter("year", _l("Year"), "number"),
        Filter("division", _l("Division"), "division", "division_code"),
        taken(model, key),
    )
    actions = reviewed(
        key,
        Action(
            "agree",
            _l("Credit the hours"),
            _l("The hours stand in the ledger at once, as far as the year takes them, and the learner is told."),
            _agree,
            _l("Credited. The learner was told."),
            _open,
        ),
        Action(
            "refuse",
            _l("Do not credit"),
            _l("Nothing is credited, and the learner reads why."),
            _refuse,
            _l("Decided. The learner was told."),
            _open,
            (Ask("reason", _l("Why it is not credited"), hint=_l("The learner reads this")),),
            grave=True,
        ),
    )
    empty = _l("Claims appear here when learners have learned something elsewhere.")


SCREENS = (OutsideActivities,)
