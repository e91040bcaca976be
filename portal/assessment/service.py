"""Sitting a 考核测试: start, answer, submit. The only writer of this room; grading happens here, never in a browser."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from portal.assessment import paper as papers
from portal.assessment import standing
from portal.assessment.models import FILL, Answer, Attempt, PaperRule, Question
from portal.audit import service as audit
from portal.catalogue.models import Course
from portal.errors import Conflict, NotFound, Refused
from portal.messages import service as messages
from portal.people.models import Learner
from portal.study import patterns, suspicions
from portal.study import service as study
from portal.study.models import Plan, PlanCourse
from portal.types import Problem

REFUSALS = {
    "none": _l("This course has no test."),
    "locked": _l("Study all lessons of this course first; the test opens then."),
    "passed": _l("You have passed this test already."),
    "used_up": _l("All attempts are used. The office can grant another one."),
    "early": _l("This test has not opened yet."),
    "over": _l("The days of this test are over. Please ask the office."),
    "waiting": _l("Another attempt opens some time after a failed one; look at the lessons until then."),
}
REASON_LONGEST = 300
TEXT_LONGEST = 200  # of an answer that is filled in
NOT_READY = _l("The questions of this test are not ready yet. Please tell the office.")
NOT_AN_OPTION = _l("This is not an option of this question.")


def start(session: Session, learner_id: int, plan_course_id: int, now: datetime, random: Random) -> Attempt:
    """Begins an attempt with a fresh paper, or goes on with the one that is running.

    :raises NotFound: not a course of this learner
    :raises Conflict: locked, passed, attempts used up, not in its days, waiting, or not enough questions yet
    """
    course = own_course(session, learner_id, plan_course_id)
    close_due(session, now, course.id)
    stand = standing.of_course(session, course, now)
    if stand.running:
        return find(session, learner_id, stand.running)
    if stand.state != "ready":
        raise Conflict(REFUSALS[stand.state])
    study.check_period(course.plan, now)
    drawn = _drawn(session, course.course_id, stand.rule.questions, random)
    attempt = Attempt(
        token=secrets.token_urlsafe(32),
        plan_course_id=course.id,
        number=stand.used + 1,
        paper=[_frozen(question, options) for question, options in drawn],
        solution=[_solved(question) for question, _ in drawn],
        pass_mark=stand.rule.pass_mark,
        state="open",
        started_at=now,
        deadline=now + timedelta(minutes=stand.rule.minutes),
    )
    session.add(attempt)
    session.flush()
    return attempt


def grant_attempt(session: Session, plan_course_id: int, actor_id: int, reason: str, now: datetime) -> None:
    """The office grants one more attempt to somebody who has used all; the learner is told.

    :raises Refused: no reason
    :raises Conflict: an attempt is left or running, the test is passed or locked, or the plan was revoked
    """
    if not 0 < len(reason.strip()) <= REASON_LONGEST:
        sentence = _l("Write why, in at most %(count)s characters.", count=REASON_LONGEST)
        raise Refused(sentence, [Problem(sentence, "reason")])
    course = session.get_one(PlanCourse, plan_course_id)
    if course.plan.state == "revoked" or standing.of_course(session, course, now).state != "used_up":
        raise Conflict(_l("Another attempt is granted when all are used and the test is not passed."))
    study.allow_attempt(session, plan_course_id)
    after = {"extra": course.extra_attempts}
    audit.record(session, actor_id, "test.attempt_granted", course, after=after, reason=reason.strip())
    account_id = course.plan.learner.account_id
    messages.post(session, account_id, "attempt_granted", url=f"/test/{course.id}", title=course.title)


def own_course(session: Session, learner_id: int, plan_course_id: int) -> PlanCourse:
    """:raises NotFound: unknown or somebody else's."""
    course: PlanCourse | None = session.scalar(
        select(PlanCourse)
        .join(Plan)
        .where(PlanCourse.id == plan_course_id, Plan.learner_id == learner_id, Plan.state != "revoked")
        .options(contains_eager(PlanCourse.plan))
    )
    if course is None:
        raise NotFound(f"plan course {plan_course_id}")
    return course


def find(session: Session, learner_id: int, token: str) -> Attempt:
    """An attempt of this learner. :raises NotFound: unknown or somebody else's."""
    query = select(Attempt).join(Attempt.plan_course).join(PlanCourse.plan)
    query = query.where(Attempt.token == token, Plan.learner_id == learner_id)
    course = contains_eager(Attempt.plan_course).contains_eager(PlanCourse.plan)
    attempt: Attempt | None = session.scalar(query.options(course, selectinload(Attempt.answers)))
    if attempt is None:
        raise NotFound("attempt")
    return attempt


def answer(
    session: Session,
    learner_id: int,
    token: str,
    position: int,
    chosen: Sequence[int],
    now: datetime,
    *,
    text: str = "",
    flagged: bool | None = None,
) -> Attempt:
    """Saves what is chosen or written for one question; nothing takes an answer back. `flagged` None leaves the mark.

    Returns the attempt with all that is answered by now.

    :raises Conflict: the attempt is closed or its time is over
    :raises Refused: not an option of this question, several where one is allowed, or a text that is too long
    """
    attempt = find(session, learner_id, token)
    if attempt.state != "open" or now >= attempt.deadline:
        raise Conflict(_l("The time of this test is over; the answers saved until then count."))
    if not 0 <= position < len(attempt.paper):
        raise NotFound(f"question {position}")
    text = _checked(attempt.paper[position], chosen, text)
    row = next((row for row in attempt.answers if row.position == position), None)
    if row is None:
        row = Answer(position=position, chosen=[], flagged=False, saved_at=now)
        attempt.answers.append(row)
    row.chosen, row.text, row.saved_at = sorted(set(chosen)), text, now
    if flagged is not None:
        row.flagged = flagged
    session.flush()
    return attempt


def submit(session: Session, learner_id: int, token: str, now: datetime) -> Attempt:
    """Hands in and grades. A second time changes nothing; after the deadline, the deadline is the time."""
    attempt = find(session, learner_id, token)
    if attempt.state == "open":
        _grade(session, attempt, min(now, attempt.deadline))
    return attempt


def close_due(session: Session, now: datetime, plan_course_id: int | None = None, limit: int = 100) -> int:
    """Grades attempts whose time is over, with the answers saved until then, and tells the learners."""
    query = select(Attempt).where(Attempt.state == "open", Attempt.deadline <= now).limit(limit)
    if plan_course_id is not None:
        query = query.where(Attempt.plan_course_id == plan_course_id)
    due = session.scalars(query.options(selectinload(Attempt.answers))).all()
    for attempt in due:
        _grade(session, attempt, attempt.deadline)
        _tell(session, attempt)
    return len(due)


def _drawn(session: Session, course_id: int, count: int, random: Random) -> list[tuple[Question, list[int]]]:
    """Questions and the order of their options, by the course's own rule, else `count` of the whole bank.

    :raises Conflict: the bank has too few questions
    """
    query = select(PaperRule).where(PaperRule.course_id == course_id).options(joinedload(PaperRule.parts))
    rule = session.scalars(query).unique().one_or_none()
    parts = [papers.Part(part.questions, part.tag, part.difficulty) for part in rule.parts] if rule else []
    bank = _bank(session, course_id)
    if not bank:
        raise Conflict(NOT_READY)
    candidates = [_candidate(question) for question in bank.values()]
    try:
        drawn = papers.draw(candidates, count, random, parts=parts, shuffle=rule.shuffle if rule else True)
    except papers.TooFew as error:
        raise Conflict(NOT_READY) from error
    return [(bank[question_id], options) for question_id, options in drawn]


def _bank(session: Session, course_id: int) -> dict[int, Question]:
    """The questions of a course that can be answered, by id."""
    query = select(Question).where(Question.course_id == course_id, Question.active).order_by(Question.id)
    questions = session.scalars(query.options(selectinload(Question.options)))
    return {one.id: one for one in questions if any(option.correct for option in one.options)}


def _candidate(question: Question) -> papers.Candidate:
    return papers.Candidate(
        question.id,
        () if question.kind == FILL else tuple(option.id for option in question.options),
        question.kind != "true_false",
        frozenset(question.tags.split()),
        question.difficulty,
    )


def _frozen(question: Question, options: list[int]) -> papers.Item:
    """A question as it stands now, its options in the order of the paper."""
    texts = {option.id: option.text for option in question.options}
    return {
        "question": question.id,
        "kind": question.kind,
        "stem": question.stem,
        "picture": question.image_key,
        "picture_words": question.image_words,
        "options": options,
        "texts": [texts[option] for option in options],
    }


def _solved(question: Question) -> dict[str, Any]:
    """What is right now, and why."""
    right = [option.text if question.kind == FILL else option.id for option in question.options if option.correct]
    return {"right": right, "explanation": question.explanation}


def _checked(item: papers.Item, chosen: Sequence[int], text: str) -> str:
    """The text that is kept, "" for a question with options."""
    if not set(chosen) <= set(item["options"]):
        raise Refused(NOT_AN_OPTION)
    if item["kind"] != "multiple" and len(set(chosen)) > 1:
        raise Refused(_l("Only one option can be chosen here."))
    if len(text) > TEXT_LONGEST:
        raise Refused(_l("At most %(count)s characters.", count=TEXT_LONGEST))
    return text.strip() if item["kind"] == FILL else ""


def given(attempt: Attempt) -> papers.Answers:
    """What was chosen and written, by position."""
    rows = attempt.answers
    return papers.Answers({row.position: row.chosen for row in rows}, {row.position: row.text for row in rows})


def _grade(session: Session, attempt: Attempt, moment: datetime) -> None:
    attempt.score = papers.per_cent(papers.right(attempt.paper, attempt.solution, given(attempt)))
    attempt.passed = attempt.score >= attempt.pass_mark
    attempt.state, attempt.submitted_at = "graded", moment
    session.flush()
    saved = [row.saved_at for row in attempt.answers]
    seen = {
        patterns.FAST: patterns.fast_answers(attempt.started_at, saved, attempt.score, attempt.pass_mark),
        patterns.EVEN: patterns.even_answers(saved),
    }
    suspicions.note_attempt(session, attempt.plan_course, attempt.id, seen, moment)
    if attempt.passed:
        study.pass_test(session, attempt.plan_course_id, moment)


def _tell(session: Session, attempt: Attempt) -> None:
    row = session.execute(
        select(Learner.account_id, Course.title)
        .select_from(PlanCourse)
        .join(Plan)
        .join(Learner, Learner.id == Plan.learner_id)
        .join(Course, Course.id == PlanCourse.course_id)
        .where(PlanCourse.id == attempt.plan_course_id)
    ).one()
    messages.post(
        session,
        row.account_id,
        "test_graded",
        url=f"/test/result/{attempt.token}",
        title=row.title,
        score=attempt.score,
    )
