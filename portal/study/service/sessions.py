"""An open player: opened, merged, closed. One per learner; the newest wins, or where the site says so the first
while it plays."""

import secrets
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.clock import today
from portal.errors import Conflict
from portal.rules.models import RuleSet
from portal.study import crediting, intervals, patterns, records, standing, suspicions
from portal.study.models import Plan, PlanCourse, Progress, StudySession
from portal.study.records import Booked, Length, Player, Playing
from portal.study.service import presence
from portal.study.service.completion import lesson_done

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
    other = records.latest(session.connection(), learner_id)
    if other is not None:
        _give_way(session, other, now, first_wins=first_wins)
    latest = other[0] if other else None
    player = StudySession(
        token=secrets.token_urlsafe(32),
        learner_id=learner_id,
        plan_course_id=course.id,
        lesson_id=lesson.id,
        opened_at=now,
        reported_at=now,
        paid_until=latest.paid_until if latest and now < latest.paid_until <= now + CLOCK_STEP else now,
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


def reap(session: Session, now: datetime, limit: int = 100) -> int:
    """Closes and merges sessions that were silent for SILENCE. Returns how many."""
    silent = records.silent(session.connection(), now - SILENCE, limit)
    for playing in silent:
        close(session, playing, SILENT, now)
    return len(silent)


def close_all(session: Session, learner_id: int, now: datetime) -> None:
    """Merges and closes the open player of a learner, whose account is joined to another one."""
    latest = records.latest(session.connection(), learner_id)
    if latest is not None and latest[0].closed_at is None:
        close(session, latest, LEFT, now)


def check_period(plan: Plan, now: datetime) -> None:
    """:raises Conflict: the last day to study this plan has passed (in China)."""
    if plan.study_until is not None and today(now) > plan.study_until:
        raise Conflict(_l("The time to study this ended on %(day)s.", day=plan.study_until.isoformat()))


def close(session: Session, playing: Playing, reason: str, now: datetime) -> None:
    """Closes a player and merges what it has earned."""
    player, lesson, booked = playing
    player.closed_at, player.close_reason = now, reason
    merge(session, player, lesson, booked, now)


def merge(session: Session, player: Player, lesson: Length, booked: Booked, now: datetime) -> None:
    """Books what a player has earned since the last time, and what follows when the lesson is complete."""
    covered = intervals.clip([*booked.intervals, *player.intervals], lesson.seconds)
    booked.intervals = [list(part) for part in covered]
    booked.seconds = intervals.total(covered)
    booked.refused = crediting.kept([*booked.refused, *player.refused], covered)
    booked.position = player.position
    player.intervals, player.refused, player.merged_at = [], [], now
    completed = booked.complete_at is None and crediting.is_complete(covered, lesson.seconds)
    if completed:
        booked.complete_at = now
    records.save(session.connection(), player)
    records.book(session.connection(), player, booked)
    _forget(session)
    seen = patterns.beyond_clock(booked.refused)
    mark = f"lesson:{player.plan_course_id}:{lesson.id}"
    suspicions.note(session, player.learner_id, patterns.CLOCK, mark, seen, player.plan_course_id, now)
    if completed:
        lesson_done(session, session.get_one(PlanCourse, player.plan_course_id), now)
    session.flush()


def _forget(session: Session) -> None:
    """What this session has loaded of players and progress is no longer what the tables say."""
    for row in session.identity_map.values():
        if isinstance(row, (StudySession, Progress)):
            session.expire(row)


def _give_way(session: Session, other: Playing, now: datetime, *, first_wins: bool) -> None:
    """Closes the player that was open before. :raises Conflict: the first wins, and it plays."""
    latest = other[0]
    if latest.closed_at is not None:
        return
    if first_wins and now - latest.reported_at < suspicions.REPORTING:
        raise Conflict(PLAYING)
    close(session, other, NEWER, now)
    suspicions.note_parallel(session, latest, now)
