"""人员: learners and organisations."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.people import claims, codes, login_names, organisation_codes, slip_views
from portal.people.models import Learner, Organisation
from portal.settings import current_settings
from portal.staff import shapes
from portal.staff.actions import WHY, Action
from portal.staff.claims import column, reviewed, taken
from portal.staff.core import doubts, owners, registrations, words
from portal.staff.core.merging import MERGE
from portal.staff.screens import Column, Field, Filter, Find, Part, Screen
from portal.staff.shapes import CLIP, CODE, MASKED, MOMENT, PHONE, Shape
from portal.types import Problem
from portal.web import formats

# Masked on the page, in exports and in REST, like the numbers.
EMAIL = Shape(formats.masked_email, lambda value: formats.masked_email(value) if value else "", formats.masked_email)


def by_id_number(text: str) -> tuple[str, ...]:
    """What the index holds for the number of an ID, of whichever kind, that somebody typed; also a doubtful one."""
    return (*login_names.indexes(text, login_names.OF_IDS), *claims.all_marks(text))


def by_phone(text: str) -> tuple[str, ...]:
    """What the index holds for a mobile number somebody typed."""
    return tuple(login_names.indexes(text, ("phone",)))


def make_slip(session: Session, row: Learner, said: Mapping[str, Any], actor_id: int, now: datetime) -> str:
    """A fresh code for a slip."""
    return codes.issue(session, row.account_id, codes.SLIP, now, made_by=actor_id, reason=said["reason"])


def show_slip(row: Learner, code: str, rows: str) -> Response:
    """The slip, to be printed; its code is shown this once."""
    return slip_views.printed(slip_views.holder_of(row), code, current_settings().site_office, rows)


SLIP = Action(
    "slip",
    _l("Print a slip"),
    _l("The slip opens this account. Hand it only to this person, after looking at their ID. Earlier slips end."),
    make_slip,
    applies=lambda row: row.account.active,
    asks=(WHY,),
    answer=show_slip,
)


class Learners(Screen):
    """Names and numbers are corrected by request, never here."""

    key = "learners"
    model = Learner
    title = _l("Learners")
    menu = "people"
    scope = "division_code"
    personal = True
    weight = 10
    columns = (
        Column("name", _l("Name"), sort=True),
        Column("id_number", _l("ID number"), MASKED),
        Column("phone", _l("Mobile number"), PHONE),
        Column("email", _l("E-mail"), EMAIL),
        Column("division", _l("Division"), path="division.name"),
        Column("title_series", _l("Title series")),
        Column("title_level", _l("Title level")),
        Column("source", _l("Origin"), shapes.words(words.REGISTERED)),
        Column("created_at", _l("Registered"), MOMENT),
    )
    detail = (
        *columns[:1],
        Column("id_kind", _l("Kind of ID"), words.ID_KIND),
        *columns[1:],
        Column("in_doubt", _l("ID number in doubt"), shapes.YES_NO),
        doubts.FIRST,
        Column("survivor", _l("Joined to"), path="survivor.name"),
    )
    parts = (
        Part(
            "employments",
            _l("Employers"),
            (
                Column("employer_name", _l("Employer"), CLIP),
                Column("division", _l("Division"), path="division.name"),
                Column("valid_from", _l("From"), MOMENT),
                Column("valid_to", _l("Until"), MOMENT),
            ),
        ),
    )
    find = (
        Find("name"),
        Find("id_index", index=by_id_number, label=_l("ID number")),
        Find("phone_index", index=by_phone, label=_l("Mobile number")),
        Find("employments.employer_name", label=_l("Employer")),
    )
    filters = (
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("source", _l("Origin"), choices=words.REGISTERED),
        Filter("number", _l("ID number in doubt"), "choice", "in_doubt", doubts.CHOICES),
    )
    waits = {"number": "true"}
    fields = (
        Field("title_series", _l("Title series")),
        Field("title_level", _l("Title level")),
    )
    actions = (SLIP, MERGE, *doubts.ACTIONS)
    add = False
    empty = _l("Learners appear here when they register or are imported.")


class Organisations(Screen):
    """Employers; one that registered itself waits here for its review."""

    key = "organisations"
    model = Organisation
    title = _l("Organisations")
    menu = "people"
    scope = "division_code"
    weight = 20
    columns = (
        Column("name", _l("Full name"), CLIP, sort=True),
        Column("code", _l("Credit code"), CODE, sort=True),
        Column("division", _l("Division"), path="division.name"),
        Column("contact_name", _l("Contact")),
        Column("contact_phone", _l("Telephone"), PHONE),
        Column("state", _l("State"), words.ORGANISATION_STATE),
        column(model, key),
        Column("created_at", _l("Entered"), MOMENT),
    )
    parts = (owners.CLERKS, registrations.HISTORY)
    find = (Find("name"), Find("code"))
    filters = (
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("state", _l("State"), choices=words.choices(words.ORGANISATION_STATES)),
        Filter("review", _l("Registration"), "choice", "applications.state", words.choices(registrations.STATES)),
        taken(model, key),
    )
    waits = {"state": "pending"}
    fields = (
        Field("name", _l("Full name"), _l("As it stands on the certificate of registration")),
        Field("code", _l("Credit code"), _l("18 characters; it cannot be changed later"), once=True),
        Field("division_code", _l("Division")),
        Field("contact_name", _l("Contact"), personal=True),
        Field("contact_phone", _l("Telephone"), personal=True),
    )
    actions = (*reviewed(key, *registrations.ACTIONS), *owners.ACTIONS)
    empty = _l("Organisations appear here when they register or when you add one.")

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """The code must be one of its kind."""
        if fault := organisation_codes.problem(row.code_kind or "credit_code", row.code):
            yield Problem(fault, "code")


SCREENS = (Learners, Organisations)
