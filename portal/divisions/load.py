"""Brings the divisions of the country into the database. Safe to run at every upgrade."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.divisions.models import Division

FILE = Path(__file__).parent / "data/divisions.csv"


def read() -> Iterator[dict[str, Any]]:
    """Rows of the data file as columns of Division, parents and successors first."""
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {
                "code": row["code"],
                "name": row["name"],
                "parent_code": row["parent"] or None,
                "level": row["level"],
                "zone": row["zone"] == "1",
                "valid_from": _day(row["valid_from"]),
                "valid_to": _day(row["valid_to"]),
                "successor_code": row["successor"] or None,
            }


def load(session: Session) -> int:
    """Adds what is missing and closes what was given up; what staff changed otherwise stays. Returns rows written."""
    open_codes = dict(session.execute(select(Division.code, Division.valid_to.is_(None))).all())
    rows = list(read())
    missing = [row for row in rows if row["code"] not in open_codes]
    if missing:
        session.execute(insert(Division.__table__), missing)  # mapped rows would be split by their empty columns
    given_up = [row for row in rows if row["valid_to"] and open_codes.get(row["code"])]
    for row in given_up:
        session.execute(
            update(Division)
            .where(Division.code == row["code"])
            .values(valid_to=row["valid_to"], successor_code=row["successor_code"])
        )
    return len(missing) + len(given_up)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
