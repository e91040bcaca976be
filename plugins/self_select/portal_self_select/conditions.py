"""What an order of this mode must fulfil: single courses of the buyer's own, none held already."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kit import (
    Course,
    Learner,
    NotFound,
    OrderProposal,
    Pick,
    Problem,
    ProposedLine,
    _l,
    clock,
    year_rules,
)
from portal_self_select import holdings, shelf

HELD = {
    holdings.COUNTED: _l("“%(title)s” is already in your record of hours; its hours count once."),
    holdings.STUDYING: _l("You have “%(title)s” already; go on studying it."),
    holdings.ORDERED: _l("You have an unpaid order for “%(title)s”; pay it or cancel it first."),
}


OVER = _l("Hours of %(year)s could be earned until %(day)s; “%(title)s” cannot be chosen any more.")


def over(courses: Iterable[Course], now: datetime) -> dict[int, object]:
    """Courses whose hours can no longer be earned, by their year's own rules: why, by course id."""
    found = {}
    for course in courses:
        last = year_rules(course.year, now).last_day(course.year)
        if last is not None and clock.today(now) > last:
            said = {"year": course.year, "day": clock.lazily_spoken(last), "title": course.title}
            found[course.id] = OVER % said
    return found


def pick(course_id: int, compulsory: Collection[int]) -> Pick:
    """A course as an order wants it: one that is compulsory anywhere is so here too, or it could be had without its
    test."""
    return Pick(course_id, course_id in compulsory)


def problems(session: Session, proposal: OrderProposal) -> Iterator[Problem]:
    """Everything wrong with single courses. :raises NotFound: no such learner, or somebody else."""
    courses = {chosen.course_id for line in proposal.lines for chosen in line.picks}
    compulsory = shelf.compulsory(session, courses)
    for course_id, why in over(shelf.of(session, courses), clock.now()).items():
        yield Problem(why, f"course-{course_id}")
    for line in proposal.lines:
        learner = session.get(Learner, line.learner_id)
        if learner is None or learner.account_id != proposal.buyer_id:
            raise NotFound(f"learner {line.learner_id}")
        if not _single(line, compulsory):
            yield Problem(_l("The terms of a course have changed. Please check your choice once more."), "courses")
        held = holdings.of(session, learner, [chosen.course_id for chosen in line.picks])
        for course_id, holding in held.items():
            title = shelf.title(session, course_id)
            yield Problem(HELD[holding.kind] % {"title": title}, f"course-{course_id}", holding.url)


def _single(line: ProposedLine, compulsory: set[int]) -> bool:
    """One course a line, outside any project, without a certificate, compulsory where it is so anywhere."""
    outside = line.project_id is None and line.class_id is None and not line.award
    return outside and len(line.picks) == 1 and line.picks[0] == pick(line.picks[0].course_id, compulsory)
