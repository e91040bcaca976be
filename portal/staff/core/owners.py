"""经办人 of an organisation as staff see them, and a new owner where the only one has left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.people import clerks, slip_views
from portal.people.clerk_views import ROLES, holder_of
from portal.people.models import Organisation
from portal.people.slip_views import Holder
from portal.settings import current_settings
from portal.staff import shapes
from portal.staff.actions import WHY, Action, Ask
from portal.staff.screens import Column, Part
from portal.staff.shapes import MOMENT

CLERKS = Part(
    "clerks",
    _l("Clerks"),
    (
        Column("name", _l("Name"), path="account.first_name"),
        Column("role", _l("Role"), shapes.words({role: said[0] for role, said in ROLES.items()})),
        Column("created_at", _l("From"), MOMENT),
        Column("ended_at", _l("Until"), MOMENT),
    ),
)


def _appoint(session: Session, row: Organisation, said: Mapping[str, Any], actor_id: int, now: datetime) -> Any:
    clerk, code = clerks.appoint(session, row, said["name"], said["phone"], said["reason"], actor_id, now)
    return holder_of(clerk), code


def _slip(session: Session, row: Organisation, said: Mapping[str, Any], actor_id: int, now: datetime) -> Any:
    clerk, code = clerks.owner_slip(session, row, actor_id, said["reason"], now)
    return holder_of(clerk), code


def _shown(row: Organisation, result: tuple[Holder, str], rows: str) -> Response:
    return slip_views.printed(*result, current_settings().site_office, rows)


def _registered(row: Organisation) -> bool:
    return row.account_id is not None and row.state == "approved"


ACTIONS = (
    Action(
        "owner_slip",
        _l("Slip for the owner"),
        _l("For the owner who forgot the password. Hand it only to this person, after looking at their ID."),
        _slip,
        applies=_registered,
        asks=(WHY,),
        answer=_shown,
    ),
    Action(
        "appoint",
        _l("Put a new owner in place"),
        _l("The login of the present owner ends. The new one logs in with the code, by a slip that is shown next."),
        _appoint,
        applies=_registered,
        asks=(
            Ask("name", _l("Name of the new owner"), "line", most=60),
            Ask("phone", _l("Telephone"), "line", most=20),
            Ask("reason", _l("Why, and what was looked at"), hint=_l("For example a letter with the seal")),
        ),
        answer=_shown,
        grave=True,
    ),
)
