"""学员集体报名模版: made for a class, its lists filled with the counties and classes of its project."""

from urllib.parse import quote as percent

from sqlalchemy.orm import Session

from portal.kit import Organisation, Template, TrainingClass, clock, template_workbook
from portal_group_reg import standing, terms
from portal_group_reg.roster import LAYOUT, TEMPLATE, Place

FILENAME = f"filename*=UTF-8''{percent(TEMPLATE['file'])}"


def workbook(session: Session, chosen: TrainingClass | None, organisation: Organisation | None = None) -> bytes:
    """The .xlsx for a class, or for every class that takes enrolments today."""
    places = terms.places(session, chosen.project_id) if chosen else _all_places(session)
    classes: dict[str, list[str]] = {}
    for place in places:
        names = classes.setdefault(place.county, [])
        if place.name not in names:
            names.append(place.name)
    sample = dict(TEMPLATE["sample"])
    if organisation:
        sample |= {"employer": organisation.name, "code": organisation.code}
    if chosen:
        sample |= {"county": chosen.division.name, "class": chosen.name}
    return template_workbook(
        Template(
            layout=LAYOUT,
            sheet=TEMPLATE["sheet"],
            advice=TEMPLATE["advice"],
            rules_sheet=TEMPLATE["rules_sheet"],
            rules=TEMPLATE["rules"],
            sample=sample,
            version=TEMPLATE["version"],
            lists={**TEMPLATE["lists"], "county": list(classes)},
            below=("class", "county", classes),
        )
    )


def _all_places(session: Session) -> list[Place]:
    projects = standing.open_projects(session, clock.today(clock.now()))
    return [place for one in sorted(projects) for place in terms.places(session, one)]
