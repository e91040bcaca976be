"""信息更正: what learners ask to have corrected, beside their evidence, and the decision about each fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.people import corrections
from portal.people.corrections import Decision
from portal.people.identity import BY_KEY
from portal.people.models import Correction, CorrectionEvidence
from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.claims import column, reviewed, taken
from portal.staff.core import words
from portal.staff.screens import Column, Filter, Find, Part, Screen
from portal.staff.shapes import CLIP, MOMENT, Shape

FACTS = {"name": _l("Name"), "id": _l("ID number"), "employer": _l("Employer")}
STATES = {
    "open": (_l("To be decided"), "wait"),
    "decided": (_l("Decided"), "ok"),
    "withdrawn": (_l("Withdrawn"), "plain"),
}
ACCEPTED, REFUSED = "accept", "refuse"
VERDICTS = {ACCEPTED: _l("Correct it"), REFUSED: _l("Leave it as it is")}

BY_EYE = Shape(json=lambda _value: None)  # whole on the page, to be compared with the picture; nowhere else
DETAIL = shapes.words({key: kind.title for key, kind in BY_KEY.items()})  # of an ID; an employer's is a division
REASON = _l("Why it stays as it is")
FOR_LEARNER = _l("The learner reads this")


def _link(row: CorrectionEvidence) -> object:
    if row.shredded_at is not None:
        return _("Destroyed after the decision")
    url = url_for("staff.evidence", correction_id=row.correction_id, evidence_id=row.id)
    return Markup('<a href="{}">{}</a>').format(url, _("Look at the picture"))


@dataclass(frozen=True)
class Picture(Column):
    """A piece of evidence as a link to its picture."""

    def value(self, row: Any) -> Any:
        """The row itself: the link needs its request as well."""
        return row


def _open(row: Correction) -> bool:
    return row.state == "open"


def _accept(session: Session, row: Correction, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    corrections.decide(session, row.id, actor_id, {item.field: Decision(True) for item in row.items}, now)


def _refuse(session: Session, row: Correction, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    verdict = Decision(False, said["reason"])
    corrections.decide(session, row.id, actor_id, {item.field: verdict for item in row.items}, now)


def _each(session: Session, row: Correction, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    found = {
        item.field: Decision(said[item.field] == ACCEPTED, said[f"{item.field}_reason"] or "") for item in row.items
    }
    corrections.decide(session, row.id, actor_id, found, now)


def _questions(row: Correction) -> tuple[Ask, ...]:
    """Verdict and reason for every fact."""
    found = []
    for item in row.items:
        label = f"{FACTS[item.field]}: {item.before} → {item.after}"
        found.append(Ask(item.field, label, "choice", VERDICTS))
        found.append(Ask(f"{item.field}_reason", f"{FACTS[item.field]}: {REASON}", hint=FOR_LEARNER, needed=False))
    return tuple(found)


class Corrections(Screen):
    """Requests and their evidence; decided ones stay, so that it can be answered who changed a name."""

    key = "corrections"
    model = Correction
    title = _l("Corrections asked for")
    menu = "people"
    scope = "division_code"
    personal = True
    weight = 15
    columns = (
        Column("learner", _l("Learner"), path="learner.name"),
        Column("division", _l("Division"), path="learner.division.name"),
        Column("state", _l("State"), shapes.states(STATES)),
        column(model, key),
        Column("note", _l("What the learner says"), CLIP),
        Column("created_at", _l("Asked"), MOMENT),
        Column("decided_at", _l("Decided on"), MOMENT),
    )
    parts = (
        Part(
            "items",
            _l("Facts"),
            (
                Column("field", _l("Fact"), shapes.words(FACTS)),
                Column("before", _l("On file"), BY_EYE),
                Column("after", _l("Should be"), BY_EYE),
                Column("detail", _l("Kind of ID or division"), DETAIL),
                Column("accepted", _l("Corrected"), shapes.YES_NO),
                Column("reason", REASON, CLIP),
            ),
        ),
        Part("evidence", _l("Evidence"), (Picture("id", _l("Picture"), Shape(_link, str, lambda row: row.id)),)),
    )
    find = (Find("learner.name"),)
    filters = (
        Filter("state", _l("State"), choices=words.choices(STATES)),
        Filter("division", _l("Division"), "division", "division_code"),
        taken(model, key),
    )
    waits = {"state": "open"}
    actions = reviewed(
        key,
        Action(
            "accept",
            _l("Correct all of it"),
            _l("What stands on file changes at once, and the learner is told. Issued documents stay as they are."),
            _accept,
            _l("Corrected. The learner was told."),
            _open,
        ),
        Action(
            "each",
            _l("Decide fact by fact"),
            _l("What stands on file changes at once, and the learner is told. Issued documents stay as they are."),
            _each,
            _l("Decided. The learner was told."),
            lambda row: _open(row) and len(row.items) > 1,
            _questions,
        ),
        Action(
            "refuse",
            _l("Correct nothing"),
            _l("Everything stays as it is on file, and the learner reads why."),
            _refuse,
            _l("Decided. The learner was told."),
            _open,
            (Ask("reason", REASON, hint=FOR_LEARNER),),
            grave=True,
        ),
    )
    empty = _l("Requests appear here when learners ask for a correction.")


SCREENS = (Corrections,)
