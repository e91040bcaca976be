"""The divisions a person of the served city can choose from."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.divisions.models import Division


def choices(session: Session, home: str, today: date) -> list[Division]:
    """The city itself (employers of the city level), its counties, then its zones; abolished ones are left out."""
    valid = or_(Division.valid_to.is_(None), Division.valid_to >= today)
    query = select(Division).where(or_(Division.code == home, Division.parent_code == home), valid)
    return sorted(session.scalars(query), key=lambda place: (place.code != home, place.zone, place.code))
