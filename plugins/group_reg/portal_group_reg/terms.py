"""What a roster is judged by: classes and counties of today, its project, and whose it is. Read-only."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit import (
    Division,
    Offer,
    Organisation,
    Project,
    TrainingClass,
    catalogue,
    choice,
    clock,
    current_settings,
    divisions,
)
from portal_group_reg import roster, standing
from portal_group_reg.models import Batch
from portal_group_reg.roster import Place


@dataclass(frozen=True)
class Terms:
    """Both halves of the judgement: what a row must say, and what may be told about its person."""

    rows: roster.Terms
    people: standing.Terms


def of_batch(session: Session, batch: Batch) -> Terms:
    """The terms of a roster on its way."""
    return of_class(session, batch.training_class, batch.organisation, batch.order_id or 0)


def of_class(
    session: Session, chosen: TrainingClass | None, organisation: Organisation | None = None, changing: int = 0
) -> Terms:
    """The terms of a class's project; without a class those of any project that takes enrolments today."""
    today = clock.today(clock.now())
    projects = frozenset([chosen.project_id]) if chosen else standing.open_projects(session, today)
    rows = roster.Terms(
        today=today,
        counties=counties(session),
        places=tuple(places(session, chosen.project_id)) if chosen else (),
        employer=organisation.name if organisation else "",
        code=organisation.code if organisation else "",
    )
    return Terms(rows, standing.Terms(organisation, projects, changing))


def counties(session: Session) -> frozenset[str]:
    """Names a row may give for a county: all divisions of the site, old ones too."""
    codes = divisions.descendants(session, current_settings().home_division)
    return frozenset(session.scalars(select(Division.name).where(Division.code.in_(codes))))


def places(session: Session, project_id: int) -> list[Place]:
    """Every class of a project by county and name. One statement."""
    query = (
        select(TrainingClass.id, Division.name, TrainingClass.name)
        .join(Division, Division.code == TrainingClass.division_code)
        .where(TrainingClass.project_id == project_id)
        .order_by(Division.code, TrainingClass.id)
    )
    return [Place(*row) for row in session.execute(query)]


def offers(session: Session, project: Project) -> list[Offer]:
    """What people of this project can study."""
    return catalogue.courses_of(session, project)


def price(offered: list[Offer], courses: list[int], project: Project, had: Collection[int] = ()) -> int:
    """What a person costs with these courses, in fen; those whose hours they have already cost nothing."""
    taken = [offer for offer in offered if offer.course.id in set(courses) - set(had)]
    return choice.price(taken, project.rule_set.rules)
