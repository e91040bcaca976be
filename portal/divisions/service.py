"""Reading the tree of divisions: who took over whom, what lies below, and the full name.

Codes are GB/T 2260. Every walk is one recursive statement, so its cost does not grow with the depth.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, and_, literal, or_, select
from sqlalchemy.orm import Session, aliased

from portal.divisions.models import Division
from portal.errors import NotFound


def get(session: Session, code: str) -> Division:
    """The division of that code, valid today or not. :raises NotFound: no such code."""
    found = session.get(Division, code)
    if found is None:
        raise NotFound(f"division {code}")
    return found


def resolve(session: Session, code: str, on: date) -> Division:
    """The division that stands for a code on a day: old codes lead to whoever took over.

    A division without successor stands for itself even after its end, so that no record loses its place.

    :raises NotFound: no such code.
    """
    division = get(session, code)
    seen = {division.code}
    while division.successor_code and ended(division, on):
        if division.successor_code in seen:
            break
        division = get(session, division.successor_code)
        seen.add(division.code)
    return division


def ended(division: Division, on: date) -> bool:
    """Whether another division had taken its place by that day. `valid_to` is its last day."""
    if division.valid_to is None:
        return division.successor_code is not None
    return division.valid_to < on


def children(session: Session, code: str, on: date) -> list[Division]:
    """Divisions directly below one that stand on that day, by code; zones come last."""
    query = (
        select(Division)
        .where(Division.parent_code == code)
        .where(or_(Division.valid_from.is_(None), Division.valid_from <= on))
        .where(or_(Division.valid_to >= on, and_(Division.valid_to.is_(None), Division.successor_code.is_(None))))
        .order_by(Division.zone, Division.code)
    )
    return list(session.scalars(query))


def descendants(session: Session, code: str) -> set[str]:
    """The codes of a division and of everything below it, old codes included: what a scope covers."""
    return set(session.scalars(below(code)))


def below(code: str) -> Select[tuple[str]]:
    """What `descendants` reads, as a part of another statement."""
    tree = select(Division.code).where(Division.code == code).cte(recursive=True)
    tree = tree.union(select(Division.code).join(tree, Division.parent_code == tree.c.code))
    return select(tree.c.code)


def ancestors(session: Session, code: str) -> list[Division]:
    """A division, its parent, the parent's parent, up to the province. Empty for an unknown code."""
    tree = select(Division.code, Division.parent_code, literal(0).label("step")).where(Division.code == code)
    path = tree.cte(recursive=True)
    above = aliased(Division)
    path = path.union_all(
        select(above.code, above.parent_code, path.c.step + 1).join(path, above.code == path.c.parent_code)
    )
    query = select(Division).join(path, path.c.code == Division.code).order_by(path.c.step)
    return list(session.scalars(query))


def above_all(session: Session, codes: Sequence[str]) -> str | None:
    """The nearest division that holds all of these; one code stands for itself. None: there is no such division."""
    if len(codes) < 2:
        return next(iter(codes), None)
    paths = [[division.code for division in ancestors(session, code)] for code in codes]
    return next((code for code in paths[0] if all(code in path for path in paths)), None)


def full_name(session: Session, code: str) -> str:
    """All names from the province down, as addresses write them: 河北省唐山市丰润区.

    :raises NotFound: no such code.
    """
    names = [division.name for division in ancestors(session, code)]
    if not names:
        raise NotFound(f"division {code}")
    return "".join(reversed(names))


def names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Short names of many divisions in one statement; unknown codes are left out."""
    rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(codes)))
    return {row.code: row.name for row in rows}
