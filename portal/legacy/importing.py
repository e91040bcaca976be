"""Bringing the old register over, a few hundred people per transaction.

Whoever is there already is left as they are; only hours they lack are added. So an import that was cut off is simply
started again, and a repaired file may hold rows that came over before.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db
from portal.credits import service as credits_
from portal.credits.service import Brought
from portal.divisions import service as divisions
from portal.divisions.models import Division
from portal.legacy import register
from portal.legacy.register import WORDS, Earned, Person
from portal.people import contact, newcomers, passwords
from portal.people.models import Learner
from portal.people.newcomers import Newcomer
from portal.sheets.checking import Line, Report
from portal.sheets.reading import Book
from portal.types import Problem

AT_ONCE = 500  # people per transaction: others can write in between
Progress = Callable[[int, int], None]


@dataclass
class Outcome:
    """What an import did, or in a dry run would do. `unproved`: rows of people who have no usable second fact."""

    report: Report
    people: int = 0
    added: int = 0
    known: int = 0
    credits: int = 0
    unproved: list[Line] = field(default_factory=list)


def unproved(outcome: Outcome) -> Report:
    """The rows of people without a second fact, each with what to do, to be written as a list."""
    hint = Problem(_l("No phone number of their own: they activate with a slip from the office."), "phone")
    return replace(outcome.report, lines=[replace(line, problems=(hint,)) for line in outcome.unproved])


def places(session: Session, home: str) -> dict[str, str]:
    """Codes of the served divisions by name and by code; names of old ones lead to whoever took over."""
    found: dict[str, str] = {}
    today = clock.today(clock.now())
    below = select(Division).where(Division.code.in_(divisions.descendants(session, home)))
    for one in sorted(session.scalars(below), key=lambda place: divisions.ended(place, today), reverse=True):
        code = divisions.resolve(session, one.code, today).code
        found[one.name] = found[one.code] = code
    return found


def bring_over(
    book: Book,
    home: str,
    now: datetime,
    *,
    dry: bool,
    anyway: bool = False,
    progress: Progress = lambda _done, _of: None,
) -> Outcome:
    """Reads, checks and writes a register. In a dry run, or while rows are wrong and not `anyway`, nothing is written.

    :raises Refused: the file holds no such table.
    """
    with uncollected():
        return _bring(book, home, now, dry, anyway, progress)


def _bring(book: Book, home: str, now: datetime, dry: bool, anyway: bool, progress: Progress) -> Outcome:
    with db.read() as session:
        report, people = register.read(book, places(session, home), clock.today(now))
        faults = _known_faults(session, people)
        report = replace(report, lines=[line.but(*faults.get(line.number, ())) for line in report.lines])
        people = [person for person in people if not any(line.number in faults for line in person.lines)]
        outcome = Outcome(report, people=len(people))
        newcomers_ = _proving(people)
        outcome.unproved = [person.lines[0] for person, one in zip(people, newcomers_, strict=True) if not one.phone]
    if dry or (report.bad and not anyway):
        with db.read() as session:
            for part in _parts(people, newcomers_):
                _count(session, outcome, *part)
        return outcome
    password_hash = passwords.digest(passwords.COMMON_INITIAL)
    for done, part in enumerate(_parts(people, newcomers_)):
        with db.write() as session:
            _write(session, outcome, *part, password_hash, home, now)
        progress(min((done + 1) * AT_ONCE, len(people)), len(people))
    return outcome


@contextmanager
def uncollected() -> Iterator[None]:
    """Rows and people stay until the end and hold no circles: looking through all of them for some, again and again
    while they grow more, would take a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


Part = tuple[Sequence[Person], Sequence[Newcomer]]


def _parts(people: Sequence[Person], fresh: Sequence[Newcomer]) -> Iterator[Part]:
    for start in range(0, len(people), AT_ONCE):
        yield people[start : start + AT_ONCE], fresh[start : start + AT_ONCE]


def _proving(people: Sequence[Person]) -> list[Newcomer]:
    """The people, without phones that several of them gave."""
    shared = newcomers.shared(person.newcomer for person in people)
    return [
        replace(person.newcomer, phone="") if person.newcomer.phone in shared else person.newcomer for person in people
    ]


def _known_faults(session: Session, people: Sequence[Person]) -> dict[int, list[Problem]]:
    """What the database says against rows: somebody else has the number, or other hours came over for the year."""
    faults: dict[int, list[Problem]] = {}
    for start in range(0, len(people), AT_ONCE):
        part = people[start : start + AT_ONCE]
        known = newcomers.known(session, [person.newcomer.index for person in part])
        hours = credits_.brought(session, [learner.id for learner in known.values()])
        for person in part:
            if learner := known.get(person.newcomer.index):
                for line, problem in _against(person, learner, hours):
                    faults.setdefault(line.number, []).append(problem)
    return faults


def _against(
    person: Person, learner: Learner, hours: dict[tuple[int, int, str], int]
) -> Iterator[tuple[Line, Problem]]:
    if contact.normal_name(learner.name) != person.newcomer.name:
        yield person.lines[0], Problem(_l("This ID number is registered here with another name."), "id_number")
    for entry, line in person.earned.values():
        booked = hours.get((learner.id, entry.year, entry.kind), entry.hours)
        if booked != entry.hours:
            sentence = _l("Other hours came over for %(year)s already: %(hours)s.", year=entry.year, hours=booked / 100)
            yield line, Problem(sentence, "year" if "year" in line.data else "hours")


def _count(session: Session, outcome: Outcome, people: Sequence[Person], fresh: Sequence[Newcomer]) -> None:
    known = newcomers.known(session, [one.index for one in fresh])
    outcome.known += len(known)
    outcome.added += len(people) - len(known)
    ids = {index: learner.id for index, learner in known.items()}
    outcome.credits += len(_missing(session, people, ids))


def _write(
    session: Session,
    outcome: Outcome,
    people: Sequence[Person],
    fresh: Sequence[Newcomer],
    password_hash: str,
    home: str,
    now: datetime,
) -> None:
    known = newcomers.known(session, [one.index for one in fresh])
    added = newcomers.add(session, [one for one in fresh if one.index not in known], password_hash, home, now)
    ids = {**{index: learner.id for index, learner in known.items()}, **added}
    entries = _missing(session, people, ids)
    credits_.bring(session, entries, now)
    outcome.known += len(known)
    outcome.added += len(added)
    outcome.credits += len(entries)


def _missing(session: Session, people: Sequence[Person], ids: dict[str, int]) -> list[Brought]:
    """Hours that are not in the ledger yet; of people who are not there yet, all."""
    booked = credits_.brought(session, list(ids.values()))
    found = []
    for person in people:
        learner_id = ids.get(person.newcomer.index, 0)
        for entry, _line in person.earned.values():
            if (learner_id, entry.year, entry.kind) not in booked:
                found.append(_brought(learner_id, entry, person.newcomer.employer))
    return found


def _brought(learner_id: int, entry: Earned, employer: str) -> Brought:
    title = WORDS["titles"][entry.kind]
    return Brought(learner_id, entry.year, entry.kind, entry.hours, title, employer, entry.reference)
