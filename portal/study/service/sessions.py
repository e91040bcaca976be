"""An open player: opened, reported to, merged, closed. One per learner; the newest wins, or where the site says so
the first while it plays."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session, defer

from portal.catalogue.models import Lesson
from portal.clock import today
from portal.errors import Conflict, NotFound
from portal.rules.models import RuleSet
from portal.study import crediting, intervals, paging, patterns, standing, suspicions
from portal.study.models import Plan, PlanCourse, Progress, StudySession
from portal.study.service import presence
from portal.study.service.completion import lesson_done
from portal.study.standing import Standing

MERGE_EVERY = timedelta(seconds=60)
SILENCE = timedelta(minutes=2)
# A server's clock set back by more than this is a correction, not a race between two servers.
CLOCK_STEP = timedelta(minutes=5)

NEWER, SILENT, LEFT = "newer", "silent", "left"
PLAYING = _l("Another page of this account is studying. Pause it, and play here again half a minute later.")


def open_session(
    session: Session, learner_id: int, plan_course_id: int, lesson_id: int, now: datetime, *, first_wins: bool = False
) -> StudySession:
    """Opens a player and closes the learner's other one. Its `token` goes with every report.

    :raises NotFound: not a lesson of this learner
    :raises Conflict: the time to study is over; or, where the first wins, the learner's other player still plays
    """
    course = standing.own_course(session, learner_id, plan_course_id)
    lesson = standing.lesson_of(course, lesson_id)
    check_period(course.plan, now)
    latest = _latest(session, learner_id)
    paid_until = now
    if latest is not None:
        if latest.closed_at is None:
            if first_wins and now - latest.reported_at < suspicions.REPORTING:
                raise Conflict(PLAYING)
            _close(session, latest, NEWER, now)
            suspicions.note_parallel(session, latest, now)
        if now < latest.paid_until <= now + CLOCK_STEP:
            paid_until = latest.paid_until
    player = StudySession(
        token=secrets.token_urlsafe(32),
        learner_id=learner_id,
        plan_course_id=course.id,
        lesson_id=lesson.id,
        opened_at=now,
        reported_at=now,
        paid_until=paid_until,
        merged_at=now,
        intervals=[],
        refused=[],
        position=next((row.position for row in course.progress if row.lesson_id == lesson.id), 0),
        close_reason="",
    )
    presence.carry(player, latest, session.get_one(RuleSet, course.plan.rule_set_id).rules.presence, now)
    session.add(player)
    session.flush()
    return player


def report(
    session: Session,
    learner_id: int,
    token: str,
    played: Sequence[Sequence[int]],
    position: int,
    now: datetime,
    *,
    closing: bool = False,
) -> Standing:
    """Credits what was played since the last report, as far as the server's clock pays for it.

    A report that comes after the session was closed is still worth the wall time up to its closing, so nothing
    is lost while a page changes. A session closed by silence goes on when no other was opened meanwhile.

    :param played: intervals of seconds in the order they were played; sent again they count once
    :raises NotFound: not a session of this learner
    """
    player, lesson, progress = _own(session, learner_id, token)
    # What a closed page still earns counts for the page that is open now.
    latest = player if player.closed_at is None else _latest(session, learner_id) or player
    worth = _credit(player, latest, lesson, progress, played, now)
    presence.studied(latest, intervals.total(worth.credited), now)
    player.position = max(0, min(position, lesson.seconds))
    if player.closed_at is None:
        player.reported_at = now
        if closing:
            player.closed_at, player.close_reason = now, LEFT
    state = player.close_reason or "open"
    result = standing.of_lesson(player.plan_course_id, lesson, progress, player)
    booked = bool(player.closed_at) or now - player.merged_at >= MERGE_EVERY
    if booked or (result.complete and not progress.complete_at):
        _merge(session, player, lesson, progress, now)
        result = standing.of_lesson(player.plan_course_id, lesson, progress)
    anew = booked or result.complete or bool(worth.refused)
    return replace(result, state=state, check=standing.check_of(player), anew=anew)


def present(session: Session, learner_id: int, token: str, nonce: str, now: datetime) -> Standing:
    """The learner is there: study is credited again.

    :raises NotFound: not a session of this learner
    :raises Conflict: nothing is asked, or something else
    """
    player, lesson, progress = _own(session, learner_id, token)
    presence.answer(player, nonce, now)
    player.reported_at = now
    seen = patterns.machine_presence(player.answered)
    suspicions.note(session, learner_id, patterns.MACHINE, f"{today(now)}", seen, player.plan_course_id, now)
    session.flush()
    return standing.of_lesson(player.plan_course_id, lesson, progress, player)


def finish_reading(
    session: Session, learner_id: int, plan_course_id: int, lesson_id: int, now: datetime, page: int | None = None
) -> Standing:
    """我已读完 of a page without script: credits a text by the time since it was opened, by the server's clock.

    :param page: of a document with pages, counted from 1: no other is credited
    :raises Conflict: the text was not opened, or another lesson was opened since
    :raises NotFound: no such page
    """
    player = _latest(session, learner_id)
    if player is None or (player.plan_course_id, player.lesson_id) != (plan_course_id, lesson_id):
        raise Conflict(_l("Open this text first; the reading time runs from then."))
    lesson = session.get_one(Lesson, lesson_id)
    if lesson.kind == "video":
        raise Conflict(_l("A video is credited while it plays."))
    start, end = paging.part(lesson.pages, lesson.seconds, page) if lesson.pages else (0, lesson.seconds)
    return report(session, learner_id, player.token, [(start, end)], start if lesson.pages else end, now)


def reap(session: Session, now: datetime, limit: int = 100) -> int:
    """Closes and merges sessions that were silent for SILENCE. Returns how many."""
    query = (
        select(StudySession)
        .where(StudySession.closed_at.is_(None), StudySession.reported_at < now - SILENCE)
        .limit(limit)
    )
    silent = session.scalars(query).all()
    for player in silent:
        _close(session, player, SILENT, now)
    return len(silent)


def close_all(session: Session, learner_id: int, now: datetime) -> None:
    """Merges and closes the open player of a learner, whose account is joined to another one."""
    open_ones = select(StudySession).where(StudySession.learner_id == learner_id, StudySession.closed_at.is_(None))
    for player in session.scalars(open_ones).all():
        _close(session, player, LEFT, now)


def check_period(plan: Plan, now: datetime) -> None:
    """:raises Conflict: the last day to study this plan has passed (in China)."""
    if plan.study_until is not None and today(now) > plan.study_until:
        raise Conflict(_l("The time to study this ended on %(day)s.", day=plan.study_until.isoformat()))


def _latest(session: Session, learner_id: int) -> StudySession | None:
    query = select(StudySession).where(StudySession.learner_id == learner_id).order_by(StudySession.id.desc()).limit(1)
    found: StudySession | None = session.scalar(query)
    return found


def _own(session: Session, learner_id: int, token: str) -> tuple[StudySession, Lesson, Progress]:
    """A learner's session by its token, with what it plays and what it is merged into; one that fell silent goes on.

    :raises NotFound: unknown or somebody else's
    """
    row = session.execute(_mine(), {"token": token, "learner": learner_id}).first()
    if row is None:
        raise NotFound("study session")
    player, lesson, progress = row
    _revive(session, player)
    return player, lesson, progress or _no_progress(player)


@cache
def _mine() -> Select[StudySession, Lesson, Progress]:
    """Built once: every player asks it every ten seconds."""
    same = and_(Progress.plan_course_id == StudySession.plan_course_id, Progress.lesson_id == StudySession.lesson_id)
    return (
        select(StudySession, Lesson, Progress)
        .join(Lesson, Lesson.id == StudySession.lesson_id)
        .outerjoin(Progress, same)
        .where(StudySession.token == bindparam("token"), StudySession.learner_id == bindparam("learner"))
        .options(defer(Lesson.body))
    )


def _revive(session: Session, player: StudySession) -> None:
    if player.close_reason == SILENT and _latest(session, player.learner_id) is player:
        player.closed_at, player.close_reason = None, ""


def _credit(
    player: StudySession,
    latest: StudySession,
    lesson: Lesson,
    progress: Progress,
    played: Sequence[Sequence[int]],
    now: datetime,
) -> crediting.Worth:
    """Credits by the rule of the clock and notes why the rest was not."""
    moment = player.closed_at or now
    until = presence.last_moment(player, latest, moment)
    silent = moment - player.paid_until > crediting.OFFLINE
    covered = [*progress.intervals, *player.intervals]
    worth = crediting.worth(played, covered, lesson.seconds, player.paid_until, until)
    player.paid_until = worth.paid_until
    player.intervals = [list(part) for part in intervals.union(player.intervals, worth.credited)]
    if worth.refused:
        cause = _cause(player, unanswered=until < moment, silent=silent)
        notes = [[start, end, cause] for start, end in worth.refused]
        player.refused = crediting.kept([*player.refused, *notes], [*covered, *worth.credited])
    return worth


def _cause(player: StudySession, *, unanswered: bool, silent: bool) -> str:
    if player.close_reason == NEWER:
        return crediting.OTHER_PLAYER
    if unanswered:
        return crediting.UNANSWERED
    return crediting.SILENT if silent else crediting.CLOCK


def _progress(session: Session, player: StudySession) -> Progress:
    """The row this session is merged into."""
    found: Progress | None = session.scalar(
        select(Progress).where(Progress.plan_course_id == player.plan_course_id, Progress.lesson_id == player.lesson_id)
    )
    return found or _no_progress(player)


def _no_progress(player: StudySession) -> Progress:
    return Progress(
        plan_course_id=player.plan_course_id,
        lesson_id=player.lesson_id,
        intervals=[],
        refused=[],
        seconds=0,
        position=0,
    )


def _merge(session: Session, player: StudySession, lesson: Lesson, progress: Progress, now: datetime) -> None:
    covered = intervals.clip([*progress.intervals, *player.intervals], lesson.seconds)
    progress.intervals = [list(part) for part in covered]
    progress.seconds = intervals.total(covered)
    progress.refused = crediting.kept([*progress.refused, *player.refused], covered)
    progress.position = player.position
    seen = patterns.beyond_clock(progress.refused)
    mark = f"lesson:{player.plan_course_id}:{lesson.id}"
    suspicions.note(session, player.learner_id, patterns.CLOCK, mark, seen, player.plan_course_id, now)
    player.intervals, player.refused, player.merged_at = [], [], now
    session.add(progress)
    if progress.complete_at is None and crediting.is_complete(covered, lesson.seconds):
        progress.complete_at = now
        lesson_done(session, session.get_one(PlanCourse, player.plan_course_id), now)
    session.flush()


def _close(session: Session, player: StudySession, reason: str, now: datetime) -> None:
    player.closed_at, player.close_reason = now, reason
    _merge(session, player, session.get_one(Lesson, player.lesson_id), _progress(session, player), now)
