"""What to do next: one step, chosen by one readable rule.

On 学习中心: a running test, the lesson left last, an open test, the next course (compulsory ones first), what a plugin
asks for (a photo for the certificate), a used-up test; then an unpaid order, the year's gap or its beginning. After a
lesson: the next lesson, the test, the next course, the finished project.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import url_for
from flask_babel import gettext as _

from portal.study.models import Plan, PlanCourse
from portal.study.overview import Resume
from portal.study.standing import Standing
from portal.study.words import spoken
from portal.types import PlanAction, SelectionMode
from portal.web.formats import hours


@dataclass(frozen=True)
class Step:
    """One button and why. With neither `endpoint` nor `url`, where a plugin leads, somebody else has to act."""

    title: str
    text: str
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    icon: str = "play"
    url: str = ""

    @property
    def address(self) -> str:
        """Where the button leads; "" without one."""
        return url_for(self.endpoint, **self.values) if self.endpoint else self.url


class Test(Protocol):
    """What this room has to know of a test; assessment.standing.TestStanding is one."""

    @property
    def state(self) -> str: ...
    @property
    def left(self) -> int: ...


Tests = Mapping[int, Test]


def choose(
    plans: Sequence[Plan], tests: Tests, left_at: Resume | None, lines: Mapping[int, Sequence[PlanAction]]
) -> Step | None:
    """The next step over all plans, or None when nothing is left to do. `lines`: the checklist of each, by its id."""
    courses = [course for plan in plans if plan.state == "open" for course in plan.courses]
    by_state = {course.id: tests[course.id].state for course in courses if course.id in tests}
    open_courses = sorted((c for c in courses if c.state == "open"), key=lambda c: not c.compulsory)
    for course in courses:
        if by_state.get(course.id) == "running":
            return to_test(course, running=True)
    for course in open_courses:
        if left_at and left_at.plan_course_id == course.id:
            return lesson_step(course, left_at)
    for course in courses:
        if by_state.get(course.id) == "ready":
            return to_test(course, running=False)
    if open_courses:
        return course_step(open_courses[0])
    for plan in plans:
        for line in lines[plan.id]:
            if line.kind == "todo" and line.url:
                return Step(str(line.text), plan.title, label=str(line.label), icon="arrow", url=line.url)
    for course in courses:
        if by_state.get(course.id) == "used_up":
            return used_up_step(course)
    return None


def begin_step(door: SelectionMode) -> Step:
    """The year has not begun: through the first way to choose what is studied."""
    text = _("What a project leaves open, single courses close.")
    return Step(_("Begin with a project"), text, door.endpoint, {}, str(door.title), "list")


def gap_step(year: int, missing: int) -> Step:
    """Nothing is to be studied, but the year lacks hours (hundredths) that nothing promises."""
    title = _("Close the gap of %(year)s: %(gap)s hours", year=year, gap=hours(missing))
    return Step(title, _("Your record proposes courses that close it."), "study.record", {}, _("See courses"), "book")


def lesson_step(course: PlanCourse, left_at: Resume) -> Step:
    """Back to the lesson left last, or to the course when that lesson is done."""
    if left_at.standing.complete:
        return course_step(course)
    rest = spoken(left_at.standing.needed - left_at.standing.credited)
    text = _("%(rest)s more and this lesson is complete.", rest=rest)
    return Step(
        _("Go on with %(course)s: %(lesson)s", course=course.title, lesson=left_at.lesson.title),
        f"{text}{_after(course)}",
        "study.player",
        {"plan_course_id": course.id, "lesson_id": left_at.lesson.id},
        _("Go on studying"),
    )


def course_step(course: PlanCourse) -> Step:
    """Into a course that is not finished."""
    text = _("Compulsory course.") if course.compulsory else _("Elective course.")
    return Step(
        _("Study %(course)s", course=course.title),
        f"{text}{_after(course)}",
        "study.player",
        {"plan_course_id": course.id},
        _("Start studying"),
    )


def to_test(course: PlanCourse, *, running: bool) -> Step:
    """To the test of a studied course."""
    title = _("Your test is running: %(course)s") if running else _("Take the test of %(course)s")
    text = (
        _("The clock goes on; saved answers are kept.") if running else _("All lessons are credited; the test is open.")
    )
    label = _("Go on with the test") if running else _("Take the test")
    return Step(title % {"course": course.title}, text, "assessment.intro", {"plan_course_id": course.id}, label, "pen")


def used_up_step(course: PlanCourse) -> Step:
    """Only the office can help."""
    return Step(
        _("All attempts at the test of %(course)s are used", course=course.title),
        _("Please call the office; it can grant another attempt."),
    )


def after_lesson(course: PlanCourse, standings: Sequence[Standing], lesson_id: int, test: Test) -> Step | None:
    """The one next step once this lesson is complete; None while it is not."""
    this = next(stand for stand in standings if stand.lesson_id == lesson_id)
    if not this.complete and this.needed:
        return None
    open_ones = [stand for stand in standings if stand.needed and not stand.complete]
    if open_ones:
        following = next((s for s in open_ones if _index(standings, s) > _index(standings, this)), open_ones[0])
        title = next(lesson.title for lesson in course.course.lessons if lesson.id == following.lesson_id)
        values = {"plan_course_id": course.id, "lesson_id": following.lesson_id}
        return Step(
            _("This lesson is complete"), _("Next: %(lesson)s", lesson=title), "study.player", values, _("Next lesson")
        )
    return after_course(course, test)


def after_course(course: PlanCourse, test: Test) -> Step:
    """Once all lessons are complete: test, next course, or the finished project."""
    if test.state in ("ready", "running"):
        return to_test(course, running=test.state == "running")
    if test.state == "used_up":
        return used_up_step(course)
    waiting = [other for other in course.plan.courses if other.id != course.id and other.state == "open"]
    waiting.sort(key=lambda other: not other.compulsory)
    if waiting:
        other = waiting[0]
        text = _("Next course: %(course)s", course=other.title)
        values = {"plan_course_id": other.id}
        return Step(_("This course is complete, its hours are booked"), text, "study.player", values, _("Next course"))
    values = {"plan_id": course.plan.id}
    if course.plan.project_id is None and course.plan.state == "complete":
        text = _("Its hours stand in your record; put them on a proof of hours when you need one.")
        return Step(_("This course is complete, its hours are booked"), text, "study.record", {}, _("See my record"))
    if course.plan.state == "complete":
        text = _("Everything in “%(plan)s” is complete.", plan=course.plan.title)
        return Step(
            _("All courses are complete"), text, "study.project", values, _("See what you have earned"), "medal"
        )
    text = _("Only tests are left in “%(plan)s”.", plan=course.plan.title)
    return Step(
        _("This course is complete, its hours are booked"), text, "study.project", values, _("To the project"), "list"
    )


def _index(standings: Sequence[Standing], one: Standing) -> int:
    return [stand.lesson_id for stand in standings].index(one.lesson_id)


def _after(course: PlanCourse) -> str:
    return _(" The test opens when all lessons are complete.") if course.needs_test else ""
