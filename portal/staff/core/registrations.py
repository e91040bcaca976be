"""集体注册: what an organisation sent, its licence, and the decision, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.people import organisation_codes, organisations
from portal.people.models import Organisation, OrganisationApplication
from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.screens import Column, Part
from portal.staff.shapes import CODE, MOMENT, PHONE, Shape

STATES = {
    "open": (_l("To be reviewed"), "wait"),
    "approved": (_l("Approved"), "ok"),
    "refused": (_l("Refused"), "bad"),
}
TITLES = {
    "name": _l("Full name"),
    "code": _l("Code"),
    "division_code": _l("Division"),
    "contact_name": _l("Contact"),
    "contact_phone": _l("Telephone"),
    "licence": _l("Scan of the licence"),
}


@dataclass(frozen=True)
class Row(Column):
    """The application itself: what is shown needs more than one value of it."""

    def value(self, row: Any) -> Any:
        return row


def _licence(row: OrganisationApplication) -> object:
    if not row.licence_key:
        return _("No longer on file")
    url = url_for("staff.licence", organisation_id=row.organisation_id, application_id=row.id)
    return Markup('<a href="{}">{}</a>').format(url, _("Look at the licence"))


def _reasons(row: OrganisationApplication) -> str:
    return " · ".join(f"{TITLES.get(field, field)}: {said}" for field, said in row.reasons.items())


HISTORY = Part(
    "applications",
    _l("Registrations"),
    (
        Column("created_at", _l("Sent"), MOMENT),
        Column("state", _l("State"), shapes.states(STATES)),
        Column("name", TITLES["name"]),
        Column("code_kind", _l("Kind of code"), shapes.words({one.key: one.title for one in organisation_codes.KINDS})),
        Column("code", TITLES["code"], CODE),
        Column("division", TITLES["division_code"], path="division.name"),
        Column("contact_name", TITLES["contact_name"]),
        Column("contact_phone", TITLES["contact_phone"], PHONE),
        Row("licence_key", TITLES["licence"], Shape(_licence, lambda _row: "", lambda _row: None)),
        Row("reasons", _l("What has to change"), Shape(_reasons, _reasons, _reasons)),
        Column("decided_at", _l("Decided on"), MOMENT),
    ),
)


def _waits(row: Organisation) -> bool:
    return organisations.open_of(row) is not None


def _application(row: Organisation) -> OrganisationApplication:
    found = organisations.open_of(row)
    assert found is not None  # `applies` was asked in this transaction
    return found


def _approve(session: Session, row: Organisation, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    organisations.approve(session, _application(row).id, actor_id, now)


def _refuse(session: Session, row: Organisation, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    organisations.refuse(session, _application(row).id, actor_id, said, now)


FOR_THEM = _l("What has to change; the organisation reads this. Empty: it is right")
ACTIONS = (
    Action(
        "approve",
        _l("Approve"),
        _l("What was sent stands on the register; the organisation may enrol people and is told."),
        _approve,
        _l("Approved. The organisation was told."),
        _waits,
    ),
    Action(
        "refuse",
        _l("Have it changed"),
        _l("The organisation reads what has to change, field by field, and may send it again."),
        _refuse,
        _l("Refused. The organisation was told."),
        _waits,
        tuple(Ask(field, title, hint=FOR_THEM, needed=False) for field, title in TITLES.items()),
        grave=True,
    ),
)
