"""The register of employers, searched while somebody types.

Names are found by any part of them through an index of their endings, so that an answer costs the same in a register
of a hundred and of a million.
"""

from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    delete,
    event,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from portal.people.contact import normal_employer
from portal.people.models import Organisation

SHORTEST, MOST = 2, 8
LOOKED_AT = 20_000  # endings that are read in the index for characters that do not stand together
NEAR = 2_000  # organisations among which the shortest names are chosen
_LAST = "\U0010ffff"
ENDING = 16  # characters of a name that are indexed from each place on


class OrganisationEnding(Model):
    """The name of an organisation from each of its characters on, so that any part of it is found by an index.

    Kept in step below whenever a name is written.
    """

    __tablename__ = "organisation_ending"
    __table_args__ = (Index("ix_organisation_ending_ending", "ending", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    # Compared byte by byte on both back ends, so that a beginning is a range.
    ending: Mapped[str] = mapped_column(String(ENDING).with_variant(String(ENDING, collation="C"), "postgresql"))


def search(session: Session, typed: str, most: int = MOST) -> list[Organisation]:
    """Approved employers whose name has the typed characters in their order; those that hold them together first.

    Nothing is found for fewer than two characters. At most two statements. No name is missed that holds them together,
    unless thousands do; scattered, their first one is looked at in the first `LOOKED_AT` places, the second one must
    stand within the `ENDING` characters from there.
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
    some = select(OrganisationEnding.organisation_id).where(*_begins(start)).limit(NEAR)
    query = select(Organisation).where(Organisation.state == "approved", Organisation.id.in_(some))
    if len(text) > ENDING:
        query = query.where(Organisation.name.contains(text, autoescape=True))
    return query.order_by(func.length(Organisation.name), Organisation.id)


def _scattered(text: str) -> Select[Any]:
    """Names with the characters in their order, among the first endings that begin with the first of them.

    Most are left out by the index alone. Of an ending that is cut off, what follows is looked for in the name.
    """
    each = select(OrganisationEnding.ending, OrganisationEnding.organisation_id)
    near = each.where(*_begins(text[0])).limit(LOOKED_AT).subquery()
    cut = func.length(near.c.ending) == ENDING
    fits = or_(_in_order(near.c.ending, text), and_(cut, _in_order(near.c.ending, text[:SHORTEST])))
    some = select(near.c.organisation_id).where(fits).limit(NEAR)
    query = select(Organisation).where(Organisation.state == "approved", Organisation.id.in_(some))
    query = query.where(_in_order(Organisation.name, text))
    return query.order_by(func.length(Organisation.name), Organisation.id)


def _in_order(column: Any, text: str) -> ColumnElement[bool]:
    """Whether these characters stand in a column in their order, whatever is between them."""
    said: ColumnElement[bool] = column.like("%".join(["", *map(_plain, text), ""]), escape="/")
    return said


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
