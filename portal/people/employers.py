"""The register of employers, searched while somebody types."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from portal.people.contact import normal_employer
from portal.people.models import Organisation

SHORTEST, MOST = 2, 8


def search(session: Session, typed: str, most: int = MOST) -> list[Organisation]:
    """Approved employers whose name has the typed characters in their order; those that hold them together first.

    Nothing is found for fewer than two characters.
    """
    text = normal_employer(typed)[:40]
    if len(text) < SHORTEST:
        return []
    together = Organisation.name.contains(text, autoescape=True)
    scattered = Organisation.name.like("%".join(["", *map(_plain, text), ""]), escape="/")
    query = select(Organisation).where(Organisation.state == "approved", scattered)
    order = (case((together, 0), else_=1), func.length(Organisation.name), Organisation.id)
    return list(session.scalars(query.order_by(*order).limit(most)))


def matching(session: Session, name: str, organisation_id: int | None = None) -> Organisation | None:
    """The approved employer of exactly this name; of several, the one that was picked, else none."""
    query = select(Organisation).where(Organisation.state == "approved", Organisation.name == name)
    found = list(session.scalars(query.limit(MOST)))
    if len(found) == 1:
        return found[0]
    return next((one for one in found if one.id == organisation_id), None)


def _plain(character: str) -> str:
    return f"/{character}" if character in "%_/" else character
