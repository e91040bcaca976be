"""Whether a specialty of the list can be enrolled in today."""

from datetime import date

from portal.kit import NewestProject, catalogue


def state(project: NewestProject | None, today: date) -> str:
    """none | early | closed | open | few | full: what the list says of a specialty."""
    if project is None:
        return "none"
    if not catalogue.is_open(project, today):
        return "early" if today < project.opens_on else "closed"
    if project.free is None or project.free > catalogue.FEW:
        return "open"
    return "few" if project.free else "full"
