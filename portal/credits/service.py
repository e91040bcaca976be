"""Earning and taking back hours. The only writer of the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, union_all, update
from sqlalchemy.orm import Session

from portal import db
from portal.credits.models import Credit, OutsideActivity
from portal.db import fill
from portal.divisions import following
from portal.people.models import Employment, Learner


def earn(
    session: Session,
    *,
    learner_id: int,
    year: int,
    kind: str,
    hours: int,
    title: str,
    source: str,
    employer_name: str,
    now: datetime,
    course_id: int | None = None,
    plan_id: int | None = None,
) -> Credit:
    """Books hours (hundredths) once: a live credit of the same course and year is returned as it stands."""
    if course_id is not None:
        live: Credit | None = session.scalar(
            select(Credit).where(
                Credit.learner_id == learner_id,
                Credit.course_id == course_id,
                Credit.year == year,
                Credit.reversed_by.is_(None),
                Credit.hours > 0,
            )
        )
        if live is not None:
            return live
    credit = Credit(
        learner_id=learner_id,
        year=year,
        kind=kind,
        hours=hours,
        title=title,
        source=source,
        employer_name=employer_name,
        earned_at=now,
        course_id=course_id,
        plan_id=plan_id,
    )
    session.add(credit)
    session.flush()
    return credit


@dataclass(frozen=True)
class Brought:
    """Hours (hundredths) of one year and kind that come from another platform. `reference`: its document's number."""

    learner_id: int
    year: int
    kind: str
    hours: int
    title: str
    employer_name: str
    reference: str | None = None


def brought(session: Session, learner_ids: Sequence[int]) -> dict[tuple[int, int, str], int]:
    """Live hours from other platforms by (learner, year, kind): what must not be brought again."""
    rows = session.execute(
        select(Credit.learner_id, Credit.year, Credit.kind, Credit.hours).where(
            db.among(Credit.learner_id, learner_ids),
            Credit.source == "import",
            Credit.reversed_by.is_(None),
            Credit.hours > 0,
        )
    )
    return {(row.learner_id, row.year, row.kind): row.hours for row in rows}


def bring(session: Session, entries: Sequence[Brought], now: datetime) -> None:
    """Books many entries in two statements. The caller has left out what `brought` knows."""
    if entries:
        places = following.places(session, Learner, (one.learner_id for one in entries))
        same = {"source": "import", "earned_at": now}
        rows = [{**vars(one), "division_code": places[one.learner_id], **same} for one in entries]
        fill(session, Credit, rows)


def reverse(session: Session, credit: Credit, now: datetime) -> Credit:
    """Takes a credit back by a counter-row; the old row stays and points to it. Twice is once."""
    if credit.reversed_by is not None:
        return session.get_one(Credit, credit.reversed_by)
    counter = Credit(
        learner_id=credit.learner_id,
        year=credit.year,
        kind=credit.kind,
        hours=-credit.hours,
        title=credit.title,
        source=credit.source,
        employer_name=credit.employer_name,
        earned_at=now,
        course_id=credit.course_id,
        plan_id=credit.plan_id,
    )
    session.add(counter)
    session.flush()
    credit.reversed_by = counter.id
    return counter


def hand_over(session: Session, learner_id: int, into_id: int) -> None:
    """All entries of one account become another's of the same person; hours, years and ids stay as they are.

    What both had must have been reversed before: live hours of a course and year stand once.
    """
    for model in (Credit, OutsideActivity):
        session.execute(update(model).where(model.learner_id == learner_id).values(learner_id=into_id))
        following.settle(session, model, model.learner_id == into_id)


def totals(session: Session, learner_id: int, year: int) -> dict[str, int]:
    """Hours (hundredths) per kind that count for a year."""
    rows = session.execute(
        select(Credit.kind, func.sum(Credit.hours))
        .where(Credit.learner_id == learner_id, Credit.year == year)
        .group_by(Credit.kind)
    )
    return {kind: int(hours) for kind, hours in rows if hours}


def by_year(session: Session, learner_id: int) -> tuple[dict[int, dict[str, int]], int]:
    """`totals` of every year with hours, and the claimed hours (hundredths) that wait for the office. One statement."""
    earned = select(Credit.year, Credit.kind, func.sum(Credit.hours), literal(False)).group_by(Credit.year, Credit.kind)
    waiting = select(OutsideActivity.year, OutsideActivity.kind, OutsideActivity.hours, literal(True))
    open_ones = waiting.where(OutsideActivity.learner_id == learner_id, OutsideActivity.state == "open")
    found: dict[int, dict[str, int]] = {}
    claimed = 0
    for year, kind, hours, waits in session.execute(
        union_all(earned.where(Credit.learner_id == learner_id), open_ones)
    ):
        if waits:
            claimed += hours
        elif hours:
            found.setdefault(year, {})[kind] = int(hours)
    return found, claimed


def counted(session: Session, learner_ids: Iterable[int], course_ids: Iterable[int]) -> set[tuple[int, int]]:
    """(learner, course) whose hours stand in the ledger: nobody pays for them again. One statement."""
    query = select(Credit.learner_id, Credit.course_id).where(
        db.among(Credit.learner_id, set(learner_ids)),
        Credit.course_id.in_(set(course_ids)),
        Credit.reversed_by.is_(None),
        Credit.hours > 0,
    )
    return {(learner_id, course_id) for learner_id, course_id in session.execute(query) if course_id is not None}


def live(session: Session, learner_id: int, years: Iterable[int] = ()) -> list[Credit]:
    """Credits that stand, newest first."""
    query = select(Credit).where(Credit.learner_id == learner_id, Credit.reversed_by.is_(None), Credit.hours > 0)
    if years := tuple(years):
        query = query.where(Credit.year.in_(years))
    return list(session.scalars(query.order_by(Credit.id.desc())))


def employer_at(session: Session, learner_id: int, moment: datetime) -> str:
    """The employer's name at that moment, as the ledger keeps it; "" when none is on file."""
    query = (
        select(Employment.employer_name)
        .where(Employment.learner_id == learner_id, Employment.valid_from <= moment)
        .where(Employment.valid_to.is_(None) | (Employment.valid_to > moment))
        .order_by(Employment.id.desc())
        .limit(1)
    )
    return session.scalar(query) or ""
