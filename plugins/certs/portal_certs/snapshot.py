"""What a document says, frozen when it is issued. Later changes of name, employer or rules change no document."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from portal.kit import (
    MAJOR,
    PUBLIC,
    Credit,
    Learner,
    Photo,
    Plan,
    RuleSet,
    clock,
    current_settings,
    divisions,
    document_variables,
    formats,
    people,
    plugin_setting,
)
from portal_certs import numbering, patterns

_BRACKETS = re.compile(r"[（(].*?[）)]")


@dataclass(frozen=True)
class Office:
    """The site that issues, as its settings stand at this moment."""

    name: str
    site: str
    address: str
    prefix: str
    pattern: patterns.Pattern
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
            pattern=patterns.parse(plugin_setting("certs", "pattern")),
            seal=plugin_setting("certs", "seal") or _BRACKETS.sub("", settings.site_office),
            whole_ids=plugin_setting("certs", "whole_ids"),
            specimen=settings.mode == "demo",
        )


class Course(BaseModel):
    """One course as it was studied. `hours` in hundredths; `kind` major | public. `earned_on` only in proofs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    kind: str
    hours: int
    year: int
    earned_on: date | None = None


class Snapshot(BaseModel):
    """Everything a document prints but its number. `id_shown` is masked unless the site prints whole ID numbers.

    A proof has no project, no rules and no photo; its `year` is that of its newest hours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    id_kind: str
    id_shown: str
    employer: str
    division_code: str
    division: str
    project: str = ""
    year: int
    courses: tuple[Course, ...]
    rules: str = ""
    office: str
    site: str
    address: str
    seal: str
    specimen: bool
    issued_on: date
    photo_key: str = ""
    photo_sha256: str = ""
    more: dict[str, str] = {}  # what other plugins' variables said, by key

    def hours(self, kind: str = "") -> int:
        """Hours of one kind, or of all, in hundredths."""
        return sum(course.hours for course in self.courses if kind in ("", course.kind))

    @property
    def years(self) -> str:
        """The years its hours belong to: "2026" or "2024–2026"."""
        first, last = min(course.year for course in self.courses), max(course.year for course in self.courses)
        return str(last) if first == last else f"{first}–{last}"

    @property
    def major(self) -> int:
        return self.hours(MAJOR)

    @property
    def public(self) -> int:
        return self.hours(PUBLIC)


def of_plan(
    session: Session, plan: Plan, photo: Photo | None, office: Office, now: datetime, asked: Collection[str] = ()
) -> Snapshot:
    """A completed plan as its certificate says it, with the employer of this moment.

    `asked` are the names its layout uses: only those of other plugins' variables are read.
    """
    return Snapshot(
        **_person(session, plan.learner, office, now),
        project=plan.title,
        year=plan.year,
        courses=tuple(_courses(plan)),
        rules=str(session.get_one(RuleSet, plan.rule_set_id)),
        photo_key=photo.storage_key if photo else "",
        photo_sha256=photo.sha256 if photo else "",
        more={one.key: one.read(session, plan) for one in document_variables() if one.key in asked},
    )


def of_credits(
    session: Session, learner: Learner, credits_: Sequence[Credit], office: Office, now: datetime
) -> Snapshot:
    """Hours of the ledger as a proof says them, the oldest year first."""
    ordered = sorted(credits_, key=lambda credit: (credit.year, credit.kind, credit.earned_at, credit.id))
    return Snapshot(
        **_person(session, learner, office, now),
        year=max(credit.year for credit in ordered),
        courses=tuple(
            Course(
                title=credit.title,
                kind=credit.kind,
                hours=credit.hours,
                year=credit.year,
                earned_on=clock.today(credit.earned_at),
            )
            for credit in ordered
        ),
    )


def _person(session: Session, learner: Learner, office: Office, now: datetime) -> dict[str, Any]:
    """The holder and the office, which every document names."""
    today = clock.today(now)
    employment = people.present_employment(learner)
    place = divisions.resolve(session, learner.division_code, today)
    return {
        "name": learner.name,
        "id_kind": learner.id_kind,
        "id_shown": _id_shown(learner, office),
        "employer": employment.employer_name if employment else "",
        "division_code": place.code,
        "division": divisions.full_name(session, place.code),
        "office": office.name,
        "site": office.site,
        "address": office.address,
        "seal": office.seal,
        "specimen": office.specimen,
        "issued_on": today,
    }


def _courses(plan: Plan) -> Iterable[Course]:
    for course in plan.courses:
        yield Course(title=course.title, kind=course.kind, hours=course.hours, year=course.year)


def _id_shown(learner: Learner, office: Office) -> str:
    return learner.id_number if office.whole_ids else formats.masked(learner.id_number)


def masked_name(name: str) -> str:
    """A name as strangers may see it: first and last character stay, of two characters the first."""
    if len(name) < 3:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
