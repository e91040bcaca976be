"""The row of a player as plain values, with the lesson it plays and what of it is booked: one SELECT, one UPDATE each.

Every open player reports every ten seconds. Mapped objects would cost more than all the rest of a report.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, insert, select, update
from sqlalchemy.engine import Connection

from portal.access.sessions import Along
from portal.catalogue.models import Lesson
from portal.people.models import Learner
from portal.study.models import Interval, Progress, StudySession

Refusals = list[list[Any]]


@dataclass(slots=True)
class Player:
    """A StudySession: what stays is first, what reports change follows."""

    id: int
    token: str
    learner_id: int
    plan_course_id: int
    lesson_id: int
    check_every: int
    check_within: int
    reported_at: datetime
    paid_until: datetime
    merged_at: datetime
    position: int
    intervals: list[Interval]
    refused: Refusals
    closed_at: datetime | None
    close_reason: str
    unproven: int
    nonce: str | None
    asked_at: datetime | None
    answered: list[float]


@dataclass(frozen=True, slots=True)
class Length:
    """Of a Lesson, what reports ask."""

    id: int
    seconds: int
    kind: str
    pages: int


@dataclass(slots=True)
class Booked:
    """A Progress. Without `id` there is no row yet."""

    id: int | None
    intervals: list[Interval]
    seconds: int
    refused: Refusals
    position: int
    complete_at: datetime | None


Playing = tuple[Player, Length, Booked]
_PLAYER, _LENGTH, _BOOKED = ([field.name for field in fields(kind)] for kind in (Player, Length, Booked))
_CHANGING = _PLAYER[_PLAYER.index("reported_at") :]


def by_token(connection: Connection, learner_id: int, token: str) -> Playing | None:
    """A learner's player by its token, locked: nobody else changes it before the transaction ends."""
    return playing(connection.execute(_by_token(), {"token": token, "learner": learner_id}).first())


def latest(connection: Connection, learner_id: int) -> Playing | None:
    """A learner's newest player, locked."""
    return playing(connection.execute(_latest(), {"learner": learner_id}).first())


def silent(connection: Connection, since: datetime, limit: int) -> list[Playing]:
    """Open players that nobody has heard of since then, locked."""
    rows = connection.execute(_silent(), {"since": since, "limit": limit})
    return [found for row in rows if (found := playing(row))]


def save(connection: Connection, player: Player) -> None:
    """Writes a player that was read locked."""
    connection.execute(_saved(alone=False), _values(player))


def save_alone(connection: Connection, player: Player, paid_until: datetime, reported_at: datetime) -> bool:
    """Writes a player that was read without a lock; False, and nothing written, when it has changed since.

    Every report and every answer moves `reported_at`, and all that is credited moves `paid_until`.
    """
    read = {"was_paid": paid_until, "was_reported": reported_at}
    return connection.execute(_saved(alone=True), {**_values(player), **read}).rowcount == 1


def book(connection: Connection, player: Player, booked: Booked) -> None:
    """Writes what is booked of the lesson of this player."""
    values = {name: getattr(booked, name) for name in _BOOKED[1:]}
    if booked.id is None:
        lesson = {"plan_course_id": player.plan_course_id, "lesson_id": player.lesson_id}
        connection.execute(insert(Progress.__table__), {**values, **lesson})
    else:
        connection.execute(_rebooked(), {**values, "own": booked.id})


def playing(row: Sequence[Any] | None) -> Playing | None:
    """What was read of a player; None without one."""
    if row is None or row[0] is None:
        return None
    player, rest = Player(*row[: len(_PLAYER)]), row[len(_PLAYER) :]
    length, booked = Length(*rest[: len(_LENGTH)]), rest[len(_LENGTH) :]
    return player, length, Booked(*booked) if booked[0] is not None else Booked(None, [], 0, [], 0, None)


def _values(player: Player) -> dict[str, Any]:
    return {"own": player.id, **{name: getattr(player, name) for name in _CHANGING}}


# Built once: that takes longer than running them.
_COLUMNS = (
    *(StudySession.__table__.c[name] for name in _PLAYER),
    *(Lesson.__table__.c[name] for name in _LENGTH),
    *(Progress.__table__.c[name] for name in _BOOKED),
)


def _with_lesson(query: Select[Any]) -> Select[Any]:
    same = and_(Progress.plan_course_id == StudySession.plan_course_id, Progress.lesson_id == StudySession.lesson_id)
    return query.outerjoin(Lesson, Lesson.id == StudySession.lesson_id).outerjoin(Progress, same)


def _with_player(query: Select[Any]) -> Select[Any]:
    mine = and_(StudySession.learner_id == Learner.id, StudySession.token == bindparam("token"))
    return _with_lesson(query.outerjoin(StudySession, mine))


ALONG = Along(_COLUMNS, _with_player)  # the player of a report, read with the login it comes from


def _asked() -> Select[Any]:
    return _with_lesson(select(*_COLUMNS).select_from(StudySession))


def _locked(query: Select[Any]) -> Select[Any]:
    return query.with_for_update(of=StudySession.__table__)


@cache
def _by_token() -> Select[Any]:
    mine = (StudySession.token == bindparam("token"), StudySession.learner_id == bindparam("learner"))
    return _locked(_asked().where(*mine))


@cache
def _latest() -> Select[Any]:
    mine = _asked().where(StudySession.learner_id == bindparam("learner"))
    return _locked(mine.order_by(StudySession.id.desc()).limit(1))


@cache
def _silent() -> Select[Any]:
    unheard = _asked().where(StudySession.closed_at.is_(None), StudySession.reported_at < bindparam("since"))
    return _locked(unheard.limit(bindparam("limit")))


@cache
def _saved(*, alone: bool) -> Update:
    table = StudySession.__table__
    said = update(table).where(table.c.id == bindparam("own"))
    if alone:
        unchanged = (table.c.paid_until == bindparam("was_paid"), table.c.reported_at == bindparam("was_reported"))
        said = said.where(*unchanged, table.c.closed_at.is_(None))
    return said.values({name: bindparam(name) for name in _CHANGING})


@cache
def _rebooked() -> Update:
    table = Progress.__table__
    return update(table).where(table.c.id == bindparam("own")).values({name: bindparam(name) for name in _BOOKED[1:]})
