"""What a document says, frozen when it is issued. Later changes of name, employer or rules change no document."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from portal.kit import (
    MAJOR,
    PUBLIC,
    Learner,
    Photo,
    Plan,
    RuleSet,
    clock,
    current_settings,
    divisions,
    formats,
    people,
    plugin_setting,
)
from portal_certs import numbering

_BRACKETS = re.compile(r"[（(].*?[）)]")


@dataclass(frozen=True)
class Office:
    """The site that issues, as its settings stand at this moment."""

    name: str
    site: str
    address: str
    prefix: str
    seal: str
    whole_ids: bool
    specimen: bool

    @classmethod
    def current(cls) -> "Office":
        """From the settings of the running application."""
        settings = current_settings()
        return cls(
            name=settings.site_office,
            site=settings.site_name,
            address=settings.address,
            prefix=plugin_setting("certs", "prefix") or numbering.prefix_of(settings.home_division),
            seal=plugin_setting("certs", "seal") or _BRACKETS.sub("", settings.site_office),
            whole_ids=plugin_setting("certs", "whole_ids"),
            specimen=settings.mode == "demo",
        )


class Course(BaseModel):
    """One course as it was studied. `hours` in hundredths; `kind` major | public."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    kind: str
    hours: int


class Snapshot(BaseModel):
    """Everything a document prints but its number. `id_shown` is masked unless the site prints whole ID numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    id_kind: str
    id_shown: str
    employer: str
    division_code: str
    division: str
    project: str
    year: int
    courses: tuple[Course, ...]
    rules: str
    office: str
    site: str
    address: str
    seal: str
    specimen: bool
    issued_on: date
    photo_key: str = ""
    photo_sha256: str = ""

    def hours(self, kind: str = "") -> int:
        """Hours of one kind, or of all, in hundredths."""
        return sum(course.hours for course in self.courses if kind in ("", course.kind))

    @property
    def major(self) -> int:
        return self.hours(MAJOR)

    @property
    def public(self) -> int:
        return self.hours(PUBLIC)


def of_plan(session: Session, plan: Plan, photo: Photo | None, office: Office, now: datetime) -> Snapshot:
    """A completed plan as its certificate says it, with the employer of this moment."""
    learner, today = plan.learner, clock.today(now)
    employment = people.present_employment(learner)
    place = divisions.resolve(session, learner.division_code, today)
    rule_set = session.get_one(RuleSet, plan.rule_set_id)
    return Snapshot(
        name=learner.name,
        id_kind=learner.id_kind,
        id_shown=_id_shown(learner, office),
        employer=employment.employer_name if employment else "",
        division_code=place.code,
        division=divisions.full_name(session, place.code),
        project=plan.title,
        year=plan.year,
        courses=tuple(_courses(plan)),
        rules=str(rule_set),
        office=office.name,
        site=office.site,
        address=office.address,
        seal=office.seal,
        specimen=office.specimen,
        issued_on=today,
        photo_key=photo.storage_key if photo else "",
        photo_sha256=photo.sha256 if photo else "",
    )


def _courses(plan: Plan) -> Iterable[Course]:
    for course in plan.courses:
        yield Course(title=course.title, kind=course.kind, hours=course.hours)


def _id_shown(learner: Learner, office: Office) -> str:
    return learner.id_number if office.whole_ids else formats.masked(learner.id_number)


def masked_name(name: str) -> str:
    """A name as strangers may see it: first and last character stay, of two characters the first."""
    if len(name) < 3:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
