"""The divisions a person of the served city can choose from."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.divisions import service as divisions
from portal.divisions.models import Division


def choices(session: Session, home: str, today: date) -> list[Division]:
    """The city itself (for employers of the city level), then its counties, then its zones.

    :raises NotFound: the division served is unknown.
    """
    return [divisions.get(session, home), *divisions.children(session, home, today)]


def standing(session: Session, home: str, today: date) -> dict[str, str]:
    """Every code that a county of the served city ever had, with the one to choose for it today. Two statements.

    The city's own code is left out: its authority registers organisations of all counties.
    """
    rows = session.execute(
        select(Division.code, Division.successor_code).where(Division.code.in_(divisions.below(home)))
    )
    after = {code: successor for code, successor in rows if code != home}
    offered = {place.code for place in divisions.children(session, home, today)}
    found = {}
    for code in after:
        last: str | None = code
        for _step in after:  # as many steps as there are codes: a circle of successors ends too
            if last is None or last in offered:
                break
            last = after.get(last)
        if last in offered:
            found[code] = last
    return found
