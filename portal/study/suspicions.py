"""What looks unlike a person: noted with its evidence, asked about, explained, decided. It takes nothing by itself.

    found -> asked -> explained -> cleared | upheld
    found -> cleared;  asked -> cleared, or upheld once the time to explain is over

Upholding takes no hours either: it is the decision on which a plan may be revoked, by the step that tells everybody.
"""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.clock import today
from portal.errors import Conflict, NotFound, Refused
from portal.messages import service as messages
from portal.people.models import Learner
from portal.study import patterns
from portal.study.models import PlanCourse, StudySession, Suspicion
from portal.study.records import Player
from portal.types import Problem

FOUND, ASKED, EXPLAINED, CLEARED, UPHELD = "found", "asked", "explained", "cleared", "upheld"
REPORTING = timedelta(seconds=30)  # a player that was heard of so lately was still playing
TIME_TO_EXPLAIN = timedelta(days=7)
EXPLANATION_LONGEST, REASON_LONGEST = 1000, 300
URL = "/centre/explain"


def note(
    session: Session, learner_id: int, kind: str, mark: str, seen: patterns.Seen, course_id: int | None, now: datetime
) -> None:
    """Notes what was seen, once per `mark`; nothing when nothing was seen. `course_id` of the plan course."""
    if seen is None:
        return
    known = select(Suspicion.id).where(
        Suspicion.learner_id == learner_id, Suspicion.kind == kind, Suspicion.mark == mark
    )
    if session.scalar(known) is None:
        session.add(
            Suspicion(
                learner_id=learner_id,
                plan_course_id=course_id,
                kind=kind,
                mark=mark,
                evidence=seen,
                found_at=now,
                state=FOUND,
            )
        )


def note_parallel(session: Session, latest: Player, now: datetime) -> None:
    """Players of one learner that close each other, many times an hour, while they are reporting."""
    query = select(StudySession).where(
        StudySession.learner_id == latest.learner_id,
        StudySession.close_reason == "newer",
        StudySession.closed_at > now - patterns.WINDOW,
    )
    live = [one for one in session.scalars(query) if one.closed_at and one.closed_at - one.reported_at < REPORTING]
    if len(live) >= patterns.TAKEN_OVER:
        seen = {"players": len(live), "minutes": int(patterns.WINDOW.total_seconds() // 60)}
        note(session, latest.learner_id, patterns.PARALLEL, f"{today(now)}", seen, latest.plan_course_id, now)


def note_attempt(
    session: Session, course: PlanCourse, attempt: int, seen: dict[str, patterns.Seen], now: datetime
) -> None:
    """What the answers of a test looked like, by kind."""
    for kind, found in seen.items():
        note(session, course.plan.learner_id, kind, f"attempt:{attempt}", found, course.id, now)


def ask(session: Session, suspicion_id: int, staff_id: int, question: str, now: datetime) -> None:
    """Staff ask the learner what happened. :raises Refused: no question. :raises Conflict: asked or decided already."""
    row = _in(session, suspicion_id, FOUND)
    row.question, row.state, row.asked_at = _said(question, "question"), ASKED, now
    audit.record(session, staff_id, "suspicion_asked", row, reason=row.question)
    _tell(session, row, "explain_asked")


def explain(session: Session, learner_id: int, suspicion_id: int, words: str, now: datetime) -> None:
    """The learner explains; until the decision they may put it differently.

    :raises NotFound: none of theirs, or nobody asked
    :raises Refused: nothing said, or too much
    :raises Conflict: it is decided
    """
    row = session.get(Suspicion, suspicion_id)
    if row is None or row.learner_id != learner_id or row.state == FOUND or not row.question:
        raise NotFound(f"suspicion {suspicion_id}")
    if row.state not in (ASKED, EXPLAINED):
        raise Conflict(_l("The office has decided already."))
    if not 0 < len(words.strip()) <= EXPLANATION_LONGEST:
        sentence = _l("Write what happened, in at most %(count)s characters.", count=EXPLANATION_LONGEST)
        raise Refused(sentence, [Problem(sentence, "words")])
    row.explanation, row.explained_at, row.state = words.strip(), now, EXPLAINED


def clear(session: Session, suspicion_id: int, staff_id: int, reason: str, now: datetime) -> None:
    """Nothing is wrong. Who was asked is told. :raises Conflict: decided already."""
    row = _in(session, suspicion_id, FOUND, ASKED, EXPLAINED)
    _decide(session, row, CLEARED, staff_id, reason, now)


def uphold(session: Session, suspicion_id: int, staff_id: int, reason: str, now: datetime) -> None:
    """It stands, with a reason the learner reads. Nobody is judged unheard.

    :raises Conflict: not asked, still within the time to explain, or decided already
    """
    row = _in(session, suspicion_id, ASKED, EXPLAINED)
    if row.state == ASKED and row.asked_at is not None and now < row.asked_at + TIME_TO_EXPLAIN:
        raise Conflict(_l("The learner still has time to explain."))
    _decide(session, row, UPHELD, staff_id, reason, now)


def of_learner(session: Session, learner_id: int) -> list[Suspicion]:
    """What a learner was asked about, newest first."""
    query = select(Suspicion).where(Suspicion.learner_id == learner_id, Suspicion.question != "")
    return list(session.scalars(query.order_by(Suspicion.id.desc())))


def _in(session: Session, suspicion_id: int, *states: str) -> Suspicion:
    row = session.get_one(Suspicion, suspicion_id, with_for_update=True)
    if row.state not in states:
        raise Conflict(_l("This step is no longer possible: the entry has moved on."))
    return row


def _decide(session: Session, row: Suspicion, state: str, staff_id: int, reason: str, now: datetime) -> None:
    row.reason = _said(reason, "reason")
    row.state, row.decided_at, row.decided_by = state, now, staff_id
    audit.record(session, staff_id, f"suspicion_{state}", row, reason=row.reason)
    if row.question:
        _tell(session, row, f"explain_{state}")


def _said(words: str, field: str) -> str:
    if not 0 < len(words.strip()) <= REASON_LONGEST:
        sentence = _l("Write why, in at most %(count)s characters.", count=REASON_LONGEST)
        raise Refused(sentence, [Problem(sentence, field)])
    return words.strip()


def _tell(session: Session, row: Suspicion, kind: str) -> None:
    account_id = session.get_one(Learner, row.learner_id).account_id
    messages.post(session, account_id, kind, url=URL, **_about(row))


def _about(row: Suspicion) -> dict[str, Any]:
    return {"title": row.plan_course.title if row.plan_course else ""}
