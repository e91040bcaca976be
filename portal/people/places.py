"""The divisions a person of the served city can choose from."""

from datetime import date

from sqlalchemy.orm import Session

from portal.divisions import service as divisions
from portal.divisions.models import Division


def choices(session: Session, home: str, today: date) -> list[Division]:
    """The city itself (for employers of the city level), then its counties, then its zones.

    :raises NotFound: the division served is unknown.
    """
    return [divisions.get(session, home), *divisions.children(session, home, today)]
