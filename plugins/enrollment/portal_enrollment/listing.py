"""Rows of the list of specialties: what each offers this year and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kit import MAJOR, Offer, Project, Room, Rules, Specialty, catalogue, choice


@dataclass(frozen=True)
class Row:
    """A specialty with its latest project. Hours in hundredths, prices in fen."""

    specialty: Specialty
    project: Project | None
    courses: int
    hours: int
    cheapest: int
    dearest: int
    room: Room | None
    state: str  # open | early | closed | none | few | full

    @property
    def free(self) -> int:
        return (self.room and self.room.free) or 0


def rows(session: Session, specialties: Sequence[Specialty], today: date) -> list[Row]:
    """Rows in the given order. Three statements however many there are."""
    projects = catalogue.newest_projects(session, [one.id for one in specialties])
    offers = catalogue.major_offers(session, projects.values())
    room = catalogue.room(session, [project.id for project in projects.values()])
    return [_row(one, projects.get(one.id), offers, room, today) for one in specialties]


def _row(
    specialty: Specialty,
    project: Project | None,
    offers: dict[int, list[Offer]],
    rooms: dict[int, Room],
    today: date,
) -> Row:
    if project is None:
        return Row(specialty, None, 0, 0, 0, 0, None, "none")
    mine = offers[project.id]
    cheapest, dearest = price_range(mine, project.rule_set.rules)
    hours = sum(offer.course.hours for offer in mine)
    room = rooms.get(project.id)
    return Row(specialty, project, len(mine), hours, cheapest, dearest, room, _state(project, room, today))


def price_range(offers: Sequence[Offer], rules: Rules) -> tuple[int, int]:
    """What the cheapest sufficient choice costs, and what all courses together cost."""
    majors = [offer for offer in offers if offer.course.kind == MAJOR]
    dearest = choice.price(majors, rules)
    found = choice.fill(majors, (), _majors_only(rules))
    if found is None:
        return dearest, dearest
    kept = choice.preset(majors) | {offer.course.id for offer in found.offers}
    return choice.price([offer for offer in majors if offer.course.id in kept], rules), dearest


def _majors_only(rules: Rules) -> Rules:
    need = {kind: hours for kind, hours in rules.project_hours.items() if kind == MAJOR}
    return rules.model_copy(update={"project_hours": need})


def _state(project: Project, room: Room | None, today: date) -> str:
    if not catalogue.is_open(project, today):
        return "early" if today < project.opens_on else "closed"
    if room is None or room.free is None or room.free > catalogue.FEW:
        return "open"
    return "few" if room.free else "full"
