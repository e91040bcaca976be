"""What players say: reports of what was played, answers to 在场确认, a text that was read without a script."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portal.clock import today
from portal.errors import Conflict, NotFound
from portal.study import crediting, intervals, paging, patterns, records, standing, suspicions
from portal.study.records import Booked, Length, Player, Playing
from portal.study.service import presence
from portal.study.service.sessions import LEFT, NEWER, SILENT, merge
from portal.study.standing import Standing

MERGE_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Report:
    """Intervals of seconds in the order they were played, where the player is, and whether it is being left.

    Sent again, an interval counts once.
    """

    played: Sequence[Sequence[int]]
    position: int
    closing: bool = False


def beat(connection: Connection, playing: Playing, said: Report, now: datetime) -> Standing | None:
    """A report after which nothing has to be booked, as five of six are: one UPDATE, and no lock.

    None, with nothing written, when it is not such a one or another report came between: `report` takes it then.

    :param playing: as it was read with the login, see records.ALONG
    """
    player, lesson, booked = playing
    if said.closing or player.closed_at is not None or _due(player, now):
        return None
    read = player.paid_until, player.reported_at
    result = _taken(player, player, lesson, booked, said, now)
    if result.complete and not booked.complete_at:
        return None
    return result if records.save_alone(connection, player, *read) else None


def report(session: Session, learner_id: int, token: str, said: Report, now: datetime) -> Standing:
    """Credits what was played since the last report, as far as the server's clock pays for it.

    A report that comes after the session was closed is still worth the wall time up to its closing, so nothing
    is lost while a page changes. A session closed by silence goes on when no other was opened meanwhile.

    :raises NotFound: not a session of this learner
    """
    connection = session.connection()
    player, lesson, booked = _known(records.by_token(connection, learner_id, token))
    latest = _latest(connection, player)
    result = _taken(player, latest, lesson, booked, said, now)
    merging = bool(player.closed_at) or _due(player, now) or (result.complete and not booked.complete_at)
    if latest is not player:
        records.save(connection, latest)
    if not merging:
        records.save(connection, player)
        return result
    merge(session, player, lesson, booked, now)
    merged = standing.of_lesson(player.plan_course_id, lesson, booked)
    return replace(merged, state=result.state, check=result.check, anew=True)


def present(session: Session, learner_id: int, token: str, nonce: str, now: datetime) -> Standing:
    """The learner is there: study is credited again.

    :raises NotFound: not a session of this learner
    :raises Conflict: nothing is asked, or something else
    """
    connection = session.connection()
    player, lesson, booked = _known(records.by_token(connection, learner_id, token))
    _latest(connection, player)
    presence.answer(player, nonce, now)
    player.reported_at = now
    records.save(connection, player)
    seen = patterns.machine_presence(player.answered)
    suspicions.note(session, learner_id, patterns.MACHINE, f"{today(now)}", seen, player.plan_course_id, now)
    session.flush()
    return standing.of_lesson(player.plan_course_id, lesson, booked, player)


def finish_reading(
    session: Session, learner_id: int, plan_course_id: int, lesson_id: int, now: datetime, page: int | None = None
) -> Standing:
    """我已读完 of a page without script: credits a text by the time since it was opened, by the server's clock.

    :param page: of a document with pages, counted from 1: no other is credited
    :raises Conflict: the text was not opened, or another lesson was opened since
    :raises NotFound: no such page
    """
    latest = records.latest(session.connection(), learner_id)
    if latest is None or (latest[0].plan_course_id, latest[0].lesson_id) != (plan_course_id, lesson_id):
        raise Conflict(_l("Open this text first; the reading time runs from then."))
    player, lesson, _booked = latest
    if lesson.kind == "video":
        raise Conflict(_l("A video is credited while it plays."))
    start, end = paging.part(lesson.pages, lesson.seconds, page) if lesson.pages else (0, lesson.seconds)
    return report(session, learner_id, player.token, Report([(start, end)], start if lesson.pages else end), now)


def _known(playing: Playing | None) -> Playing:
    if playing is None:
        raise NotFound("study session")
    return playing


def _due(player: Player, now: datetime) -> bool:
    return now - player.merged_at >= MERGE_EVERY


def _latest(connection: Connection, player: Player) -> Player:
    """The learner's open page, for which counts what a closed one still earns; one that fell silent goes on."""
    if player.closed_at is None:
        return player
    newest = records.latest(connection, player.learner_id)
    if newest is not None and newest[0].id != player.id:
        return newest[0]
    if player.close_reason == SILENT:
        player.closed_at, player.close_reason = None, ""
    return player


def _taken(player: Player, latest: Player, lesson: Length, booked: Booked, said: Report, now: datetime) -> Standing:
    """Credits a report in `player` and says how the lesson stands then."""
    worth = _credit(player, latest, lesson, booked, said.played, now)
    presence.studied(latest, intervals.total(worth.credited), now)
    player.position = max(0, min(said.position, lesson.seconds))
    if player.closed_at is None:
        player.reported_at = now
        if said.closing:
            player.closed_at, player.close_reason = now, LEFT
    result = standing.of_lesson(player.plan_course_id, lesson, booked, player)
    return replace(result, anew=result.complete or bool(worth.refused))


def _credit(
    player: Player, latest: Player, lesson: Length, booked: Booked, played: Sequence[Sequence[int]], now: datetime
) -> crediting.Worth:
    """Credits by the rule of the clock and notes why the rest was not."""
    moment = player.closed_at or now
    until = presence.last_moment(player, latest, moment)
    silent = moment - player.paid_until > crediting.OFFLINE
    covered = [*booked.intervals, *player.intervals]
    worth = crediting.worth(played, covered, lesson.seconds, player.paid_until, until)
    player.paid_until = worth.paid_until
    player.intervals = [list(part) for part in intervals.union(player.intervals, worth.credited)]
    if worth.refused:
        cause = _cause(player, unanswered=until < moment, silent=silent)
        notes = [[start, end, cause] for start, end in worth.refused]
        player.refused = crediting.kept([*player.refused, *notes], [*covered, *worth.credited])
    return worth


def _cause(player: Player, *, unanswered: bool, silent: bool) -> str:
    if player.close_reason == NEWER:
        return crediting.OTHER_PLAYER
    if unanswered:
        return crediting.UNANSWERED
    return crediting.SILENT if silent else crediting.CLOCK
