"""The register of employers, searched while somebody types.

Names are found by any part of them through an index of their endings, so that an answer costs the same in a register
of a hundred and of a million.
"""

from typing import Any

from sqlalchemy import Connection, Select, delete, event, func, insert, select
from sqlalchemy.orm import Mapper, Session

from portal.people.contact import normal_employer
from portal.people.models import ENDING, Organisation, OrganisationEnding

SHORTEST, MOST = 2, 8
LOOKED_AT = 20_000  # endings that are read for characters that do not stand together
_LAST = "\U0010ffff"


def search(session: Session, typed: str, most: int = MOST) -> list[Organisation]:
    """Approved employers whose name has the typed characters in their order; those that hold them together first.

    Nothing is found for fewer than two characters. At most two statements.
    """
    text = normal_employer(typed)[:40]
    if len(text) < SHORTEST:
        return []
    found: list[Organisation] = list(session.scalars(_together(text).limit(most)))
    if len(found) < most:
        known = {one.id for one in found}
        scattered = session.scalars(_scattered(text).limit(most)).all()
        found += [one for one in scattered if one.id not in known][: most - len(found)]
    return found


def matching(session: Session, name: str, organisation_id: int | None = None) -> Organisation | None:
    """The approved employer of exactly this name; of several, the one that was picked, else none."""
    query = select(Organisation).where(Organisation.state == "approved", Organisation.name == name)
    found = list(session.scalars(query.limit(MOST)))
    if len(found) == 1:
        return found[0]
    return next((one for one in found if one.id == organisation_id), None)


def endings(name: str) -> list[str]:
    """What is kept of a name: its next characters from each place on; the last one alone finds nobody."""
    return [name[at : at + ENDING] for at in range(max(len(name) - 1, 1))]


def _together(text: str) -> Select[Any]:
    """Names with the text in one piece, the shortest of the first hundreds first."""
    start = text[:ENDING]
    some = select(OrganisationEnding.organisation_id).where(*_begins(start)).limit(LOOKED_AT // 10)
    query = select(Organisation).where(Organisation.state == "approved", Organisation.id.in_(some))
    if len(text) > ENDING:
        query = query.where(Organisation.name.contains(text, autoescape=True))
    return query.order_by(func.length(Organisation.name), Organisation.id)


def _scattered(text: str) -> Select[Any]:
    """Names with the characters in their order, among so many that begin with the first one somewhere."""
    near = select(OrganisationEnding.organisation_id).where(*_begins(text[0])).limit(LOOKED_AT).subquery()
    pattern = "%".join(["", *map(_plain, text), ""])
    query = select(Organisation).where(Organisation.state == "approved", Organisation.name.like(pattern, escape="/"))
    query = query.where(Organisation.id.in_(select(near.c.organisation_id)))
    return query.order_by(func.length(Organisation.name), Organisation.id)


def _begins(text: str) -> tuple[Any, ...]:
    return OrganisationEnding.ending >= text, OrganisationEnding.ending < text + _LAST


def _plain(character: str) -> str:
    return f"/{character}" if character in "%_/" else character


@event.listens_for(Organisation, "after_insert")
@event.listens_for(Organisation, "after_update")
def _keep(_mapper: Mapper[Organisation], connection: Connection, organisation: Organisation) -> None:
    """Writes the endings anew, whoever writes the organisation: a screen, a service, a plugin."""
    connection.execute(delete(OrganisationEnding).where(OrganisationEnding.organisation_id == organisation.id))
    rows = [{"organisation_id": organisation.id, "ending": ending} for ending in endings(organisation.name)]
    connection.execute(insert(OrganisationEnding), rows)
